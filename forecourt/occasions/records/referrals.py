"""Referrals brought up to date with what the two have bought; for the handlers of sales and for the reward itself."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from forecourt import occasions
from forecourt.customers import queries as customers
from forecourt.kernel import clock, sql
from forecourt.kernel.events import Event, publish
from forecourt.occasions import queries, rules
from forecourt.occasions.events import ReferralMade, ReferralQualified, ReferralRefused, ReferralReversed
from forecourt.occasions.models import Referral
from forecourt.occasions.queries.referrals import terms_of
from forecourt.occasions.records.locking import lock_survivors
from forecourt.occasions.values import Flag, ReferralRules, ReferralState

OPEN_REFERRALS: Final = sql.load(occasions.__file__, "open_referrals")
REFUND_LATE: Final = "refund"
LATE: Final = "late"
SAME_PERSON: Final = "same_person"
_FIELDS: Final = ["state", "flags", "qualified_at", "sale_id", "due_at", "ended_at", "reason"]


def add_referrals(pairs: Sequence[tuple[int, int, str]], terms: ReferralRules, made_by: str) -> list[Referral]:
    """Write referrals as (new member, referrer, code), all locked survivors, with what speaks against each, and publish."""
    now = clock.now()
    joined = customers.buyers([referred_id for referred_id, _, _ in pairs])
    body: Any = msgspec.json.decode(msgspec.json.encode(terms))
    rows: list[Referral] = Referral.objects.bulk_create(
        [
            Referral(
                referrer_id=referrer_id,
                referred_id=referred_id,
                code=code,
                state=ReferralState.PENDING.value,
                terms=body,
                made_at=now,
                made_by=made_by,
                joined_at=joined[referred_id].joined_at,
            )
            for referred_id, referrer_id, code in pairs
        ]
    )
    facts = queries.referral_facts([row.pk for row in rows])
    for row in rows:
        row.flags = [flag.value for flag in facts[row.pk].flags]
    Referral.objects.bulk_update([row for row in rows if row.flags], ["flags"])
    publish(
        [
            ReferralMade(customer_id=row.referred_id, occurred_at=now, referral_id=row.pk, referrer_id=row.referrer_id)
            for row in rows
        ]
    )
    return rows


def follow(customer_ids: Collection[int], *, with_referrers: bool = False) -> None:
    """Bring the referrals of these new members (and, where asked, of these referrers) up to date with their sales."""
    where = {"ids": sorted(customer_ids), "with_referrers": with_referrers}
    ids = [row[0] for row in sql.rows(OPEN_REFERRALS, where)]
    if ids:
        refreshed(ids)


def refreshed(referral_ids: Collection[int]) -> list[Referral]:
    """Lock referrals and their customers, bring them up to date, and publish what changed; returns them by id."""
    pairs = Referral.objects.filter(id__in=list(referral_ids)).values_list("referrer_id", "referred_id")
    lock_survivors({one for pair in pairs for one in pair})
    rows = list(Referral.objects.select_for_update().filter(id__in=list(referral_ids)).order_by("id"))
    ids = [row.pk for row in rows]
    sales, others = queries.friend_sales(ids), queries.referrer_sales(ids)
    facts = queries.referral_facts(ids)
    now = clock.now()
    happened: list[Event] = []
    for row in rows:
        if row.state in {"pending", "qualified", "reversed"}:
            happened += _bring_up_to_date(row, facts[row.pk].flags, sales.get(row.pk, []), others.get(row.pk, []), now)
    Referral.objects.bulk_update(rows, _FIELDS)
    publish(happened)
    return rows


def _bring_up_to_date(
    row: Referral,
    flags: Sequence[Flag],
    sales: Sequence[rules.FriendSale],
    others: Sequence[tuple[int, datetime]],
    now: datetime,
) -> list[Event]:
    """Set a referral's state and flags by its sales; returns what happened."""
    about: dict[str, Any] = {
        "customer_id": row.referred_id,
        "referral_id": row.pk,
        "referrer_id": row.referrer_id,
        "occurred_at": now,
    }
    if Flag.SAME_PERSON in flags:
        refuse(row, SAME_PERSON, now)
        return [ReferralRefused(**about, reason=SAME_PERSON)]
    terms = terms_of(row)
    found = rules.qualified(sales, row.joined_at, terms)
    if found is not None and rules.is_together(found.sales, others, terms.minutes):
        flags = [*flags, Flag.TOGETHER]
    row.flags = sorted({*row.flags, *(flag.value for flag in flags)})
    if found is not None:
        was = row.state
        row.state = ReferralState.QUALIFIED.value
        row.qualified_at, row.sale_id = found.at, found.sale_id
        row.due_at = found.at + timedelta(days=terms.cooling_days)
        row.ended_at, row.reason = None, ""
        return [] if was == row.state else [ReferralQualified(**about, sale_id=found.sale_id)]
    if row.state == ReferralState.QUALIFIED:
        row.state, row.reason = ReferralState.REVERSED.value, REFUND_LATE
        row.ended_at, row.due_at = now, None
        return [ReferralReversed(**about)]
    over = row.joined_at + timedelta(days=terms.within_days + 3)
    if row.state == ReferralState.PENDING and now > over:
        refuse(row, LATE, now)
        return [ReferralRefused(**about, reason=LATE)]
    return []


def refuse(row: Referral, reason: str, now: datetime) -> None:
    """Set a referral to refused; the caller saves it."""
    row.state, row.reason = ReferralState.REFUSED.value, reason
    row.ended_at, row.due_at = now, None
