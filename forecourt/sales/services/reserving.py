"""Reserving before a sale: a quote that holds, with its coupons, budgets and points set aside.

A discount per litre has to be known before fuel flows; a coupon shown at one till must not serve at another meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import asdict, replace

from forecourt.coupons import records as coupon_records
from forecourt.coupons.values import Hold
from forecourt.kernel import clock, ids, sql, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, NotFound, Problem
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.events import moved
from forecourt.loyalty.values import Spending
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, rules
from forecourt.sales.rules import State
from forecourt.sales.services import engine
from forecourt.sales.services.claiming import New, begun_anew, fingerprint, hold_of, lock
from forecourt.sales.services.engine import InForce
from forecourt.sales.services.limits import Freed, Limits
from forecourt.sales.services.loading import Submission, admitted, know
from forecourt.sales.services.paying import available_to, payable, refusal
from forecourt.sales.services.quoting import quote_of
from forecourt.sales.services.reservations import EVER, end_unsold, let_go, lock_holders, of_survivors, open_promises
from forecourt.sales.values import Before, Flag, KnownSale, NewSale, Outcome, Promise, Reserved

SWEEP: Final = 500
_promises: Final = msgspec.json.Encoder(decimal_format="string")
_NAME: Final = """
SELECT id, ended_at, outcome, body_hash, expires_at, promise ->> 'quote' FROM sales_reservation
WHERE station_id = %(station)s AND source = %(source)s AND source_ref = %(source_ref)s
FOR NO KEY UPDATE
"""
_SOLD: Final = """
SELECT sale_id FROM sales_claim WHERE station_id = %(station)s AND source = %(source)s AND source_ref = %(source_ref)s
"""
_CLAIM: Final = """
INSERT INTO sales_reservation
  (id, station_id, source, source_ref, customer_id, made_at, expires_at, outcome, promise, body_hash)
VALUES (%(id)s, %(station)s, %(source)s, %(source_ref)s, %(customer)s, %(at)s, %(until)s, '', '{}'::jsonb, %(hash)s)
ON CONFLICT (station_id, source, source_ref) DO NOTHING RETURNING id
"""
_EARLIER: Final = """
SELECT id, customer_id FROM sales_reservation
WHERE station_id = %(station)s AND source = %(source)s AND source_ref = %(source_ref)s
"""
_ANEW: Final = """
UPDATE sales_reservation SET id = %(id)s, customer_id = %(customer)s, made_at = %(at)s, expires_at = %(until)s,
       ended_at = NULL, outcome = '', promise = '{}'::jsonb, body_hash = %(hash)s
WHERE station_id = %(station)s AND source = %(source)s AND source_ref = %(source_ref)s
"""
_KEEP: Final = """
UPDATE sales_reservation SET customer_id = %(customer)s, promise = %(promise)s::jsonb WHERE id = %(id)s
"""


class Short(Conflict):
    """The points that were to pay are not there."""

    type = "points-short"
    title = "Not enough points"


def reserve_sales(actor: Actor, sales: Sequence[NewSale | Problem]) -> list[Reserved | Problem]:
    """Promise sales what they would come to now, each by itself, and set aside what they would use.

    Reserved again under the same name with the same contents, a sale gets the same promise. Conflict when the name is taken
    by another reservation or was sold, or when the points to pay with are not there.
    """
    actor.require(permissions.POST)
    return reserve_together([Submission(actor, sale) for sale in sales])


def reserve_together(submissions: Sequence[Submission]) -> list[Reserved | Problem]:
    """Reserve for several senders, each sale in a transaction of its own: a promise that fails must not hold up others."""
    return [_reserve(submission) for submission in admitted(submissions)]


def _reserve(submission: Submission) -> Reserved | Problem:
    try:
        return _reserved(submission)
    except Problem as problem:
        return problem


@begun_anew
@transaction.atomic(durable=True)
def _reserved(submission: Submission) -> Reserved:
    seen = stamps.read()
    (known,) = know([submission], seen)
    if isinstance(known, Problem):
        raise known
    known = replace(known, sale=replace(known.sale, pricing=known.sale.pricing or "offers"))
    now = clock.now()
    name = {"station": known.station.id, "source": known.sale.source, "source_ref": known.sale.source_ref}
    reservation_id = ids.uuid7()
    until = now + timedelta(minutes=organisation.company().hold_minutes)
    row = name | {"id": reservation_id, "customer": known.customer_id, "at": now, "until": until}
    row["hash"] = body_hash = fingerprint(known.sale)
    earlier = [] if sql.rows(_CLAIM, row) else sql.rows(_EARLIER, name)
    holds = [hold_of(customer_id, id) for id, customer_id in earlier if customer_id > 0]
    lock([New(0, reservation_id, known, submission.actor.label)], holds)
    in_force = engine.in_force(seen)
    freed: Freed = {}
    if earlier:
        promised = _as_promised(name, known, body_hash, now, in_force)
        if isinstance(promised, Reserved):
            return promised
        freed = promised
        sql.run(_ANEW, row)
    if sql.rows(_SOLD, name):
        raise Conflict(_("%(source_ref)r was sold already; reserve under a name of its own.") % name)
    available = available_to([known], loyalty.standings([known.customer_id]), in_force)
    points = _hold_points(known, in_force, reservation_id, submission.actor.label)
    state, limits = engine.load([known], in_force, lock=True, freed=freed)
    before = state.copy()
    (outcome,) = engine.rate_and_take([known], in_force, state, limits)
    coupon_records.reserve(
        [
            Hold(coupon_id=coupon.id, reservation_id=reservation_id, customer_id=known.customer_id)
            for coupon in outcome.used
        ]
    )
    quote = quote_of(outcome, before, payable(outcome, available, in_force))
    reserved = Reserved(**asdict(quote), reservation=reservation_id, expires_at=until)
    promise = _promise(reservation_id, outcome, before, limits, points, now, in_force)
    body = msgspec.to_builtins(promise) | {"quote": _promises.encode(reserved).decode()}
    sql.run(_KEEP, {"id": reservation_id, "customer": known.customer_id, "promise": _promises.encode(body).decode()})
    return reserved


def _promise(
    id: UUID, outcome: Outcome, state: State, limits: Limits, points: int, now: datetime, in_force: InForce
) -> Promise:
    known = outcome.known
    standing = state.standing_of(known) if known.is_member else None
    return Promise(
        id=id,
        customer_id=known.customer_id,
        station_id=known.station.id,
        made_at=now,
        spends={key: (amount, limits.budgets[key]) for key, amount in outcome.spends.items()},
        points=points,
        holds=rules.holds_of(outcome, limits.own) if known.is_member else (),
        before=Before(
            tier=standing.tier,
            sales=standing.sales,
            last_sale_at=standing.last_sale_at,
            holds=state.held_by(known, in_force.offers.book.asks_held),
        )
        if standing is not None
        else None,
        is_blocked=Flag.BLOCKED_CUSTOMER in known.flags,
    )


def _as_promised(
    name: dict[str, object], known: KnownSale, body_hash: bytes, now: datetime, in_force: InForce
) -> Reserved | Freed:
    """The promise made before under this name; where it ended without a sale what it held of budgets, for the caller to give
    back. Conflict when it was for something else.

    It ends where whoever is named is another customer by now than then, other than by a merge.
    """
    id, ended_at, outcome, made_hash, expires_at, quote = sql.rows(_NAME, name)[0]
    if outcome == "posted":
        raise Conflict(_("%(source_ref)r was sold already; reserve under a name of its own.") % name)
    if ended_at is not None:
        return {}
    held = of_survivors(open_promises([id], EVER), {known.customer_id})
    is_dead = expires_at < now
    if not is_dead and bytes(made_hash) != body_hash:
        raise Conflict(
            _("%(source_ref)r is reserved with other contents; release that reservation first, %(id)s.")
            % (name | {"id": id})
        )
    if is_dead or not rules.is_for(held[id], known):
        engine.coupons_of([known], in_force, [id], lock=True)  # all that the new promise may touch, at once
        return end_unsold(list(held.values()), "expired" if is_dead else "released", is_locked=True)
    promised = msgspec.json.decode(quote, type=Reserved)
    return replace(promised, customer_id=known.customer_id) if known.is_member else promised


def _hold_points(known: KnownSale, in_force: InForce, id: UUID, actor: str) -> int:
    points = rules.points_tendered(known.sale, in_force.at(known.rated_at).programme)
    if not points:
        return 0
    if (problem := refusal(known, in_force.at(known.rated_at).programme)) is not None:
        raise problem
    if not known.is_member:
        raise Short(_("Nobody was recognised whose %(points)s points could pay.") % {"points": points})
    spending = Spending(
        customer_id=known.customer_id,
        points=points,
        origin=f"hold:{id}",
        reason=_("held for a sale under way"),
        actor=actor,
    )
    (answer,), entries = loyalty_records.spend([spending])
    if not answer.is_paid:
        raise Short(
            _("%(points)s points were to pay and %(available)s can be spent; take another payment for the rest.")
            % {"points": points, "available": answer.available}
        )
    publish(moved(entries))
    return points


@transaction.atomic(durable=True)
def release_sale(actor: Actor, reservation_id: UUID) -> None:
    """Let a reservation go: what it holds is free at once. NotFound where none holds; safe to repeat."""
    actor.require(permissions.POST)
    found = sql.rows("SELECT customer_id, station_id FROM sales_reservation WHERE id = %(id)s", {"id": reservation_id})
    if not found or not actor.may_at(found[0][1]):
        raise NotFound(_("There is no reservation %(id)s.") % {"id": reservation_id})
    lock_holders({reservation_id: found[0][0]})
    let_go(list(open_promises([reservation_id], clock.now()).values()), "released")


def expire_reservations(now: datetime) -> int:
    """Let go what was reserved and never sold; returns how many. Safe to repeat and to run beside itself."""
    total = 0
    while count := _expire_some(now):
        total += count
    return total


_EXPIRED: Final = """
SELECT id, customer_id FROM sales_reservation WHERE ended_at IS NULL AND expires_at < %(now)s ORDER BY id LIMIT %(limit)s
"""


@transaction.atomic(durable=True)
def _expire_some(now: datetime) -> int:
    found = sql.rows(_EXPIRED, {"now": now, "limit": SWEEP})
    if not found:
        return 0
    lock_holders(dict(found))
    let_go(list(open_promises([row[0] for row in found], EVER).values()), "expired")
    return len(found)
