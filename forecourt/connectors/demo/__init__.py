"""A believable chain of stations, made from a seed."""
