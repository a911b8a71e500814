"""Coupons, pure: their codes, their dates, and why one is not taken."""

import secrets
from datetime import date, timedelta
from uuid import UUID

from forecourt.coupons.rules.spans import Move, Past, held_spans
from forecourt.coupons.rules.templates import checked_template
from forecourt.coupons.rules.verdicts import is_handed_over, is_held, sentence, why_not, why_not_there
from forecourt.coupons.values import Coupon, CouponStatus, Template

__all__ = [
    "ALPHABET",
    "CODE_LENGTH",
    "Move",
    "Past",
    "can_be_good",
    "checked_template",
    "good_days",
    "held_spans",
    "is_handed_over",
    "is_held",
    "minted",
    "new_code",
    "new_codes",
    "normal_code",
    "sentence",
    "shown_code",
    "why_not",
    "why_not_there",
]

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Characters of a code: none that is taken for another."""
CODE_LENGTH = 12
"""Five bits a character: a guess in 2**60."""
_GROUP = 4
_SKIPPED = str.maketrans("", "", " \t\r\n-_.·—–")


def new_code() -> str:
    """A code nobody can guess."""
    return new_codes(1)[0]


def new_codes(count: int) -> list[str]:
    """So many codes nobody can guess, all different."""
    found: dict[str, None] = {}
    while len(found) < count:
        wanted = count - len(found)
        entropy = secrets.token_bytes(CODE_LENGTH * wanted)
        text = entropy.translate(_LETTERS).decode("ascii")
        found.update(dict.fromkeys(text[start : start + CODE_LENGTH] for start in range(0, len(text), CODE_LENGTH)))
    return list(found)


_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
"""Every byte as a character: 256 is a multiple of 32, so each is as likely as any other."""


def normal_code(text: str) -> str:
    """A code as it is stored: in capitals, without the blanks, dashes and dots it was typed or printed with."""
    return text.translate(_SKIPPED).upper()


def shown_code(code: str) -> str:
    """A code as it is printed: one of ours in groups of four, others as they are."""
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        return code
    return "-".join(code[start : start + _GROUP] for start in range(0, CODE_LENGTH, _GROUP))


def good_days(template: Template, issued_on: date) -> tuple[date, date | None]:
    """The first and the last day a coupon issued on that day is good; no last day where it lives for ever."""
    first = issued_on + timedelta(days=template.delay_days)
    last = first + timedelta(days=template.valid_days - 1) if template.valid_days else None
    if template.valid_until is not None and (last is None or template.valid_until < last):
        last = template.valid_until
    return first, last


def can_be_good(template: Template, issued_on: date, expires_on: date | None = None) -> bool:
    """Whether a coupon issued on that day has a day on which it is good; `expires_on` as in `NewCoupon`."""
    first, last = good_days(template, issued_on)
    ends = expires_on or last
    return ends is None or first <= ends


def minted(coupon_id: UUID, code: str, template: Template, template_id: int, customer_id: int, day: date) -> Coupon:
    """A coupon of a template for a customer, given on that day."""
    first, last = good_days(template, day)
    return Coupon(
        id=coupon_id,
        code=code,
        template=template.code,
        customer_id=customer_id,
        status=CouponStatus.ACTIVE,
        active_from=first,
        expires_on=last,
        uses_left=template.uses,
        uses=template.uses,
        template_id=template_id,
    )
