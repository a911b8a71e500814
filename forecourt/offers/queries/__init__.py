"""Reads of offers."""
