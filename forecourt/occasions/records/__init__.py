"""Set-based writes of occasions. They take lists and run inside the caller's transaction."""

from forecourt.occasions.records.benefits import give_due
from forecourt.occasions.records.gifts import save_benefits, save_gifts
from forecourt.occasions.records.granting import grant
from forecourt.occasions.records.locking import lock_survivors
from forecourt.occasions.records.places import move_up
from forecourt.occasions.records.referrals import add_referrals, follow, refreshed, refuse
from forecourt.occasions.records.returning import Cost, give_back
from forecourt.occasions.records.sign_ups import end_sign_ups

__all__ = [
    "Cost",
    "add_referrals",
    "end_sign_ups",
    "follow",
    "give_back",
    "give_due",
    "grant",
    "lock_survivors",
    "move_up",
    "refreshed",
    "refuse",
    "save_benefits",
    "save_gifts",
]
