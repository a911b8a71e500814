"""Payments by points: refused before a sale, taken once it is rated; what it is due at most, whole or not at all."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from forecourt.kernel import clock
from forecourt.kernel.events import publish
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Conflict, Invalid, Problem
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty import rules as loyalty_rules
from forecourt.loyalty.events import moved
from forecourt.loyalty.values import Programme, Spending, Standing
from forecourt.sales import rules
from forecourt.sales.services.claiming import New
from forecourt.sales.services.engine import InForce
from forecourt.sales.values import Flag, KnownSale, Outcome


class PointsRefused(Conflict):
    """This customer's points may not pay this sale, however many there are."""

    type = "points-refused"
    title = "Points cannot pay here"


class Paid(NamedTuple):
    """The outcomes, flagged where points did not pay as they should; the points each sale was paid with; what left ledgers."""

    outcomes: list[Outcome]
    points: dict[UUID, int]
    taken: Counter[int]


def pay_with_points(new: Sequence[New], outcomes: Sequence[Outcome], in_force: InForce) -> Paid:
    """Take the points that rated sales are paid with. What is not there, or may not pay, is not taken: the sale stands,
    flagged. What the programme would not have let a till take so (too few, not in its steps) was given for: it is taken.
    """
    done = list(outcomes)
    asked: list[tuple[int, Spending]] = []
    for place, (item, outcome) in enumerate(zip(new, outcomes, strict=True)):
        known, programme = outcome.known, in_force.at(outcome.known.rated_at).programme
        tendered = rules.points_tendered(known.sale, programme)
        if not tendered:
            continue
        flag = rules.kept_from_paying(known, programme)
        if flag is None and loyalty_rules.misfit(tendered, programme):
            done[place] = rules.flagged(outcome, Flag.POINTS_UNEVEN)
        if flag is not None:
            done[place] = rules.flagged(outcome, flag)
        elif outcome.points_tendered:
            spending = Spending(
                customer_id=known.customer_id,
                points=outcome.points_tendered,
                origin=f"sale:{item.sale_id}",
                reason=_("paid with points"),
                actor=item.recorded_by,
                held=known.promise.paid_by if known.promise is not None else (),
            )
            asked.append((place, spending))
    if not asked:
        return Paid(done, {}, Counter())
    # what a reservation held is for its sale, whatever stands before it in the list
    asked.sort(key=lambda one: (promise := outcomes[one[0]].known.promise) is None or not promise.points)
    answers, entries = loyalty_records.spend([spending for _, spending in asked])
    publish(moved(entries))
    points: dict[UUID, int] = {}
    for (place, spending), answer in zip(asked, answers, strict=True):
        if answer.is_paid:
            points[new[place].sale_id] = spending.points
        else:
            done[place] = rules.flagged(done[place], Flag.POINTS_SHORT)
    taken = Counter[int]()
    for entry in entries:
        taken[entry.customer_id] -= entry.points
    return Paid(done, points, taken)


def refusal(known: KnownSale, programme: Programme) -> Problem | None:
    """Why the points that are to pay a sale may not, before it is sold; None where they may, as far as there are any."""
    points = rules.points_tendered(known.sale, programme)
    if not points:
        return None
    if rules.kept_from_paying(known, programme) is Flag.POINTS_REFUSED:
        return _refused(known)
    if said := loyalty_rules.misfit(points, programme):
        place = next(place for place, one in enumerate(known.sale.tenders) if one.kind == rules.POINTS)
        return Invalid.field(f"tenders.{place}.amount", said)
    return None


def _refused(known: KnownSale) -> PointsRefused:
    said = _("Customer %(id)s is blocked, so no points can pay; take another payment.")
    if Flag.BLOCKED_CUSTOMER not in known.flags:
        said = _(
            "Customer %(id)s was recognised by what others may know, so no points can pay; scan the card or the member code, "
            "or take another payment."
        )
    said %= {"id": known.customer_id}
    return PointsRefused(said, fields={"customer": said})


class Payable(NamedTuple):
    """How many points may pay a sale at most, and what they are worth."""

    points: int
    worth: Decimal


NOTHING: Payable = Payable(0, ZERO)


def available_to(known: Iterable[KnownSale], standings: dict[int, Standing], in_force: InForce) -> dict[int, int]:
    """Points that the members of these sales can spend now, with what their households share; missing are those who have
    none. No statement where points pay nothing or nobody has any.
    """
    programme = in_force.rulebooks.at(clock.now()).programme
    if programme.point_value <= 0:
        return {}
    members = {
        item.customer_id
        for item in known
        if rules.kept_from_paying(item, in_force.at(item.rated_at).programme) is None
        and (programme.household_shares or (item.customer_id in standings and standings[item.customer_id].points > 0))
    }
    return loyalty.spendable(members, programme) if members else {}


def payable(outcome: Outcome, available: dict[int, int], in_force: InForce) -> Payable:
    """How many points may pay what a sale comes to."""
    known = outcome.known
    programme = in_force.at(known.rated_at).programme
    held = available.get(known.customer_id, 0) + (known.promise.points if known.promise is not None else 0)
    points = rules.points_payable(known, held, outcome.totals.net, programme, in_force.digits)
    return Payable(points, loyalty_rules.worth(points, programme, digits=in_force.digits))
