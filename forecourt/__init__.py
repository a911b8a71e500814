"""Forecourt, the customer-relationship system of fuel retailers."""

__version__ = "0.1.0"
