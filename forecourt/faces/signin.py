"""Signing in: staff by name and password, locked out after repeated failures."""

from django.contrib.auth.backends import ModelBackend


class StaffBackend(ModelBackend):
    """Placeholder until organisation.services lands in this same commit series."""
