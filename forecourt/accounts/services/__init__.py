"""Commands of accounts, a file a noun."""

from forecourt.accounts.services.claims import (
    discard_claim,
    dispute_claim,
    draft_claim,
    refresh_claim,
    send_claim,
    settle_claim,
)
from forecourt.accounts.services.closing import close_day, close_period
from forecourt.accounts.services.policies import (
    approve_policy,
    change_policy,
    discard_policy,
    draft_policy,
    refuse_policy,
    submit_policy,
)

__all__ = [
    "approve_policy",
    "change_policy",
    "close_day",
    "close_period",
    "discard_claim",
    "discard_policy",
    "dispute_claim",
    "draft_claim",
    "draft_policy",
    "refresh_claim",
    "refuse_policy",
    "send_claim",
    "settle_claim",
    "submit_policy",
]
