"""Gifts on birthdays and on anniversaries of joining: a list a time, once a year for a customer.

Whoever's day was missed, because nothing ran, gets the gift up to a week late. What was given is noted in the
transaction that gives it, so a run that is killed or comes twice gives nothing twice. Where a coupon cannot be issued, the
points are given without it and that is told; a gift that would be nothing then waits for the coupon as long as for its day.
"""

from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import records as customer_records
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.occasions import permissions, queries, records, rules
from forecourt.occasions.events import CouponLeftOut, GiftGiven
from forecourt.occasions.models import GiftRow
from forecourt.occasions.rules import DueDays
from forecourt.occasions.values import Grant, HeldRules, RulesKind

BATCH: Final = 1000


def give_gifts(actor: Actor, kind: RulesKind, day: date) -> int:
    """Give the gifts that are due on that day of the company's clock; returns how many. Safe to repeat.

    Each by the rules in force on the day it was due, though it is given late.
    """
    actor.require(permissions.EDIT_RULES)
    asked = rules.asked_days(day)
    held = dict(zip(asked, queries.gift_rules_on(kind, asked), strict=True))
    return sum(_give_all(actor, kind, due, day) for due in rules.due_days(held, day))


def _give_all(actor: Actor, kind: RulesKind, wanted: DueDays, day: date) -> int:
    given, after = 0, 0
    while True:
        due = queries.due_gifts(kind, wanted.held.rules, wanted.targets, after, BATCH)
        if not due:
            return given
        after = due[-1][0]
        given += _give(actor, kind, wanted.held, dict(due), day)


@transaction.atomic(durable=True)
def _give(actor: Actor, kind: RulesKind, held: HeldRules, due: dict[int, date], today: date) -> int:
    live = held.rules
    state = customer_records.lock(due)
    had = queries.gifts_had(kind, due)
    # whoever was merged just now is asked about again tomorrow, as the survivor
    who = [one for one, merged_into in state.items() if merged_into is None and (one, due[one].year) not in had]
    now = clock.now()
    reason = _("Birthday gift") if kind is RulesKind.BIRTHDAY else _("Gift for the anniversary of joining")
    grants = [
        Grant(
            customer_id=one,
            origin=f"{kind.value}:{due[one].year}",
            reason=reason,
            actor=actor.label,
            points=live.points,
            template=live.template,
            expires_on=rules.last_day(live, due[one], today),
        )
        for one in who
    ]
    left_out = {one.customer_id for one in records.grant(grants, leaving_out=True)}
    rows = [
        GiftRow(
            customer_id=one,
            kind=kind.value,
            year=due[one].year,
            day=due[one],
            given_at=now,
            points=live.points,
            template="" if one in left_out else live.template,
            version=held.version,
        )
        for one in who
        if live.points or one not in left_out
    ]
    records.save_gifts(rows)
    publish([_told(row) for row in rows])
    publish(
        [
            CouponLeftOut(customer_id=one.customer_id, occurred_at=now, template=one.template, origin=one.origin)
            for one in grants
            if one.customer_id in left_out and (live.points or rules.is_last_try(live, due[one.customer_id], today))
        ]
    )
    return len(rows)


def _told(row: GiftRow) -> GiftGiven:
    return GiftGiven(
        customer_id=row.customer_id,
        occurred_at=row.given_at,
        kind=row.kind,
        year=row.year,
        points=row.points,
        template=row.template,
    )
