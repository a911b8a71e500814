"""Operation: the audit trail, the event readers, the company's settings."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import paging, trail, words
from forecourt.faces.backoffice.queries import operating
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.kernel import clock
from forecourt.organisation import permissions, queries, services
from forecourt.organisation.values import CompanyFacts, VolumeUnit

PAGE = 100


@screen(permissions.VIEW_AUDIT)
def audit_trail(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET
    zone = clock.zone(queries.company().zone)
    today = clock.now().astimezone(zone).date()
    until = paging.day_of(asked.get("until", ""), today)
    since = paging.day_of(asked.get("since", ""), until - timedelta(days=30))
    action = asked.get("action", "") if asked.get("action", "") in words.AUDITED else ""
    rows = operating.audit_page(
        actor,
        who=asked.get("who", "").strip()[:80],
        action=action,
        customer=paging.number(asked.get("customer")),
        since=datetime.combine(since, time(0), zone),
        until=datetime.combine(until + timedelta(days=1), time(0), zone),
        after=_place(asked.get("after", "")),
        limit=PAGE,
    )
    after = ""
    if len(rows) > PAGE:
        del rows[PAGE:]
        after = f"{rows[-1]['at'].isoformat()}_{rows[-1]['id']}"
    stations = queries.stations_by_id({row["station_id"] for row in rows if row["station_id"]})
    return show(
        request,
        "audit",
        _("Audit trail"),
        rows=trail.told(rows, actor),
        after=after,
        since=since,
        until=until,
        actions=words.AUDITED,
        action=action,
        stations=stations,
    )


def _place(text: str) -> tuple[datetime, UUID] | None:
    at, _underscore, entry_id = text.partition("_")
    try:
        return (datetime.fromisoformat(at), UUID(entry_id)) if text else None
    except ValueError:
        return None


@screen(permissions.MANAGE_STAFF)
def readers(request: HttpRequest) -> HttpResponse:
    return show(
        request,
        "readers",
        _("Operation"),
        rows=operating.readers(),
        latest=operating.latest_event(),
        jobs=operating.jobs(),
    )


@screen(permissions.MANAGE_STAFF)
def company(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return act(
            request, reverse("admin:company"), lambda: services.set_company(actor, _facts(request.POST)), _("Saved.")
        )
    return show(request, "company", _("Company"), company=queries.company())


def _facts(given: Any) -> CompanyFacts:
    unit = VolumeUnit.GALLON if given.get("volume_unit") == "gallon" else VolumeUnit.LITRE
    return CompanyFacts(
        name=given.get("name", "").strip(),
        currency=given.get("currency", "").strip().upper(),
        digits=paging.number(given.get("digits")) or 0,
        volume_unit=unit,
        zone=given.get("zone", "").strip(),
        solo_approval=given.get("solo_approval") == "on",
        hold_minutes=paging.number(given.get("hold_minutes")) or 0,
    )
