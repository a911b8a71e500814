"""What people and machines touch: API, till door, back office, command line."""
