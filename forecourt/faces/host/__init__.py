"""Running Forecourt on one machine: its PostgreSQL, its processes, and who looks after them."""
