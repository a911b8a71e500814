"""Routes of occasions, a file a noun."""

from ninja import Router

from forecourt.occasions.api import member_events, referrals, rules

router = Router()
for part in (rules, referrals, member_events):
    router.add_router("", part.router)
