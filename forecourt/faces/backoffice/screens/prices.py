"""Fuel prices: in force by station and grade, announced, and how they went."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions, services
from forecourt.catalogue.values import NewPrice
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import pricing, reference
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens.home import GRADE_COLOURS
from forecourt.faces.backoffice.templatetags.office import day
from forecourt.kernel.problems import Invalid, Problem
from forecourt.organisation import queries as organisation

Matrix = dict[tuple[int, int], dict[str, Any]]
"""The price in force by (station, product)."""


@screen(permissions.VIEW)
def prices(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    stations = organisation.all_stations(actor)
    chosen = paging.number(request.GET.get("station"))
    if chosen is not None:
        actor.require_station(chosen)
    grades = reference.grades()
    matrix, everywhere = pricing.matrix([station.id for station in stations]), pricing.everywhere()
    upcoming = pricing.announced(actor)
    priced = {product for _station, product in matrix} | everywhere.keys() | {row["product_id"] for row in upcoming}
    # before the first price, all may be given one
    sold = [grade for grade in grades if grade["id"] in priced or not priced]
    return show(
        request,
        "prices",
        _("Prices"),
        grades=sold,
        unpriced=[grade for grade in grades if grade not in sold],
        current=_current(matrix, everywhere, stations),
        station_list=stations,
        stations={station.id: station for station in stations},
        rows=[(station, [matrix.get((station.id, grade["id"])) for grade in sold]) for station in stations],
        upcoming=[_upcoming(change, sold, matrix, everywhere) for change in pricing.changes(upcoming)],
        chart=_chart(pricing.history(chosen, liquid=True)),
        may_edit=actor.may(permissions.EDIT) and actor.stations is None,
        may_set=actor.may(permissions.SET_PRICE),
        may_see_costs=actor.may(permissions.VIEW_COSTS),
        everywhere=actor.stations is None,
    )


def _current(matrix: Matrix, everywhere: dict[int, dict[str, Any]], stations: list[Any]) -> dict[int, Decimal]:
    """The price to show beside each field: what holds everywhere, or for who has one station what holds there."""
    if len(stations) == 1:
        return {product: row["price"] for (_station, product), row in matrix.items()}
    return {product: row["price"] for product, row in everywhere.items()}


def _upcoming(
    change: dict[str, Any], grades: list[dict[str, Any]], matrix: Matrix, everywhere: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    """A change with a cell for each grade: (new price, difference from what is in force)."""
    cells: list[tuple[Decimal, Decimal | None] | None] = []
    for grade in grades:
        row = change["prices"].get(grade["id"])
        station = change["station_id"]
        now = (matrix.get((station, grade["id"])) if station else everywhere.get(grade["id"])) or {}
        before = now.get("price")
        cells.append((row["price"], row["price"] - before if before is not None else None) if row else None)
    others = [row for product, row in change["prices"].items() if product not in {grade["id"] for grade in grades}]
    return {**change, "cells": cells, "others": others, "places": [str(one) for one in change["ids"]]}


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    moments = sorted({row["effective_from"] for row in rows})
    names = {row["code"]: row["name"] for row in rows}
    value = {(row["effective_from"], row["code"]): float(row["price"]) for row in rows}
    series = []
    for place, code in enumerate(sorted(names, key=lambda code: (code.startswith(("0", "-")), code))):
        values: list[float | None] = []
        for moment in moments:
            values.append(value.get((moment, code), values[-1] if values else None))
        colour = GRADE_COLOURS[place % len(GRADE_COLOURS)]
        series.append({"label": names[code], "color": colour, "values": values, "stepped": True})
    return {
        "type": "line",
        "labels": [day(moment) for moment in moments],
        "unit": organisation.company().currency,
        "digits": 2,
        "series": series,
    }


@screen(permissions.SET_PRICE)
def announce(request: HttpRequest) -> HttpResponse:
    """Announce new prices of fuels and other products, the same for all chosen stations; or move all fuels by an amount."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    inputs: dict[str, str] = {}
    try:
        new = _announced(request)
        inputs = {f"{place}.price": _input(one.product) for place, one in enumerate(new)}
        if len(new) == 1:
            inputs = {"price": _input(new[0].product), "product": "others"}
        services.announce_prices(actor, new)
    except Problem as problem:
        say_problem(request, problem, inputs)
    else:
        messages.success(request, _("Announced. It takes effect by itself at that time."))
    return HttpResponseRedirect(reverse("admin:prices"))


def _input(product: str) -> str:
    return f"price_{product}" if product in {grade["code"] for grade in reference.grades()} else "others"


def _announced(request: HttpRequest) -> list[NewPrice]:
    given = request.POST
    try:
        at = datetime.fromisoformat(given.get("from", "")).replace(tzinfo=organisation.company_zone())
    except ValueError:
        raise Invalid.field("from", _("choose day and time from which the prices hold")) from None
    places = given.getlist("station") or [""]
    prices = {
        grade["code"]: _price(f"price_{grade['code']}", text)
        for grade in reference.grades()
        if (text := given.get(f"price_{grade['code']}", "").strip())
    }
    prices |= _others(given.get("others", ""))
    found = [
        NewPrice(product=code, price=price, effective_from=at, station=station)
        for station in places
        for code, price in prices.items()
    ]
    if moved := given.get("move", "").strip():
        found += _moved(request, _price("move", moved.replace("−", "-")), at, places, set(prices))
    if not found:
        raise Invalid.field("move", _("give at least one new price, or an amount to move all by"))
    return found


def _moved(request: HttpRequest, by: Decimal, at: datetime, places: list[str], given: set[str]) -> list[NewPrice]:
    """All fuels that have a price, but those given by themselves, that much dearer or cheaper than they are now."""
    stations = {station.code: station.id for station in organisation.all_stations(request.actor)}  # type: ignore[attr-defined]
    matrix, everywhere = pricing.matrix(list(stations.values())), pricing.everywhere()
    found = []
    for grade in reference.grades():
        if grade["code"] in given or grade["unit"] != "volume":
            continue
        now: dict[str, Any] = {place: matrix.get((stations.get(place, 0), grade["id"])) for place in places if place}
        if "" in places:
            # everywhere means the stations with prices of their own too
            own = {code: matrix.get((station, grade["id"])) for code, station in stations.items()}
            now = {code: row for code, row in own.items() if row and row["own"]} | {"": everywhere.get(grade["id"])}
        found += [
            NewPrice(product=grade["code"], price=row["price"] + by, effective_from=at, station=place)
            for place, row in now.items()
            if row is not None
        ]
    return found


def _price(name: str, text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite():
        raise Invalid.field(name, _("%(text)s is no price; write one such as 7.85") % {"text": text[:40]})
    return price


def _others(text: str) -> dict[str, Decimal]:
    """Prices of other products, one a line: its code or barcode, a blank, the price."""
    found = {}
    for line in text.splitlines():
        parts = line.replace(",", " ").replace("，", " ").split()
        if not parts:
            continue
        if len(parts) != 2:
            raise Invalid.field("others", _("%(line)s: write the code, a blank and the price") % {"line": line[:60]})
        found[parts[0]] = _price("others", parts[1])
    return found


@screen(permissions.SET_PRICE)
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take back the announced prices that are named."""
    actor = request.actor  # type: ignore[attr-defined]
    ids = [number for text in request.POST.getlist("price") if (number := paging.number(text))]

    def command() -> None:
        for price_id in ids[:200]:
            services.withdraw_price(actor, price_id)

    return act(request, reverse("admin:prices"), command, _("The change is withdrawn."))
