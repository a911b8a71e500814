"""Points given and taken by hand."""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.kernel import audit, clock, ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.loyalty import permissions, queries, records, rules
from forecourt.loyalty.events import PointsAdjusted
from forecourt.loyalty.values import EntryKind, PointsEntry, Standing
from forecourt.organisation import queries as organisation

LARGEST_ADJUSTMENT = 10_000_000


@transaction.atomic(durable=True)
def adjust_points(actor: Actor, customer_id: int, points: int, reason: str) -> Standing:
    """Give points (positive) or take them (negative), with the reason; returns where the customer stands then.

    Taking more than there is follows the programme's policy: the balance goes below zero, or the command is refused.
    """
    actor.require(permissions.ADJUST_POINTS)
    if points == 0 or abs(points) > LARGEST_ADJUSTMENT:
        raise Invalid.field(
            "points",
            _("%(points)s must be other than 0 and at most %(most)s either way")
            % {"points": points, "most": LARGEST_ADJUSTMENT},
        )
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; say why, it stands in the ledger and in the audit trail"))
    customer_id = customer_queries.survivor_of(customer_id)
    if customer_id not in customer_records.lock([customer_id]):
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    now = clock.now()
    programme = queries.programme_at(now)
    records.open_balances([customer_id], rules.tier_for(programme.tiers, ZERO))
    book = queries.books([customer_id])[customer_id]
    if points < 0 and -points > book.available and programme.negative_balance == "forgive":
        raise Invalid.field(
            "points",
            _("%(points)s is more than the %(available)s there are; take at most those")
            % {"points": -points, "available": book.available},
        )
    today = now.astimezone(clock.zone(organisation.company().zone)).date()
    entry = PointsEntry(
        id=ids.uuid7(),
        customer_id=customer_id,
        business_date=today,
        occurred_at=now,
        kind=EntryKind.ADJUST,
        points=points,
        expires_on=rules.expiry_of(today, programme.points_life_months) if points > 0 else None,
        reason=reason.strip(),
        actor=actor.label,
    )
    records.append_entries([book.credit(entry) if points > 0 else book.debit(entry)])
    publish(
        [
            PointsAdjusted(
                customer_id=customer_id, occurred_at=now, points=points, reason=entry.reason, actor=actor.label
            )
        ]
    )
    audit.record(
        actor,
        "points.adjust",
        f"customer:{customer_id}",
        customer_id=customer_id,
        reason=entry.reason,
        detail={"points": points},
    )
    return queries.balance(customer_id)
