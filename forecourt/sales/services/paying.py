"""Payments by points: taken before a list is rated, each whole or not at all."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.customers import records as customer_records
from forecourt.kernel.events import publish
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.events import moved
from forecourt.loyalty.values import Spending
from forecourt.sales import rules, wire
from forecourt.sales.queries import SaleView
from forecourt.sales.services.claiming import New
from forecourt.sales.services.engine import InForce
from forecourt.sales.services.giving_back import give_points_back, spent_by
from forecourt.sales.values import Flag, KnownSale


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


def lock_payers(sale: SaleView, customer_ids: Collection[int]) -> None:
    """Lock those between whom a recorded sale is settled anew, and whoever paid or may pay for it with points."""
    if any(tender.kind == rules.POINTS for tender in wire.decode_tenders(sale.tenders)):
        loyalty_records.lock_sharing(customer_ids, [spent_by(sale)] if sale.points_spent else [])
    else:
        customer_records.lock(customer_ids)


def pay_anew(
    sale: SaleView, known: KnownSale, account: int, in_force: InForce, recorded_by: str, *, moves: bool
) -> tuple[KnownSale, int]:
    """What a recorded sale is paid with in points once it is looked at anew, as if its member had been known at once.

    Where it `moves` to another member, whoever had paid gets the points back, into their very lots, and the other one pays.
    Points that were not there before are asked of `account` again, unless money was given back for them. What is not
    there now is not taken: the sale is flagged. Callers hold `lock_payers`.
    """
    if sale.points_spent and not moves:
        return known, sale.points_spent
    if sale.points_spent:
        give_points_back(sale, sale.points_spent, recorded_by, _("a sale paid with points went to another member"))
    asked = New(0, sale.id, replace(known, customer_id=account), recorded_by)
    if sale.refunds:
        return (_flagged(asked).known if Flag.POINTS_SHORT in sale.flags else known), 0
    paid = pay_with_points([asked], in_force)
    return replace(known, flags=paid.new[0].known.flags), paid.points.get(sale.id, 0)


def _flagged(item: New) -> New:
    return item._replace(known=replace(item.known, flags=(*item.known.flags, Flag.POINTS_SHORT)))
