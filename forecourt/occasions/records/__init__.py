"""Set-based writes of occasions. They take lists and run inside the caller's transaction."""

from forecourt.occasions.records.benefits import give_due
from forecourt.occasions.records.gifts import save_benefits, save_gifts
from forecourt.occasions.records.granting import grant
from forecourt.occasions.records.locking import lock_payers, lock_survivors
from forecourt.occasions.records.places import move_up
from forecourt.occasions.records.referrals import add_referrals, follow, refreshed, refuse
from forecourt.occasions.records.returning import costs_of, origin_of
from forecourt.occasions.records.sign_ups import end_sign_ups

__all__ = [
    "add_referrals",
    "costs_of",
    "end_sign_ups",
    "follow",
    "give_due",
    "grant",
    "lock_payers",
    "lock_survivors",
    "move_up",
    "origin_of",
    "refreshed",
    "refuse",
    "save_benefits",
    "save_gifts",
]
