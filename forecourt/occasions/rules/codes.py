"""Codes that people read out and type in: referral codes, codes of sign-ups."""

import secrets
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that is mistaken for something else: no 0 and O, no 1, I and L."""
LENGTH: Final = 8
"""31 to the 8th: with 100 million codes in use, one guess in 8,500 is somebody's."""


def new_code() -> str:
    """A code that nobody can foretell."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normal_code(text: str) -> str:
    """A code as typed, without blanks and dashes, in capitals."""
    return "".join(character for character in text.upper() if character.isalnum())[:40]
