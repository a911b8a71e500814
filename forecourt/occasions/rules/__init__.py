"""Occasions, pure: which gifts are due, what tiers bring, when a referral counts, who may come to an event."""

from forecourt.occasions.rules.benefits import Due, due_each, due_on_change, periods
from forecourt.occasions.rules.codes import ALPHABET, new_code, normal_code
from forecourt.occasions.rules.gifts import LATE_DAYS, DueDays, Target, asked_days, due_days, is_last_try, last_day
from forecourt.occasions.rules.member_events import EARLY, LATE, checked_event, refusal, station_or_place
from forecourt.occasions.rules.referrals import FriendSale, Qualified, is_together, qualified, taken_back

__all__ = [
    "ALPHABET",
    "EARLY",
    "LATE",
    "LATE_DAYS",
    "Due",
    "DueDays",
    "FriendSale",
    "Qualified",
    "Target",
    "asked_days",
    "checked_event",
    "due_days",
    "due_each",
    "due_on_change",
    "is_last_try",
    "is_together",
    "last_day",
    "new_code",
    "normal_code",
    "periods",
    "qualified",
    "refusal",
    "station_or_place",
    "taken_back",
]
