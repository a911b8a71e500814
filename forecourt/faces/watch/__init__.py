"""Being watched: health, metrics and logs."""
