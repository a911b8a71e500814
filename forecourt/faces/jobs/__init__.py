"""What runs beside the doors: schedules, jobs, and the readers of the event log."""
