"""Commands of offers: drafted, tried, reviewed by a second person, put in force, paused, ended."""

from forecourt.offers.services.drafts import change_offer, copy_offer, discard_offer, make_offer, restore_draft
from forecourt.offers.services.floors import (
    approve_floors,
    draft_floor,
    draft_floors,
    drop_floor,
    refuse_floors,
    submit_floors,
    withdraw_announced_floors,
    withdraw_floors,
)
from forecourt.offers.services.policies import (
    approve_policy,
    discard_policy,
    draft_policy,
    refuse_policy,
    submit_policy,
    withdraw_announced_policy,
    withdraw_policy,
)
from forecourt.offers.services.publishing import end_offer, pause_offer, publish_offers, resume_offer
from forecourt.offers.services.reviews import approve_offer, refuse_offer, submit_offer, withdraw_offer

__all__ = [
    "approve_floors",
    "approve_offer",
    "approve_policy",
    "change_offer",
    "copy_offer",
    "discard_offer",
    "discard_policy",
    "draft_floor",
    "draft_floors",
    "draft_policy",
    "drop_floor",
    "end_offer",
    "make_offer",
    "pause_offer",
    "publish_offers",
    "refuse_floors",
    "refuse_offer",
    "refuse_policy",
    "restore_draft",
    "resume_offer",
    "submit_floors",
    "submit_offer",
    "submit_policy",
    "withdraw_announced_floors",
    "withdraw_announced_policy",
    "withdraw_floors",
    "withdraw_offer",
    "withdraw_policy",
]
