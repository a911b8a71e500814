"""The codes that rewards are collected with."""

import secrets
from typing import Final

from forecourt.coupons.rules import ALPHABET

CODE_LENGTH: Final = 10
"""Five bits a character: a guess in 2**50, in two groups of five to be read aloud."""


def new_code() -> str:
    """A code nobody can guess, without characters that are taken for others."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def normal_code(text: str) -> str:
    """A code as it was typed, read aloud or scanned: upper case, without blanks and dashes."""
    return "".join(character for character in text.upper() if character.isascii() and character.isalnum())


def shown_code(code: str) -> str:
    """A code in two groups, as people read it."""
    return f"{code[:5]}-{code[5:]}" if len(code) == CODE_LENGTH else code
