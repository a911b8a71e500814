"""Passwords in tests: kept and checked as everywhere, but with little of the work that protects a stolen table."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 64
    parallelism = 1
