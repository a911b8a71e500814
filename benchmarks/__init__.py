"""Measurements: what Forecourt does in a second, beside a baseline in the same run. `make bench` runs them all."""
