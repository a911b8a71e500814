"""Stations: the list, one station with what it sells for, and its particulars."""

from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.queries import pricing, reference
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import choosing, hours
from forecourt.kernel.problems import Invalid, NotFound, Problem
from forecourt.organisation import permissions, services
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import Hours, NewPump, NewStation, StationChanges, StationView


@screen(permissions.VIEW_STATIONS)
def stations(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()
    rows = organisation.list_stations(actor, text=text, after=request.GET.get("after", ""), limit=101)
    after = rows[99].code if len(rows) > 100 else ""
    return show(
        request,
        "stations",
        _("Stations"),
        rows=rows[:100],
        after=after,
        text=text,
        may_edit=actor.may(permissions.EDIT_STATIONS) and actor.stations is None,
    )


@screen(permissions.VIEW_STATIONS)
def station(request: HttpRequest, station_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    view, prices = _view(request, station_id), pricing.at_station(station_id)
    coming, later = next_prices(pricing.announced(actor, station_id), prices)
    known = reference.grades()
    return show(
        request,
        "station",
        view.name,
        station=view,
        hours=hours.told(view.hours),
        grades=[(one, prices[one["id"]], coming.get(one["id"])) for one in known if one["id"] in prices],
        grade_names={one["code"]: one["name"] for one in known},
        coming=coming,
        later=later,
        may_edit=actor.may(permissions.EDIT_STATIONS),
    )


def next_prices(
    announced: list[dict[str, Any]], prices: dict[int, dict[str, Any]]
) -> tuple[dict[int, dict[str, Any]], list[dict[str, Any]]]:
    """The next change of each fuel with a price here, by product, and the changes after it or of other products.

    What is announced for everywhere does not reach a station with a price of its own.
    """
    coming: dict[int, dict[str, Any]] = {}
    later = []
    for row in sorted(announced, key=lambda row: (row["effective_from"], row["station_id"] is None)):
        product, own = row["product_id"], row["station_id"] is not None
        before = coming.get(product, prices.get(product, {}))
        if not own and (before.get("own") or before.get("station_id") is not None):
            continue
        if product in prices and product not in coming:
            coming[product] = row
        else:
            later.append(row)
    return coming, later


def _view(request: HttpRequest, station_id: int) -> StationView:
    actor = request.actor  # type: ignore[attr-defined]
    facts = organisation.stations_by_id([station_id]).get(station_id)
    if facts is None or not actor.may_at(station_id):
        raise NotFound(f"There is no station {station_id} in your scope.")
    return organisation.station(actor, facts.code)


@screen(permissions.EDIT_STATIONS)
def new_station(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            fields = _fields(request)
            station_id = services.open_station(actor, NewStation(code=request.POST.get("code", "").strip(), **fields))
            return HttpResponseRedirect(reverse("admin:station", args=[station_id]))
        except Problem as problem:
            say_problem(request, problem, hours.INPUTS)
    return _form(request, _("New station"), None, request.POST.dict(), set(request.POST.getlist("service")), {})


@screen(permissions.EDIT_STATIONS)
def edit(request: HttpRequest, station_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    view = _view(request, station_id)
    to = reverse("admin:station", args=[station_id])
    if request.method == "POST":
        if request.POST.get("do") == "close":
            return act(request, to, lambda: services.close_station(actor, station_id), _("The station is closed."))
        if request.POST.get("do") == "reopen":
            return act(request, to, lambda: services.reopen_station(actor, station_id), _("The station is open again."))
        return act(
            request,
            to,
            lambda: services.update_station(actor, station_id, StationChanges(**_fields(request))),
            _("Saved."),
            hours.INPUTS,
        )
    given = {
        "name": view.name,
        "address": view.address,
        "phone": view.phone,
        "region": view.region,
        "latitude": view.position[0] if view.position else "",
        "longitude": view.position[1] if view.position else "",
        "day_rolls_at": f"{view.day_rolls_at:%H:%M}",
        "pumps": "\n".join(f"{pump.number}: {', '.join(pump.grades)}" for pump in view.pumps),
        "opened_on": view.opened_on.isoformat() if view.opened_on else "",
    }
    return _form(request, view.name, view, given, set(view.services), view.hours)


def _form(
    request: HttpRequest, title: str, view: StationView | None, given: dict[str, Any], held: set[str], open_hours: Hours
) -> HttpResponse:
    offered = _offered(request)
    return show(
        request,
        "station_form",
        title,
        station=view,
        given=given,
        held=held,
        offered=offered,
        days=hours.rows(open_hours),
        day_and_night=not open_hours,
        regions=organisation.regions(),
    )


def _fields(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    return {
        "name": given.get("name", ""),
        "address": given.get("address", ""),
        "phone": given.get("phone", ""),
        "region": given.get("region", ""),
        "position": _position(given.get("latitude", ""), given.get("longitude", "")),
        "day_rolls_at": _time(given.get("day_rolls_at", "")),
        "services": (
            *given.getlist("service"),
            *choosing.typed(given.get("more_services", "")),
        ),
        "pumps": _pumps(given.get("pumps", "")),
        "hours": hours.given(given),
        "opened_on": _day(given.get("opened_on", "")),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field("opened_on", _("give a day such as 2026-01-31")) from None


def _position(latitude: str, longitude: str) -> tuple[float, float] | None:
    if not latitude.strip() and not longitude.strip():
        return None
    try:
        return float(Decimal(latitude)), float(Decimal(longitude))
    except InvalidOperation:
        raise Invalid.field(
            "latitude", _("give latitude and longitude in degrees, such as 22.5431 and 114.0579")
        ) from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text or "00:00")
    except ValueError:
        raise Invalid.field("day_rolls_at", _("give a time such as 06:00")) from None


def _pumps(text: str) -> tuple[NewPump, ...]:
    """One pump a line, "3: 92, 95"."""
    pumps = []
    for line in text.replace("：", ":").replace("，", ",").splitlines():
        if not line.strip():
            continue
        number, _colon, grades = line.partition(":")
        if not number.strip().isdigit():
            raise Invalid.field("pumps", _("write one pump a line, its number, a colon and its grades: 3: 92, 95"))
        pumps.append(
            NewPump(number=int(number), grades=tuple(grade.strip() for grade in grades.split(",") if grade.strip()))
        )
    return tuple(pumps)


def _offered(request: HttpRequest) -> dict[str, str]:
    """Services to tick, by code: those that stations have, then the usual ones that none has under any name."""
    rows = organisation.list_stations(request.actor, limit=500)  # type: ignore[attr-defined]
    used = {service: str(words.SERVICE.get(service, service)) for row in rows for service in row.services}
    return used | {
        code: str(name)
        for code, name in words.SERVICE.items()
        if code not in words.SERVICE_ALIASES and str(name) not in used.values()
    }
