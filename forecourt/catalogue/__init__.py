"""What is sold: grades, goods, services, their codes, and prices by station with effective times."""
