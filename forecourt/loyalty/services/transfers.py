"""Points that one customer passes on to another."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.kernel import audit, clock, ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.loyalty import permissions, queries, records
from forecourt.loyalty.events import PointsTransferred
from forecourt.loyalty.rules import Book
from forecourt.loyalty.services.refusing import require_free
from forecourt.loyalty.values import Lot, PointsSummary
from forecourt.organisation import queries as organisation

MOST_POINTS: Final = 1_000_000
"""At once."""
MOST_A_DAY: Final = 10
"""So often a customer may pass points on in 24 hours."""


@transaction.atomic(durable=True)
def transfer_points(actor: Actor, giver: int, taker: int, points: int, reason: str = "") -> tuple[PointsSummary, ...]:
    """Pass points from one customer to another; returns what both have then, the giver first.

    Only points that can be spent, those that lapse soonest first; they keep their last day. Both must be of one
    household, unless the actor may pass points on anywhere; who may is not held to how often a day either.
    Conflict when one of them is blocked.
    """
    actor.require(permissions.TRANSFER_POINTS)
    if not 1 <= points <= MOST_POINTS:
        raise Invalid.field(
            "points", _("%(points)s is out of range; give 1 to %(most)s") % {"points": points, "most": MOST_POINTS}
        )
    giver, taker = _both_locked(giver, taker)
    require_free(giver, taker)
    now, day = clock.now(), organisation.company_day()
    _require_one_household(actor, giver, taker)
    _require_seldom(actor, giver)
    programme = queries.programme_at(now)
    records.open_missing([giver, taker], programme)
    books = queries.open_books([giver, taker], programme)
    if points > (available := books[giver].spendable(day)):
        raise Invalid.field(
            "points",
            _("%(points)s is more than the %(available)s that can be passed on; points that are pending or owed cannot")
            % {"points": points, "available": available},
        )
    entries = records.move_lots(
        _first(books[giver].good(day), points),
        giver=giver,
        taker=taker,
        book=Book(debts=books[taker].debts),
        day=day,
        at=now,
        reason=reason.strip(),
        origin=f"transfer:{ids.uuid7()}",
        actor=actor.label,
    )
    records.append_entries(entries)
    publish(
        [
            PointsTransferred(
                customer_id=customer_id,
                occurred_at=now,
                points=moved,
                other_id=other_id,
                reason=reason.strip(),
                actor=actor.label,
            )
            for customer_id, other_id, moved in ((giver, taker, -points), (taker, giver, points))
        ]
    )
    for customer_id in (giver, taker):
        audit.record(
            actor,
            "points.transfer",
            f"customer:{customer_id}",
            customer_id=customer_id,
            reason=reason.strip(),
            detail={"points": points, "from": giver, "to": taker},
        )
    return queries.household_points(giver), queries.household_points(taker)


def _both_locked(giver: int, taker: int) -> tuple[int, int]:
    """Lock both, the survivors of merged ones; NotFound when one is not there, Invalid when they are the same."""
    found = [customer_queries.survivor_of(giver), customer_queries.survivor_of(taker)]
    if found[0] == found[1]:
        raise Invalid.field("taker", _("is the giver; name another customer"))
    locked = customer_records.lock(found)
    for customer_id in found:
        if customer_id not in locked:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
        if locked[customer_id] is not None:
            raise Conflict(
                _("Customer %(id)s was merged into %(into)s just now; try again.")
                % {"id": customer_id, "into": locked[customer_id]}
            )
    return found[0], found[1]


def _require_one_household(actor: Actor, giver: int, taker: int) -> None:
    if actor.may(permissions.TRANSFER_ANYWHERE):
        return
    if taker not in customer_queries.household_of([giver]).get(giver, ()):
        raise NotAllowed(
            _(
                "Customers %(giver)s and %(taker)s are not of one household; head office may pass points on all the same."
            )
            % {"giver": giver, "taker": taker}
        )


def _require_seldom(actor: Actor, giver: int) -> None:
    if actor.may(permissions.TRANSFER_ANYWHERE):
        return
    if queries.transfers_of(giver, clock.now() - timedelta(days=1)) >= MOST_A_DAY:
        raise Conflict(
            _("Customer %(id)s has passed points on %(most)s times within a day; try again tomorrow.")
            % {"id": giver, "most": MOST_A_DAY}
        )


def _first(lots: list[Lot], points: int) -> list[Lot]:
    """So many points of lots, in their order; the last lot in part."""
    taken = []
    for lot in lots:
        if points <= 0:
            break
        taken.append(replace(lot, remaining=min(points, lot.remaining)))
        points -= taken[-1].remaining
    return taken
