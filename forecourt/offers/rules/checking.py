"""What an offer must keep beyond its types."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from forecourt.kernel import bounds
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.rules.conditions import All, Any, AnyCondition, Not
from forecourt.offers.rules.offer import Offer
from forecourt.offers.values import Measure

DEPTH: Final = 6
"""How deep conditions may stand in one another."""
CONDITIONS: Final = 60
"""How many conditions an offer may have."""
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


def check(offer: Offer) -> None:
    """Refuse an offer that makes no sense: Invalid, naming the field by its path in the JSON, "then.0.steps.2.amount"."""
    if not offer.name.strip():
        raise Invalid.field("name", _("is blank; write something"))
    _check_nesting(offer)
    bounds.check(offer)
    for path, condition in _walk(offer.when, "when"):
        condition.check(path)
    for position, effect in enumerate(offer.then):
        effect.check(f"then.{position}")
    _check_times(offer)
    _check_budgets(offer)
    _check_funding(offer)


def _check_nesting(offer: Offer) -> None:
    for count, (path, _condition) in enumerate(_walk(offer.when, "when"), 1):
        if path.count(".of") >= DEPTH:
            raise Invalid.field(
                path, _("conditions stand in one another more than %(depth)s deep; flatten them") % {"depth": DEPTH}
            )
        if count > CONDITIONS:
            raise Invalid.field(
                path, _("there are more than %(count)s conditions; make several offers") % {"count": CONDITIONS}
            )


def _walk(condition: AnyCondition, path: str) -> Iterator[tuple[str, AnyCondition]]:
    """A condition and all within it, each with its path; breadth does not matter, an outer one comes before its inner ones."""
    waiting = [(path, condition)]
    while waiting:
        path, condition = waiting.pop()
        yield path, condition
        if isinstance(condition, All | Any):
            inner = [(f"{path}.of.{position}", part) for position, part in enumerate(condition.of)]
            waiting.extend(reversed(inner))
        elif isinstance(condition, Not):
            waiting.append((f"{path}.of", condition.of))


def _check_times(offer: Offer) -> None:
    for field in ("starts", "ends"):
        moment = getattr(offer, field)
        if moment is not None and not EARLIEST <= moment < LATEST:
            raise Invalid.field(field, _("lies outside the years 2000 to 2199"))
    if offer.starts is not None and offer.ends is not None and offer.ends <= offer.starts:
        raise Invalid.field("ends", _("lies before the start; give a later time"))


def _check_budgets(offer: Offer) -> None:
    gives = frozenset[str]().union(*[effect.gives for effect in offer.then])
    seen = set()
    for position, budget in enumerate(offer.budgets):
        path = f"budgets.{position}"
        if (budget.measure, budget.per) in seen:
            raise Invalid.field(f"{path}.per", _("there is another budget of the same kind; keep one of them"))
        seen.add((budget.measure, budget.per))
        if budget.measure in (Measure.USES, Measure.POINTS) and budget.limit != int(budget.limit):
            raise Invalid.field(
                f"{path}.limit", _("%(limit)s is no whole number; uses and points are") % {"limit": str(budget.limit)}
            )
        if budget.measure != Measure.USES and budget.measure.value not in gives:
            raise Invalid.field(
                f"{path}.measure", _("nothing that this offer gives counts towards it; choose another measure")
            )


def _check_funding(offer: Offer) -> None:
    if not offer.funding:
        return
    seen = set()
    for position, share in enumerate(offer.funding):
        if share.funder in seen:
            raise Invalid.field(f"funding.{position}.funder", _("is there twice; add the shares up"))
        seen.add(share.funder)
    total = sum([share.percent for share in offer.funding], ZERO)
    if total != 100:
        raise Invalid.field("funding", _("the shares add up to %(total)s; make it 100") % {"total": str(total)})
