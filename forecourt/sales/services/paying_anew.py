"""Payments by points of a recorded sale that is looked at anew: whose the sale is pays."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.customers import records as customer_records
from forecourt.loyalty import records as loyalty_records
from forecourt.sales import rules, wire
from forecourt.sales.queries import SaleView
from forecourt.sales.services.claiming import New
from forecourt.sales.services.engine import InForce
from forecourt.sales.services.giving_back import give_points_back, spent_by
from forecourt.sales.services.paying import pay_with_points
from forecourt.sales.values import Flag, Outcome


def lock_payers(sale: SaleView, customer_ids: Collection[int]) -> None:
    """Lock those between whom a recorded sale is settled anew, and whoever paid or may pay for it with points."""
    if any(tender.kind == rules.POINTS for tender in wire.decode_tenders(sale.tenders)):
        loyalty_records.lock_sharing(customer_ids, [spent_by(sale)] if sale.points_spent else [])
    else:
        customer_records.lock(customer_ids)


def pay_anew(
    sale: SaleView, outcome: Outcome, account: int, in_force: InForce, recorded_by: str, *, moves: bool
) -> tuple[Outcome, int]:
    """What a recorded sale is paid with in points once it was rated anew, as if its member had been known at once.

    Where it `moves` to another member, whoever had paid gets the points back, into their very lots, and the other one pays.
    Points that were not there before are asked of `account` again, unless money was given back for them. What is not
    there now is not taken: the sale is flagged. Callers hold `lock_payers`.
    """
    if sale.points_spent and not moves:
        is_uneven = Flag.POINTS_UNEVEN in sale.flags
        return rules.flagged(outcome, Flag.POINTS_UNEVEN) if is_uneven else outcome, sale.points_spent
    if sale.points_spent:
        give_points_back(sale, sale.points_spent, recorded_by, _("a sale paid with points went to another member"))
    if sale.refunds:
        return (rules.flagged(outcome, Flag.POINTS_SHORT) if Flag.POINTS_SHORT in sale.flags else outcome), 0
    asked = replace(outcome, known=replace(outcome.known, customer_id=account))
    paid = pay_with_points([New(0, sale.id, asked.known, recorded_by)], [asked], in_force)
    return replace(paid.outcomes[0], known=outcome.known), paid.points.get(sale.id, 0)
