"""When the purchases of a new member count for who brought them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from forecourt.kernel.money import ZERO
from forecourt.occasions.values import ReferralRules


class FriendSale(NamedTuple):
    """A sale of a new member, or a refund, whose figures are negative. `refund_of` is null for one that names no sale."""

    id: UUID
    occurred_at: datetime
    station_id: int
    net: Decimal
    fuel: Decimal
    refund_of: UUID | None = None


class Qualified(NamedTuple):
    """The sale by which what is asked for was reached, when that was, and the sales that count."""

    sale_id: UUID
    at: datetime
    sales: tuple[FriendSale, ...]


def taken_back(sales: Iterable[FriendSale]) -> list[FriendSale]:
    """Sales with their refunds taken off, in the order they occurred; what was refunded whole is left out.

    A refund that names no sale is taken off the latest sales before it.
    """
    known: dict[UUID, FriendSale] = {}
    loose: list[FriendSale] = []
    refunds: list[FriendSale] = []
    for sale in sales:
        is_refund = sale.refund_of is not None or sale.net < 0
        (refunds if is_refund else loose).append(sale)
    for sale in sorted(loose, key=lambda one: (one.occurred_at, one.id)):
        known[sale.id] = sale
    for refund in sorted(refunds, key=lambda one: (one.occurred_at, one.id)):
        _take_off(known, refund)
    return [sale for sale in known.values() if sale.net > 0]


def _take_off(known: dict[UUID, FriendSale], refund: FriendSale) -> None:
    if refund.refund_of is not None:
        sale = known.get(refund.refund_of)
        if sale is not None:
            known[sale.id] = sale._replace(net=sale.net + refund.net, fuel=sale.fuel + refund.fuel)
        return
    net, fuel = -refund.net, -refund.fuel
    for sale in reversed([one for one in known.values() if one.occurred_at <= refund.occurred_at]):
        off, less = min(net, max(sale.net, ZERO)), min(fuel, max(sale.fuel, ZERO))
        known[sale.id] = sale._replace(net=sale.net - off, fuel=sale.fuel - less)
        net, fuel = net - off, fuel - less


def qualified(sales: Iterable[FriendSale], joined_at: datetime, rules: ReferralRules) -> Qualified | None:
    """Whether the first sales of a new member reach what is asked for in time; None when they do not (yet).

    A sale shortly before joining counts, for the enrolment often follows the fill it was made for: up to a day.
    """
    until = joined_at + timedelta(days=rules.within_days)
    since = joined_at - timedelta(days=1)
    counted: list[FriendSale] = []
    amount, fuel = ZERO, ZERO
    for sale in taken_back(sales):
        if not since <= sale.occurred_at < until:
            continue
        if rules.first_sales and len(counted) == rules.first_sales:
            break
        counted.append(sale)
        amount += sale.net
        fuel += sale.fuel
        if amount >= rules.minimum_amount and fuel >= rules.minimum_quantity:
            return Qualified(sale.id, sale.occurred_at, tuple(counted))
    return None


def is_together(sales: Sequence[FriendSale], others: Iterable[tuple[int, datetime]], minutes: int) -> bool:
    """Whether one of these sales was at the same station within `minutes` of one of the other's (station, moment)."""
    if not minutes:
        return False
    near = timedelta(minutes=minutes)
    return any(
        sale.station_id == station_id and abs(sale.occurred_at - at) <= near
        for station_id, at in others
        for sale in sales
    )
