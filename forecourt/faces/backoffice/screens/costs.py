"""What products cost: in force beside the prices, over time, noted one by one or from a file."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.catalogue import permissions, queries, services
from forecourt.catalogue.rules import in_force_at
from forecourt.catalogue.values import NewCost, ProductView
from forecourt.connectors.pos.costs import CostTally, note_file
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens.figures import decimal_of, moment_of
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.organisation import queries as organisation

PAGE: Final = 50
MOST_STATIONS: Final = 200
"""Stations of a product that are shown, those with a cost or a price of their own."""
MOST_REFUSED: Final = 100
"""Refused lines of a file that are shown."""
LARGEST_FILE: Final = 5_000_000
_EVERYWHERE: Final = 0
"""A station that is none: what holds there holds everywhere."""


@screen(permissions.VIEW_COSTS)
def costs(request: HttpRequest) -> HttpResponse:
    """Products with what they cost everywhere, their price and the margin; those without a cost can be looked for."""
    return _list(request)


def _list(request: HttpRequest, tally: CostTally | None = None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET
    text, missing = asked.get("q", "").strip()[:80], bool(asked.get("missing"))
    found = queries.list_products(
        actor, text=text, only_active=missing, costless=missing, after=asked.get("after", "")[:32], limit=PAGE + 1
    )
    return show(
        request,
        "costs",
        _("Costs"),
        rows=_lines(actor, found[:PAGE]),
        after=found[PAGE - 1].code if len(found) > PAGE else "",
        text=text,
        missing=missing,
        stations=organisation.all_stations(actor),
        may_note=actor.may(permissions.NOTE_COST),
        everywhere=actor.stations is None,
        tally=tally,
        refusals=tally.refusals[:MOST_REFUSED] if tally else (),
    )


def _lines(actor: Actor, products: Sequence[ProductView]) -> list[dict[str, Any]]:
    """Each product with its figures everywhere, and at how many of the reader's stations it costs otherwise."""
    now, ids = clock.now(), [one.id for one in products]
    known = queries.costs(ids)
    prices = queries.prices_in_force(_EVERYWHERE, ids, now)
    own: dict[int, int] = {}
    for product_id, station in known:
        if station is not None and actor.may_at(station):
            own[product_id] = own.get(product_id, 0) + 1
    return [
        {
            "product": one,
            **_figures(in_force_at(known, one.id, _EVERYWHERE, now), prices.get(one.id)),
            "own": own.get(one.id, 0),
        }
        for one in products
    ]


def _figures(cost: Decimal | None, price: Decimal | None) -> dict[str, Any]:
    """Cost, price, what is left of it, and that in percent of the price."""
    margin = price - cost if cost is not None and price is not None else None
    return {
        "cost": cost,
        "price": price,
        "margin": margin,
        "percent": margin * 100 / price if margin is not None and price else None,
    }


def of_product(actor: Actor, view: ProductView) -> dict[str, Any]:
    """What the page of a product shows of its costs; nothing for who may not see them."""
    if not actor.may(permissions.VIEW_COSTS):
        return {}
    now = clock.now()
    known = queries.costs([view.id])
    history = queries.cost_history(actor, view.id, limit=60)
    stations = organisation.all_stations(actor)
    prices = queries.prices_at_stations([_EVERYWHERE, *[one.id for one in stations]], [view.id], now)
    everywhere = prices[_EVERYWHERE].get(view.id)
    rows = [{"station": None, **_figures(in_force_at(known, view.id, _EVERYWHERE, now), everywhere)}]
    for station in stations:
        price = prices[station.id].get(view.id)
        if (view.id, station.id) in known or price != everywhere:
            figures = _figures(in_force_at(known, view.id, station.id, now), price)
            rows.append({"station": station, **figures, "own": (view.id, station.id) in known})
    return {
        "rows": rows[: MOST_STATIONS + 1],
        "history": history,
        "names": {one.code: one.name for one in stations},
        "stations": stations,
        "may_note": actor.may(permissions.NOTE_COST),
        "everywhere": actor.stations is None,
    }


@screen(permissions.NOTE_COST)
def note(request: HttpRequest) -> HttpResponse:
    """Note one cost, from now or a moment on; `back` is the product whose page it came from."""
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    product = given.get("product", "").strip()

    def command() -> None:
        since = moment_of(given, "effective_from") or clock.now()
        cost = decimal_of(given.get("cost", ""), "cost")
        station = given.get("station", "").strip()
        services.note_costs(actor, [NewCost(product=product, cost=cost, effective_from=since, station=station)])

    known = queries.products_by_code([product]).get(product)
    to = reverse("admin:product", args=[known.id]) + "#costs" if known and "back" in given else reverse("admin:costs")
    return act(request, to, command, _("The cost is noted."), {"station": "station", "product": "product"})


@screen(permissions.NOTE_COST)
def upload(request: HttpRequest) -> HttpResponse:
    """Note the costs of a file; the page names each line that was refused."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = request.actor  # type: ignore[attr-defined]
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid.field("file", _("is missing; choose a CSV file"))
        if (file.size or 0) > LARGEST_FILE:
            raise Invalid.field("file", _("is larger than 5 MB; split it, or use forecourt import costs"))
        tally = note_file(
            actor, file.file, decimal_comma="decimal_comma" in request.POST, dry_run=request.POST.get("do") == "try"
        )
    except Problem as problem:
        say_problem(request, problem)
        return HttpResponseRedirect(reverse("admin:costs"))
    is_tried = request.POST.get("do") == "try"
    _say(request, tally, is_tried=is_tried)
    return _list(request, tally)


def _say(request: HttpRequest, tally: CostTally, *, is_tried: bool) -> None:
    said = {"noted": f"{tally.noted:,}", "known": f"{tally.known:,}"}
    if is_tried:
        messages.info(request, _("%(noted)s costs would be noted, %(known)s stand there already.") % said)
    else:
        messages.success(request, _("%(noted)s costs are noted, %(known)s stood there already.") % said)
    if tally.refusals:
        refused = ngettext("%(count)s line is refused.", "%(count)s lines are refused.", len(tally.refusals))
        messages.warning(request, refused % {"count": f"{len(tally.refusals):,}"})
