"""What others may ask of occasions."""

from forecourt.occasions.queries.families import survivor_ids
from forecourt.occasions.queries.gifts import benefits_had, due_benefits, due_gifts, gifts_had, gifts_of
from forecourt.occasions.queries.member_events import (
    InLine,
    member_event,
    member_events,
    next_in_line,
    sign_ups,
    sign_ups_by_code,
    sign_ups_of,
)
from forecourt.occasions.queries.referrals import (
    code_of,
    friend_sales,
    owner_of_code,
    referral,
    referral_facts,
    referral_report,
    referrals,
    referrals_of,
    referrer_sales,
    rewards_had,
    state_counts,
)
from forecourt.occasions.queries.settings import live_gift_rules, live_referral_rules, rules_of

__all__ = [
    "InLine",
    "benefits_had",
    "code_of",
    "due_benefits",
    "due_gifts",
    "friend_sales",
    "gifts_had",
    "gifts_of",
    "live_gift_rules",
    "live_referral_rules",
    "member_event",
    "member_events",
    "next_in_line",
    "owner_of_code",
    "referral",
    "referral_facts",
    "referral_report",
    "referrals",
    "referrals_of",
    "referrer_sales",
    "rewards_had",
    "rules_of",
    "sign_ups",
    "sign_ups_by_code",
    "sign_ups_of",
    "state_counts",
    "survivor_ids",
]
