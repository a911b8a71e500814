"""Commands of occasions, a file a noun."""

from forecourt.occasions.services.benefits import give_benefits
from forecourt.occasions.services.days import begin_day
from forecourt.occasions.services.decisions import approve_referral, refuse_referral
from forecourt.occasions.services.event_reviews import approve_event, refuse_event, submit_event, withdraw_event
from forecourt.occasions.services.gifts import give_gifts
from forecourt.occasions.services.member_events import (
    cancel_event,
    change_event,
    close_events,
    make_event,
)
from forecourt.occasions.services.referrals import make_referral, referral_code
from forecourt.occasions.services.reviews import approve_rules, refuse_rules, submit_rules, withdraw_rules
from forecourt.occasions.services.rewarding import reward_referrals
from forecourt.occasions.services.settings import save_rules, stop_rules
from forecourt.occasions.services.sign_ups import cancel_sign_up, check_in, sign_up

__all__ = [
    "approve_event",
    "approve_referral",
    "approve_rules",
    "begin_day",
    "cancel_event",
    "cancel_sign_up",
    "change_event",
    "check_in",
    "close_events",
    "give_benefits",
    "give_gifts",
    "make_event",
    "make_referral",
    "referral_code",
    "refuse_event",
    "refuse_referral",
    "refuse_rules",
    "reward_referrals",
    "save_rules",
    "sign_up",
    "stop_rules",
    "submit_event",
    "submit_rules",
    "withdraw_event",
    "withdraw_rules",
]
