"""What routes of the catalogue take alike: one object or a list of them."""

from typing import Any

MAX_LIST = 10_000
"""Products, prices or costs in one list."""


def one_or_many(body: Any) -> str:
    """Which of two tagged schemas a body is for."""
    return "<many>" if isinstance(body, list) else "<one>"
