"""Which coupons a tier brings, and in which period each counts once."""

from datetime import date
from typing import NamedTuple

from forecourt.loyalty.values import Every, Programme, Tier


class Due(NamedTuple):
    """A coupon that a tier brings now. `higher` are the tiers above it: who had theirs in the period gets no other."""

    tier: str
    template: str
    every: Every
    period: str
    higher: tuple[str, ...]

    @property
    def origin(self) -> str:
        """What the coupon is for: "tier:gold:2026-11", "tier:gold:entry:2026-11-22"."""
        return f"tier:{self.tier}:{'entry:' if self.every is Every.ENTRY else ''}{self.period}"


def periods(day: date) -> dict[Every, str]:
    """The period of that day for each way of giving."""
    return {Every.ENTRY: day.isoformat(), Every.MONTH: f"{day:%Y-%m}", Every.YEAR: f"{day:%Y}"}


def due_on_change(programme: Programme, before: str, after: str, day: date) -> list[Due]:
    """What somebody gets who comes into a tier: nothing when the tier is lower than the one before, or unknown."""
    codes = [tier.code for tier in programme.tiers]
    if after not in codes or (before in codes and codes.index(before) >= codes.index(after)):
        return []
    return _of(programme, codes.index(after), day, set(Every))


def due_each(programme: Programme, day: date) -> list[Due]:
    """What those who are in a tier get each month and each year, for all tiers."""
    return [
        due for place in range(len(programme.tiers)) for due in _of(programme, place, day, {Every.MONTH, Every.YEAR})
    ]


def _of(programme: Programme, place: int, day: date, which: set[Every]) -> list[Due]:
    tier: Tier = programme.tiers[place]
    higher = tuple(one.code for one in programme.tiers[place + 1 :])
    named = periods(day)
    return [
        Due(tier.code, coupon.template, coupon.every, named[coupon.every], higher)
        for coupon in tier.coupons
        if coupon.every in which
    ]
