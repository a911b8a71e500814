"""Margin floors, below which no offer goes: what holds, with what products cost; changes drafted or in review; what held."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions as catalogue_permissions
from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.rules import in_force_at
from forecourt.faces.backoffice.queries import programme as choosing
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens import reviews as reviewing
from forecourt.faces.backoffice.screens.figures import decimal_of
from forecourt.faces.backoffice.templatetags.office import plain_price
from forecourt.kernel import clock, stamps
from forecourt.kernel.values import Review
from forecourt.offers import permissions, queries, services
from forecourt.offers.queries import FloorView
from forecourt.offers.values import FloorChange, RuleState
from forecourt.organisation import queries as organisation

Change = tuple[str, str, str]
"""Of a floor in words: which, its margin before, its margin after."""


@screen(permissions.VIEW_OFFERS)
def floors(request: HttpRequest) -> HttpResponse:
    """Every floor in force; for who may see costs, the least price it comes to."""
    actor = request.actor  # type: ignore[attr-defined]
    held = queries.floors_at(actor)
    draft = queries.draft_floors()
    review = draft.review if draft else None
    stations = {station.code: station.name for station in organisation.all_stations(actor)}
    history = queries.floor_history(actor)
    may_see_costs = actor.may(catalogue_permissions.VIEW_COSTS)
    return show(
        request,
        "offer_floors",
        _("Margin floors"),
        floors=_with_costs(held) if may_see_costs else [{"one": one} for one in held],
        to_come=_together([one for one in reversed(history) if one.state is RuleState.ANNOUNCED]),
        past=[one for one in history if one.state is not RuleState.ANNOUNCED],
        costless=_without_cost(),
        stations=stations,
        draft=draft,
        changes=_changed(review) if review else [],
        drafted=_drafted(draft.changes, held) if draft and not review else [],
        decided=[{"review": one, "changes": _changed(one)} for one in queries.decided_floors(actor)],
        choices=choosing.choices(),
        may_see_costs=may_see_costs,
        **reviewing.shown(actor, review, permissions.APPROVE_OFFERS),
        may_edit=actor.may(permissions.EDIT_FLOORS) and actor.stations is None,
        may_withdraw=actor.may_everywhere(permissions.APPROVE_OFFERS),
    )


def _together(announced: Sequence[FloorView]) -> list[tuple[FloorView, int]]:
    """Floors to come, the first of each that were handed in together with how many they are, the others with 0."""
    found = []
    for _when, line in groupby(announced, key=lambda one: (one.valid_from, one.set_at)):
        first, *others = line
        found += [(first, 1 + len(others)), *((one, 0) for one in others)]
    return found


def _with_costs(held: Sequence[FloorView]) -> list[dict[str, Any]]:
    """Floors, each with the cost now and the least price that offers may come to."""
    now = clock.now()
    costs = catalogue.costs({one.product_id for one in held})
    found = []
    for one in held:
        cost = in_force_at(costs, one.product_id, one.station_id or 0, now)
        least = cost + one.margin if cost is not None and one.margin is not None else None
        found.append({"one": one, "cost": cost, "least": least})
    return found


def _without_cost() -> list[str]:
    """The names of products with a floor that does not hold somewhere, for no cost is known there."""
    seen = stamps.read()
    known = queries.floors(seen.get("offers", 0), seen.get("catalogue", 0))
    unheld = known.without_cost(clock.now(), organisation.open_station_ids()) if known.products else set()
    return sorted(facts.name for facts in catalogue.products_by_id(unheld).values())


def _drafted(changes: Sequence[FloorChange], held: Sequence[FloorView]) -> list[dict[str, Any]]:
    """Changes in words, each with what it is about."""
    margins = {(one.product, one.station): one.margin for one in held}
    said = _said(changes, margins)
    return [{"change": one, "words": words} for one, words in zip(changes, said, strict=True)]


def _changed(review: Review) -> list[Change]:
    """What handing these in changed, or is to change."""
    before = {(one.product, one.station): one.margin for one in queries.floors_before(review)}
    return _said(queries.floors_handed_in(review).changes, before)


def _said(changes: Sequence[FloorChange], before: Mapping[tuple[str, str], Decimal | None]) -> list[Change]:
    products = catalogue.products_by_code({one.product for one in changes})
    stations = organisation.station_facts({one.station for one in changes if one.station})
    found = []
    for one in changes:
        product = products[one.product].name if one.product in products else one.product
        place = stations[one.station].name if one.station in stations else one.station or _("everywhere")
        was = before.get((one.product, one.station))
        found.append(
            (
                f"{product} · {place}",
                "" if was is None else plain_price(was),
                _("no floor any more") if one.margin is None else plain_price(one.margin),
            )
        )
    return found


@screen(permissions.EDIT_FLOORS)
def draft(request: HttpRequest) -> HttpResponse:
    """Draft one change: a floor set anew, or with `end` ended."""
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST

    def command() -> None:
        margin = None if "end" in given else decimal_of(given.get("margin", ""), "margin")
        change = FloorChange(
            product=given.get("product", "").strip(), station=given.get("station", "").strip(), margin=margin
        )
        services.draft_floor(actor, change)

    return act(request, reverse("admin:offer_floors"), command, _("It is among the drafted changes."))


@screen(permissions.EDIT_FLOORS)
def drop(request: HttpRequest) -> HttpResponse:
    """Take one change out of the draft."""
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    product, station = given.get("product", ""), given.get("station", "")
    to = reverse("admin:offer_floors")
    return act(request, to, lambda: services.drop_floor(actor, product, station), _("Taken out of the draft."))


@screen(permissions.VIEW_OFFERS)
def review(request: HttpRequest) -> HttpResponse:
    """Hand the drafted changes in, approve them, send them back or withdraw them."""
    steps = reviewing.Steps(
        services.submit_floors, services.approve_floors, services.refuse_floors, services.withdraw_floors
    )
    return reviewing.step(request, reverse("admin:offer_floors"), steps, is_dated=True)


@screen(permissions.APPROVE_OFFERS)
def withdraw(request: HttpRequest, version: int) -> HttpResponse:
    """Take back what was announced, before it holds."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:offer_floors")
    done = _("Withdrawn; it will not take effect.")
    return act(request, to, lambda: services.withdraw_announced_floors(actor, version), done)
