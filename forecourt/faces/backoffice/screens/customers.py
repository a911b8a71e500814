"""Customers: the list, its export, and enrolment."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from forecourt.customers import permissions, queries, services
from forecourt.customers.values import (
    CustomerKind,
    CustomerLine,
    IdentityKind,
    NewCustomer,
    NewIdentity,
    NewVehicle,
)
from forecourt.faces.backoffice import paging, words
from forecourt.faces.backoffice.queries import people, reference
from forecourt.faces.backoffice.screen import say_problem, screen, show
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.kernel import audit
from forecourt.kernel.problems import Problem
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation

PAGE = 50
MOST_EXPORTED = 20_000


@screen(permissions.VIEW)
def customers(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:80]
    wanted, after = _filter(request), request.GET.get("after", "")
    try:
        if text:
            found = queries.search(actor, text, cursor=after or None, limit=PAGE)
            lines, after = list(found.items), found.next or ""
        else:
            lines, after = people.page(actor, wanted, after, PAGE)
    except Problem as problem:
        say_problem(request, problem)
        lines, after = [], ""
    if text and len(lines) == 1 and not request.GET.get("after"):
        return HttpResponseRedirect(reverse("admin:customer", args=[lines[0].id]))
    stations = organisation.all_stations(actor)
    return show(
        request,
        "customers",
        _("Customers"),
        lines=lines,
        after=after,
        text=text,
        wanted=wanted,
        standings=loyalty.standings([line.id for line in lines]),
        tiers=tier_names(),
        tags=queries.tags(50),
        kinds=words.KIND,
        station_list=stations,
        stations=organisation.stations_by_id({line.profile.home_station_id or 0 for line in lines}),
        may_edit=actor.may(permissions.EDIT),
    )


def _filter(request: HttpRequest) -> people.Filter:
    asked = request.GET
    return people.Filter(
        kind=asked.get("kind", "") if asked.get("kind", "") in words.KIND else "",
        tier=asked.get("tier", "")[:16],
        home=paging.number(asked.get("home")),
        tag=asked.get("tag", "")[:40],
        visit=asked.get("visit", "") if asked.get("visit", "") in {*people.VISITS, "never"} else "",
    )


@screen(permissions.VIEW)
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What the list shows, as CSV, phones masked as on the screen; who took it and how it was narrowed is audited."""
    actor = request.actor  # type: ignore[attr-defined]
    text, wanted = request.GET.get("q", "").strip()[:80], _filter(request)
    chosen = {name: getattr(wanted, name) for name in wanted.__struct_fields__ if getattr(wanted, name)}
    audit.record(actor, "customers.export", "customers", detail={"searched": bool(text), **chosen})
    lines = (
        iter(queries.search(actor, text, limit=200).items) if text else people.everyone(actor, wanted, MOST_EXPORTED)
    )
    response = StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="customers.csv"'
    return response


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv(lines: Iterator[CustomerLine]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    tiers = tier_names()
    yield "\ufeff"  # so that spreadsheets read Chinese as UTF-8
    yield writer.writerow(
        [
            _("Number"),
            pgettext("person", "Name"),
            _("Phone"),
            _("Tier"),
            _("Points"),
            _("Last visit"),
            _("Fuel in a year"),
            _("Spend in a year"),
            _("Home station"),
            _("Tags"),
        ]
    )
    batch: list[CustomerLine] = []
    for line in lines:
        batch.append(line)
        if len(batch) == 500:
            yield from (writer.writerow(row) for row in _rows(batch, tiers))
            batch = []
    yield from (writer.writerow(row) for row in _rows(batch, tiers))


def _rows(lines: list[CustomerLine], tiers: dict[str, str]) -> Iterator[list[Any]]:
    standings = loyalty.standings([line.id for line in lines])
    stations = organisation.stations_by_id({line.profile.home_station_id or 0 for line in lines})
    for line in lines:
        standing, home = standings.get(line.id), stations.get(line.profile.home_station_id or 0)
        seen = line.profile.last_sale_at
        row = [
            line.id,
            line.name,
            line.phone,
            tiers.get(standing.tier, standing.tier) if standing else "",
            standing.points if standing else 0,
            seen.isoformat(timespec="minutes") if seen else "",
            line.profile.fuel_year,
            line.profile.spend_year,
            home.name if home else "",
            " ".join(line.tags),
        ]
        yield [_harmless(cell) for cell in row]


def _harmless(cell: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula."""
    return "'" + cell if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


@screen(permissions.EDIT)
def new_customer(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            customer_id = services.create_customer(actor, _asked(request))
            return HttpResponseRedirect(reverse("admin:customer", args=[customer_id]))
        except Problem as problem:
            say_problem(request, problem)
    return show(
        request,
        "customer_form",
        _("New customer"),
        given=request.POST,
        kinds=words.KIND,
        usages=words.USAGE,
        grades=reference.grades(),
        station_list=organisation.all_stations(actor),
    )


def _asked(request: HttpRequest) -> NewCustomer:
    given = request.POST
    identities = tuple(
        NewIdentity(kind=IdentityKind(kind), value=given[kind].strip())
        for kind in ("phone", "card", "email")
        if given.get(kind, "").strip()
    )
    plate = given.get("plate", "").strip()
    vehicles = (NewVehicle(plate=plate, grade=given.get("grade", "")),) if plate else ()
    return NewCustomer(
        name=given.get("name", "").strip(),
        kind=CustomerKind.BUSINESS if given.get("kind") == "business" else CustomerKind.PERSON,
        identities=identities,
        vehicles=vehicles,
        tags=tuple(tag.strip() for tag in given.get("tags", "").replace("，", ",").split(",") if tag.strip()),
        station=given.get("station") or None,
    )
