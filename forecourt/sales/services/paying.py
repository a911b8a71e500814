"""Payments by points: taken before a list is rated, each whole or not at all."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.kernel.events import publish
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.events import moved
from forecourt.loyalty.values import Spending
from forecourt.sales import rules
from forecourt.sales.services.claiming import New
from forecourt.sales.services.engine import InForce
from forecourt.sales.values import Flag


class Paid(NamedTuple):
    """The sales, flagged where the points were not there, and the points each paid with, by sale."""

    new: list[New]
    points: dict[UUID, int]


def pay_with_points(new: Sequence[New], in_force: InForce) -> Paid:
    """Take the points that sales are paid with. What is not there is not taken: the sale stands, flagged."""
    wanted: dict[UUID, Spending] = {}
    for item in new:
        count = rules.points_tendered(item.known.sale, in_force.at(item.known.sale.occurred_at).programme)
        if count and item.known.is_member:
            wanted[item.sale_id] = Spending(
                customer_id=item.known.customer_id,
                points=count,
                origin=f"sale:{item.sale_id}",
                reason=_("paid with points"),
                actor=item.recorded_by,
            )
        elif count:
            wanted[item.sale_id] = Spending(customer_id=0, points=count, origin="", reason="", actor="")
    if not wanted:
        return Paid(list(new), {})
    asked = [(sale_id, spending) for sale_id, spending in wanted.items() if spending.customer_id]
    answers, entries = loyalty_records.spend([spending for _, spending in asked])
    publish(moved(entries))
    points = {
        sale_id: spending.points for (sale_id, spending), answer in zip(asked, answers, strict=True) if answer.is_paid
    }
    return Paid([_flagged(item) if item.sale_id in wanted.keys() - points.keys() else item for item in new], points)


def _flagged(item: New) -> New:
    return item._replace(known=replace(item.known, flags=(*item.known.flags, Flag.POINTS_SHORT)))
