"""Coupons, pure: their codes and their dates."""

import secrets
from datetime import date, timedelta

from forecourt.coupons.values import Template

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Characters of a code: none that is taken for another."""
CODE_LENGTH = 12
"""Five bits a character: a guess in 2**60."""


def new_code() -> str:
    """A code nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def good_days(template: Template, issued_on: date) -> tuple[date, date | None]:
    """The first and the last day a coupon issued on that day is good; no last day where it lives for ever."""
    first = issued_on + timedelta(days=template.delay_days)
    last = first + timedelta(days=template.valid_days - 1) if template.valid_days else None
    if template.valid_until is not None and (last is None or template.valid_until < last):
        last = template.valid_until
    return first, last
