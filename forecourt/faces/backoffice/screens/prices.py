"""Fuel prices: in force by station and grade, announced, and how they went."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions, services
from forecourt.catalogue.values import NewPrice
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import pricing, reference
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens.home import GRADE_COLOURS
from forecourt.faces.backoffice.templatetags.office import day
from forecourt.kernel import clock
from forecourt.kernel.problems import Invalid
from forecourt.organisation import queries as organisation


@screen(permissions.VIEW)
def prices(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    stations = organisation.all_stations(actor)
    chosen = paging.number(request.GET.get("station"))
    if chosen is not None:
        actor.require_station(chosen)
    grades = reference.grades()
    matrix = pricing.matrix([station.id for station in stations])
    return show(
        request,
        "prices",
        _("Prices"),
        grades=grades,
        station_list=stations,
        stations={station.id: station for station in stations},
        rows=[(station, [matrix.get((station.id, grade["id"])) for grade in grades]) for station in stations],
        upcoming=pricing.announced(actor),
        chart=_chart(pricing.history(chosen)),
        may_set=actor.may(permissions.SET_PRICE),
        everywhere=actor.stations is None,
    )


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
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:prices"),
        lambda: services.announce_prices(actor, _announced(request)),
        _("Announced. It takes effect by itself at that time."),
    )


def _announced(request: HttpRequest) -> list[NewPrice]:
    given = request.POST
    try:
        at = datetime.fromisoformat(given.get("from", "")).replace(tzinfo=clock.zone(organisation.company().zone))
    except ValueError:
        raise Invalid.field("from", _("choose day and time from which the prices hold")) from None
    found = []
    for grade in reference.grades():
        text = given.get(f"price_{grade['code']}", "").strip()
        if not text:
            continue
        try:
            price = Decimal(text)
        except InvalidOperation:
            raise Invalid.field(
                grade["name"], _("%(text)s is no price; write one such as 7.85") % {"text": text}
            ) from None
        for station in given.getlist("station") or [""]:
            found.append(NewPrice(product=grade["code"], price=price, effective_from=at, station=station))
    if not found:
        raise Invalid.field("price", _("give at least one new price"))
    return found


@screen(permissions.SET_PRICE)
def withdraw(request: HttpRequest, price_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:prices"),
        lambda: services.withdraw_price(actor, price_id),
        _("The change is withdrawn."),
    )
