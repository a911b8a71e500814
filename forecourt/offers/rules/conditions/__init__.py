"""The conditions that offers know."""

from forecourt.offers.rules.conditions.basket import Bought, Pieces, Spent, Volume
from forecourt.offers.rules.conditions.habits import FirstPurchase, HasBirthday, Joined, NthVisit, SinceLast
from forecourt.offers.rules.conditions.logic import CONDITIONS, All, Any, AnyCondition, Not
from forecourt.offers.rules.conditions.paying import CouponUsed, PaidBy
from forecourt.offers.rules.conditions.people import Drives, HasTag, HasTier, HoldsCoupon, InSegment, IsKind, IsMember
from forecourt.offers.rules.conditions.places import AtPump, AtStation, InRegion, PaidTo
from forecourt.offers.rules.conditions.times import (
    AtHours,
    Dates,
    OnDates,
    OnDaysOfMonth,
    OnWeekdays,
    Span,
    Weekday,
)

__all__ = [
    "CONDITIONS",
    "All",
    "Any",
    "AnyCondition",
    "AtHours",
    "AtPump",
    "AtStation",
    "Bought",
    "CouponUsed",
    "Dates",
    "Drives",
    "FirstPurchase",
    "HasBirthday",
    "HasTag",
    "HasTier",
    "HoldsCoupon",
    "InRegion",
    "InSegment",
    "IsKind",
    "IsMember",
    "Joined",
    "Not",
    "NthVisit",
    "OnDates",
    "OnDaysOfMonth",
    "OnWeekdays",
    "PaidBy",
    "PaidTo",
    "Pieces",
    "SinceLast",
    "Span",
    "Spent",
    "Volume",
    "Weekday",
]
