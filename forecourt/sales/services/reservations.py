"""Reservations kept and ended: what a till was promised comes to its sale, or goes back where it came from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.coupons import records as coupon_records
from forecourt.customers import queries as customers
from forecourt.kernel import clock, sql
from forecourt.kernel.events import publish
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.events import moved
from forecourt.loyalty.values import EntryKind
from forecourt.offers import records as offer_records
from forecourt.sales import rules
from forecourt.sales.services import engine
from forecourt.sales.services.claiming import New, hold_of
from forecourt.sales.services.engine import InForce
from forecourt.sales.services.limits import Freed
from forecourt.sales.values import KnownSale, Promise

EVER: Final = datetime(2000, 1, 1, tzinfo=clock.UTC)
_OPEN: Final = """
SELECT id, customer_id, station_id, made_at, promise::text FROM sales_reservation
WHERE id = ANY(%(ids)s::uuid[]) AND ended_at IS NULL AND expires_at >= %(now)s
ORDER BY id
"""
_OF_SALE: Final = """
SELECT kept.id, kept.customer_id, kept.station_id, kept.made_at, kept.promise::text FROM sales_reservation AS kept
WHERE kept.sale_id = %(sale_id)s AND kept.outcome = 'posted' AND NOT EXISTS (
    SELECT FROM sales_repair AS repair WHERE repair.sale_id = kept.sale_id AND repair.booked_customer_id IS NOT NULL
)
"""
_END: Final = """
UPDATE sales_reservation AS kept SET ended_at = %(now)s, outcome = %(outcome)s, sale_id = ended.sale_id
FROM unnest(%(ids)s::uuid[], %(sale_ids)s::uuid[]) AS ended (id, sale_id)
WHERE kept.id = ended.id
"""


def open_promises(ids: Collection[UUID], now: datetime, *, lock: bool = True) -> dict[UUID, Promise]:
    """The reservations among these that hold now, locked until the transaction ends unless said otherwise. One statement."""
    if not ids:
        return {}
    statement = _OPEN + "FOR NO KEY UPDATE" if lock else _OPEN
    rows = sql.rows(statement, {"ids": sql.array(ids), "now": now}, hot=True)
    return {row[0]: _promise(*row) for row in rows}


def promise_kept_by(sale_id: UUID) -> Promise | None:
    """What a recorded sale was promised, None for one without or that went to another customer since.

    It holds nothing of budgets and limits any more. Nor are its points there: they tell that their owner was proven then.
    """
    rows = sql.rows(_OF_SALE, {"sale_id": sale_id})
    return replace(_promise(*rows[0]), spends={}, holds=()) if rows else None


def _promise(id: UUID, customer_id: int, station_id: int, made_at: datetime, body: str) -> Promise:
    held = msgspec.json.decode(body, type=Promise)
    return replace(held, customer_id=customer_id, station_id=station_id, made_at=made_at)


def keep_promises(new: Sequence[New], in_force: InForce) -> tuple[list[New], Freed]:
    """Give sales what their reservations hold, and end those. Points that were held are there to be paid with again.
    Returns the sales, and what those that expired held of budgets, for the caller to give back.

    A reservation that ended, or is another customer's or station's, promises nothing: the sale is rated as it comes. That of a
    customer who was merged into another since is the survivor's. What one that expired still holds is let go first.
    """
    asked = {item.known.sale.reservation for item in new if item.known.sale.reservation is not None}
    if not asked:
        return list(new), {}
    who = {item.known.customer_id for item in new}
    promises = of_survivors(open_promises(asked, clock.now()), who)
    freed = _let_go_expired(of_survivors(open_promises(asked - promises.keys(), EVER), who), new, in_force)
    kept: dict[UUID, UUID] = {}
    result = []
    for item in new:
        promise = promises.get(item.known.sale.reservation) if item.known.sale.reservation is not None else None
        if promise is None or promise.id in kept or not rules.is_for(promise, item.known):
            result.append(item)
            continue
        kept[promise.id] = item.sale_id
        result.append(item._replace(known=rules.promised(item.known, promise)))
    if not kept:
        return result, freed
    end(kept, "posted")
    payers = return_points([promises[id] for id in kept], _("paid with the sale it was reserved for"))
    return [_paid_by(item, payers) for item in result] if payers else result, freed


def _paid_by(item: New, payers: Mapping[UUID, tuple[tuple[int, int], ...]]) -> New:
    promise = item.known.promise
    if promise is None or promise.id not in payers:
        return item
    return item._replace(known=replace(item.known, promise=replace(promise, paid_by=payers[promise.id])))


def promised(known: Sequence[KnownSale]) -> list[KnownSale]:
    """Sales with what their reservations promise them, which hold on: for quotes. Two statements at most."""
    asked = {item.sale.reservation for item in known if item.sale.reservation is not None}
    promises = of_survivors(open_promises(asked, clock.now(), lock=False), {item.customer_id for item in known})
    return [
        rules.promised(item, promise)
        if item.sale.reservation is not None
        and (promise := promises.get(item.sale.reservation)) is not None
        and rules.is_for(promise, item)
        else item
        for item in known
    ]


def _let_go_expired(expired: dict[UUID, Promise], new: Sequence[New], in_force: InForce) -> Freed:
    known = [item.known for item in new]
    own = {
        promise.id: promise
        for item in known
        if item.sale.reservation is not None
        and (promise := expired.get(item.sale.reservation)) is not None
        and rules.is_for(promise, item)
    }
    if not own:
        return {}
    engine.coupons_of(known, in_force, lock=True)  # all that the list may touch, at once
    return end_unsold(list(own.values()), "expired", is_locked=True)


def of_survivors(promises: dict[UUID, Promise], customer_ids: Collection[int]) -> dict[UUID, Promise]:
    """Promises with the customers of today. No statement where all are of these, who are survivors; else one."""
    others = {promise.customer_id for promise in promises.values()}.difference(customer_ids)
    merged = customers.merged_into(others)
    return {
        id: replace(promise, customer_id=merged.get(promise.customer_id, promise.customer_id))
        for id, promise in promises.items()
    }


def end(sales: dict[UUID, UUID], outcome: str) -> None:
    """Write down how reservations ended, with the sale of each; a nil id is none."""
    ids = sorted(sales)
    sql.run(
        _END,
        {
            "now": clock.now(),
            "outcome": outcome,
            "ids": sql.array(ids),
            "sale_ids": sql.array([sales[id] if sales[id].int else "NULL" for id in ids]),
        },
        hot=True,
    )


def return_points(promises: Sequence[Promise], reason: str) -> dict[UUID, tuple[tuple[int, int], ...]]:
    """Give back the points that reservations held; returns whose they are, (customer, points), by reservation."""
    held = {f"hold:{promise.id}": promise for promise in promises if promise.points}
    if not held:
        return {}
    entries = loyalty_records.give_back_all([hold_of(one.customer_id, one.id, reason) for one in held.values()])
    publish(moved(entries))
    merged = {}
    if any(entry.kind is EntryKind.TRANSFER for entry in entries):
        merged = customers.merged_into({entry.customer_id for entry in entries})
    payers: dict[UUID, tuple[tuple[int, int], ...]] = {}
    for entry in entries:
        if entry.kind is EntryKind.RETURN:
            id = held[entry.origin].id
            payers[id] = (*payers.get(id, ()), (merged.get(entry.customer_id, entry.customer_id), entry.points))
    return payers


def let_go(promises: Sequence[Promise], outcome: str) -> None:
    """End reservations without a sale: coupons, points and budgets go back. Callers hold the customers' locks and the rows'."""
    freed = end_unsold(promises, outcome)
    offer_records.give_back({key: amount for key, (amount, _limit) in freed.items()})


def end_unsold(promises: Sequence[Promise], outcome: str, *, is_locked: bool = False) -> Freed:
    """End reservations without a sale: coupons and points go back. Returns what is to go back to budgets, by a caller who
    takes from them too at once with that. Callers hold the customers' locks and the rows', those of the coupons too where
    `is_locked`.
    """
    if not promises:
        return {}
    ids = [promise.id for promise in promises]
    end(dict.fromkeys(ids, UUID(int=0)), outcome)
    return_points(promises, _("reserved for a sale that did not come"))
    coupon_records.free(ids, is_locked=is_locked)
    freed: dict[str, tuple[Decimal, Decimal]] = {}
    for promise in promises:
        for key, (held, limit) in promise.spends.items():
            freed[key] = (freed[key][0] + held if key in freed else held, limit)
    return freed


def lock_holders(customers_of: Mapping[UUID, int]) -> None:
    """Lock the members who reserved these, and everybody whose points are held for them, at once."""
    holds = [hold_of(customer_id, id) for id, customer_id in customers_of.items() if customer_id > 0]
    if holds:
        loyalty_records.lock_sharing((), holds)
