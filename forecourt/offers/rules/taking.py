"""Which offers take a coupon, and where."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from forecourt.offers.rules.conditions import All
from forecourt.offers.rules.conditions.paying import CouponUsed
from forecourt.offers.rules.conditions.places import AtStation, InRegion, PaidTo
from forecourt.offers.rules.matching import Live, walk


class Where(NamedTuple):
    """Where an offer is given, by codes of stations, names of regions and of legal entities; nothing named: everywhere.

    A station must be in all of what is named. What an offer says of places in another way ("any of", "not") is left out.
    """

    stations: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    payees: frozenset[str] | None = None


def takes(live: Live, template: str) -> bool:
    """Whether an offer takes coupons of a template."""
    if not live.uses_coupons:
        return False
    return any(isinstance(inner, CouponUsed) and inner.template == template for inner in walk(live.offer.when))


def is_taken(lives: Iterable[Live], template: str, moment: datetime) -> bool:
    """Whether an offer that is in force then takes coupons of a template."""
    return any(live.since <= moment < live.until and takes(live, template) for live in lives)


def places_taking(lives: Iterable[Live], template: str, moment: datetime) -> list[Where]:
    """Where the offers that are in force then take coupons of a template; none where no offer does."""
    return [where_of(live) for live in lives if live.since <= moment < live.until and takes(live, template)]


def where_of(live: Live) -> Where:
    """Where an offer is given, as far as its conditions say it each by itself."""
    found: dict[str, frozenset[str]] = {}
    when = live.offer.when
    for condition in when.of if isinstance(when, All) else (when,):
        match condition:
            case AtStation():
                field = "stations"
            case InRegion():
                field = "regions"
            case PaidTo():
                field = "payees"
            case _:
                continue
        found[field] = found[field] & condition.of if field in found else condition.of
    return Where(**found)
