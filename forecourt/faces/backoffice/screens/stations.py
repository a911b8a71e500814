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
from forecourt.kernel.problems import Invalid, NotFound, Problem
from forecourt.organisation import permissions, services
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import NewPump, NewStation, StationChanges, StationView


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
    view = _view(request, station_id)
    return show(
        request,
        "station",
        view.name,
        station=view,
        hours=_hours(view),
        grades=reference.grades(),
        prices=pricing.at_station(station_id),
        upcoming=pricing.announced(actor, station_id),
        may_edit=actor.may(permissions.EDIT_STATIONS),
    )


def _view(request: HttpRequest, station_id: int) -> StationView:
    actor = request.actor  # type: ignore[attr-defined]
    facts = organisation.stations_by_id([station_id]).get(station_id)
    if facts is None or not actor.may_at(station_id):
        raise NotFound(f"There is no station {station_id} in your scope.")
    return organisation.station(actor, facts.code)


def _hours(view: StationView) -> list[tuple[Any, str]]:
    if not view.hours:
        return []
    spans = {key: ", ".join("–".join(map(str, span)) for span in view.hours.get(key, ())) for key in words.DAY_KEYS}
    return [(words.WEEKDAY[place], spans[key] or _("closed")) for place, key in enumerate(words.DAY_KEYS)]


@screen(permissions.EDIT_STATIONS)
def new_station(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            fields = _fields(request)
            station_id = services.open_station(actor, NewStation(code=request.POST.get("code", "").strip(), **fields))
            return HttpResponseRedirect(reverse("admin:station", args=[station_id]))
        except Problem as problem:
            say_problem(request, problem)
    return show(
        request, "station_form", _("New station"), station=None, given=request.POST, regions=organisation.regions()
    )


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
        )
    given = {
        "name": view.name,
        "address": view.address,
        "phone": view.phone,
        "region": view.region,
        "latitude": view.position[0] if view.position else "",
        "longitude": view.position[1] if view.position else "",
        "day_rolls_at": f"{view.day_rolls_at:%H:%M}",
        "services": ", ".join(view.services),
        "pumps": "\n".join(f"{pump.number}: {', '.join(pump.grades)}" for pump in view.pumps),
        "opened_on": view.opened_on.isoformat() if view.opened_on else "",
    }
    return show(request, "station_form", view.name, station=view, given=given, regions=organisation.regions())


def _fields(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    return {
        "name": given.get("name", ""),
        "address": given.get("address", ""),
        "phone": given.get("phone", ""),
        "region": given.get("region", ""),
        "position": _position(given.get("latitude", ""), given.get("longitude", "")),
        "day_rolls_at": _time(given.get("day_rolls_at", "")),
        "services": tuple(
            part.strip() for part in given.get("services", "").replace("，", ",").split(",") if part.strip()
        ),
        "pumps": _pumps(given.get("pumps", "")),
        "opened_on": date.fromisoformat(given["opened_on"]) if given.get("opened_on") else None,
    }


def _position(latitude: str, longitude: str) -> tuple[float, float] | None:
    if not latitude.strip() and not longitude.strip():
        return None
    try:
        return float(Decimal(latitude)), float(Decimal(longitude))
    except InvalidOperation:
        raise Invalid.field(
            "position", _("give latitude and longitude in degrees, such as 22.5431 and 114.0579")
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
