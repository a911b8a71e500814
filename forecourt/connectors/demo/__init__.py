"""A believable chain of stations, made from a seed: pure generation, and a loader (`loading.load`) that posts it."""
