"""Forecourt, loaded: imported once by the process that those of `tests.bench.victims` are forked from."""

import django

django.setup()
