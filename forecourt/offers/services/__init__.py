"""Commands of offers: drafted, tried, reviewed by a second person, put in force, paused, ended."""

from forecourt.offers.services.drafts import change_offer, copy_offer, discard_offer, make_offer, restore_draft
from forecourt.offers.services.floors import set_floor
from forecourt.offers.services.publishing import end_offer, pause_offer, publish_offers, resume_offer, set_policy
from forecourt.offers.services.reviews import approve_offer, refuse_offer, submit_offer, withdraw_offer

__all__ = [
    "approve_offer",
    "change_offer",
    "copy_offer",
    "discard_offer",
    "end_offer",
    "make_offer",
    "pause_offer",
    "publish_offers",
    "refuse_offer",
    "restore_draft",
    "resume_offer",
    "set_floor",
    "set_policy",
    "submit_offer",
    "withdraw_offer",
]
