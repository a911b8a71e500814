"""Offers, pure."""
