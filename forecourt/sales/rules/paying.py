"""Payments by points: how many a sale takes, how many may pay it, and what keeps a member's from paying."""

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from forecourt.customers.values import CustomerClaim
from forecourt.kernel.money import ZERO
from forecourt.loyalty.rules import points_for, spendable_points
from forecourt.loyalty.values import Programme, SpendBy
from forecourt.sales.values import Flag, KnownSale, NewSale, Outcome, Reason, Verdict

POINTS: Final = "points"
"""The tender that is paid with a member's points."""


def points_tendered(sale: NewSale, programme: Programme, due: Decimal | None = None) -> int:
    """Points that the payment by points takes: the fewest that are worth it, and of it at most what is `due` where given."""
    money = sum([tender.amount for tender in sale.tenders if tender.kind == POINTS], ZERO)
    if due is not None:
        money = min(money, due)
    return points_for(money, programme) if programme.point_value > 0 else 0


def kept_from_paying(known: KnownSale, programme: Programme) -> Flag | None:
    """The flag of a sale whose customer's points may not pay; None where they may, as far as there are any.

    Points that were held when the sale was reserved pay it by whatever the customer is recognised then.
    """
    if not known.is_member:
        return Flag.POINTS_SHORT
    was_proven = is_proven(known.sale.customer) or (known.promise is not None and known.promise.points > 0)
    if Flag.BLOCKED_CUSTOMER in known.flags or (programme.spend_by is SpendBy.PROVEN and not was_proven):
        return Flag.POINTS_REFUSED
    return None


def is_proven(claim: CustomerClaim | None) -> bool:
    """Whether a customer was recognised by something that others do not know."""
    return claim is not None and (claim.phone, claim.plate, claim.email) == (None, None, None)


def points_payable(known: KnownSale, available: int, due: Decimal, programme: Programme, digits: int) -> int:
    """The most points that may pay a sale which comes to `due`; none of somebody whose points may not pay."""
    if kept_from_paying(known, programme) is not None:
        return 0
    return spendable_points(available, due, programme, digits=digits)


def flagged(outcome: Outcome, flag: Flag) -> Outcome:
    """The outcome with one flag more, told after its others."""
    told = len(outcome.flags)
    reasons = outcome.explanation
    reason = Reason(code=f"flag.{flag}", verdict=Verdict.NOT_MET)
    return replace(outcome, flags=(*outcome.flags, flag), explanation=(*reasons[:told], reason, *reasons[told:]))
