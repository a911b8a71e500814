"""Rewards of referrals, once the purchase has stood for the cooling time.

A referral is brought up to date with its sales in the very transaction that rewards it, so a refund that no reader has
seen yet counts too. The referrer's lock makes the limits of a month and a year exact.
"""

from collections import Counter
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt import occasions
from forecourt.coupons import records as coupons
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.occasions import permissions, queries, records
from forecourt.occasions.events import ReferralRewarded
from forecourt.occasions.models import Referral
from forecourt.occasions.queries.referrals import terms_of
from forecourt.occasions.values import Flag, Grant, ReferralState, Reward
from forecourt.organisation import queries as organisation

DUE: Final = sql.load(occasions.__file__, "referrals_due")
BATCH: Final = 200


def reward_referrals(actor: Actor) -> int:
    """Reward the referrals that are due, and end those whose time is over; returns how many were rewarded. Safe to repeat."""
    actor.require(permissions.EDIT_RULES)
    rewarded, after = 0, 0
    while True:
        due = [row[0] for row in sql.rows(DUE, {"now": clock.now(), "after": after, "limit": BATCH})]
        if not due:
            return rewarded
        after = due[-1]
        rewarded += _reward(actor, due)


@transaction.atomic(durable=True)
def _reward(actor: Actor, referral_ids: list[int]) -> int:
    rows = records.refreshed(referral_ids)
    now = clock.now()
    ready = [
        row for row in rows if row.state == ReferralState.QUALIFIED and row.due_at is not None and row.due_at <= now
    ]
    today = queries.survivor_ids({one for row in ready for one in (row.referrer_id, row.referred_id)})
    _flag_what_exceeds(ready, today, now)
    paid = [row for row in ready if set(row.flags) <= set(row.accepted)]
    for row in paid:
        row.state, row.rewarded_at, row.ended_at, row.due_at = ReferralState.REWARDED.value, now, now, None
        row.referrer_paid_id, row.referred_paid_id = today[row.referrer_id], today[row.referred_id]
    Referral.objects.bulk_update(
        ready, ["state", "flags", "rewarded_at", "ended_at", "due_at", "referrer_paid_id", "referred_paid_id"]
    )
    _pay(actor, paid, today, now)
    return len(paid)


def _flag_what_exceeds(rows: list[Referral], today: dict[int, int], now: datetime) -> None:
    """Flag the referrals beyond their referrer's limits, and those whose coupon cannot be issued."""
    local = now.astimezone(organisation.company_zone())
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = queries.rewards_had({today[row.referrer_id] for row in rows}, month, month.replace(month=1))
    rewards = {row.pk: (terms_of(row).referrer, terms_of(row).friend) for row in rows}
    room = coupons.room_of({one.template for pair in rewards.values() for one in pair if one.template})
    for row in rows:
        terms = terms_of(row)
        flags = set(row.flags)
        in_month, in_year = counted.get(today[row.referrer_id], (0, 0))
        if terms.most_a_month and in_month >= terms.most_a_month:
            flags.add(Flag.MONTH.value)
        if terms.most_a_year and in_year >= terms.most_a_year:
            flags.add(Flag.YEAR.value)
        # what cannot be issued is not a matter of trust, so nobody can accept it: it stands until the template is back
        flags.discard(Flag.TEMPLATE.value)
        wanted = Counter(one.template for one in rewards[row.pk] if one.template)
        if any(room[code] < count for code, count in wanted.items()):
            flags.add(Flag.TEMPLATE.value)
        row.flags = sorted(flags)
        if flags <= set(row.accepted):
            counted[today[row.referrer_id]] = (in_month + 1, in_year + 1)
            for code, count in wanted.items():
                room[code] -= count


def _pay(actor: Actor, rows: list[Referral], today: dict[int, int], now: datetime) -> None:
    grants, told = [], []
    for row in rows:
        terms = terms_of(row)
        sides: list[tuple[int, Reward, bool]] = [
            (today[row.referrer_id], terms.referrer, True),
            (today[row.referred_id], terms.friend, False),
        ]
        for customer_id, reward, is_referrer in sides:
            grants.append(
                Grant(
                    customer_id=customer_id,
                    origin=f"referral:{row.pk}",
                    reason=_("Brought a new member") if is_referrer else _("Came by a member's recommendation"),
                    actor=actor.label,
                    points=reward.points,
                    template=reward.template,
                )
            )
            told.append(
                ReferralRewarded(
                    customer_id=customer_id,
                    occurred_at=now,
                    referral_id=row.pk,
                    is_referrer=is_referrer,
                    points=reward.points,
                    template=reward.template,
                )
            )
    records.grant(grants)
    publish(told)
