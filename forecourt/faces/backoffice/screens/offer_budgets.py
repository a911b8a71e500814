"""How far the budgets of offers are, and which are nearly gone."""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from forecourt.faces.backoffice.queries import offers as reads
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.offers import permissions, queries
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.values import Budget, Per
from forecourt.organisation import queries as organisation

NEAR: Final = 80
"""From this percentage on a budget needs somebody."""


class Bar(NamedTuple):
    """How far a budget is: in words, what is gone (None where it is each customer's own), how wide the bar."""

    text: str
    used: Decimal | None
    limit: Decimal
    measure: str
    percent: int


def bars(offer_id: int, offer: Offer, used: dict[str, Decimal], today: date, names: told.OfferNames) -> list[Bar]:
    """Budgets, those of everybody first; a day's budget as of today, a station's as of the one that has used most."""
    found = []
    for budget in sorted(offer.budgets, key=lambda one: one.is_customers_own):
        gone = None if budget.is_customers_own else _gone(offer_id, budget, used, today)
        percent = 0 if gone is None else min(100, round(gone * 100 / budget.limit))
        text = language.budget_words(budget, names)
        found.append(Bar(text, gone, budget.limit, budget.measure.value, percent))
    return found


def _gone(offer_id: int, budget: Budget, used: dict[str, Decimal], today: date) -> Decimal:
    key = f"{offer_id}:{budget.measure}:{budget.per}"
    match budget.per:
        case Per.DAY:
            return used.get(f"{key}:{today}", Decimal(0))
        case Per.STATION:
            return max((amount for name, amount in used.items() if name.startswith(f"{key}:")), default=Decimal(0))
        case Per.STATION_DAY:
            of_today = [
                amount for name, amount in used.items() if name.startswith(f"{key}:S") and name.endswith(f":{today}")
            ]
            return max(of_today, default=Decimal(0))
    return used.get(key, Decimal(0))


class Near(NamedTuple):
    """An offer in force of which little is left to give, with its budget that is furthest gone."""

    code: str
    name: str
    bar: Bar


def near(actor: Actor) -> list[Near]:
    """Offers in force that have given most of a budget, the furthest first; for who sees all stations."""
    if not actor.may(permissions.VIEW_OFFERS) or actor.stations is not None:
        return []
    now, today = clock.now(), organisation.company_day()
    live = [
        one
        for one in queries.list_offers(actor, state="live", limit=300)
        if any(not budget.is_customers_own for budget in one.draft.budgets)
        and (one.draft.ends is None or one.draft.ends > now)
    ]
    used = reads.used([one.id for one in live])
    names = told.OfferNames()
    found = []
    for one in live:
        furthest = max(bars(one.id, one.draft, used.get(one.id, {}), today, names), key=lambda bar: bar.percent)
        if furthest.percent >= NEAR:
            found.append(Near(one.code, one.name, furthest))
    return sorted(found, key=lambda one: -one.bar.percent)
