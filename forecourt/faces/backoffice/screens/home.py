"""Home: the day so far, what needs somebody, and how it compares."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from forecourt.customers import permissions as customers
from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.queries import dashboard
from forecourt.faces.backoffice.screen import screen, show
from forecourt.faces.backoffice.screens import approvals, offer_budgets
from forecourt.faces.backoffice.templatetags.office import currency
from forecourt.kernel.actors import Actor
from forecourt.organisation import permissions as organisation_permissions
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions as sales

GRADE_COLOURS = ["#0f766e", "#d97706", "#6d5bd0", "#64748b", "#0ea5e9", "#be185d", "#84cc16"]
"""Told apart by the colour-blind in this order: dark green, orange, violet, grey, blue."""
TEAL, AMBER, GREY = "#0f766e", "#d97706", "#94a3b8"


@screen()
def home(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(sales.VIEW):
        return show(request, "welcome", _("Home"))
    stations = organisation.all_stations(actor)
    now = dashboard.Now(stations)
    view = request.GET.get("day", "today")
    view = view if view in dashboard.VIEWS else "today"
    period = request.GET.get("by", "day")
    period = period if period in {"day", "week", "month"} else "day"
    zone = organisation.company_zone()
    figures = dashboard.figures(actor, now, view)
    return show(
        request,
        "home",
        _("Home"),
        view=view,
        views=[("today", _("Today")), ("yesterday", _("Yesterday")), ("week", _("Same day last week"))],
        period=period,
        periods=[("day", _("Day")), ("week", _("Week")), ("month", _("Month"))],
        clock=now.at.astimezone(zone),
        stations={station.id: station for station in stations},
        figures=figures,
        steps=_steps(actor) if not figures["league"] else [],
        waiting=dashboard.waiting(actor, now),
        approvals=approvals.waiting_for(actor),
        spent=offer_budgets.near(actor),
        grades=_grades(dashboard.volume_by_grade(now, period), period),
        hours=_hours(dashboard.by_hour(now, view)),
        members=_members(dashboard.new_and_lost(actor, now)) if actor.may(customers.VIEW) else None,
        may_manage_staff=actor.may(organisation_permissions.MANAGE_STAFF),
        may_repair=actor.may(sales.REPAIR),
    )


def _steps(actor: Actor) -> list[dict[str, Any]]:
    """The way to the first sale, for who may go it: empty once sales came in."""
    done = dashboard.started()
    if done["sales"] or not actor.may(organisation_permissions.EDIT_STATIONS) or actor.stations is not None:
        return []
    return [
        {
            "done": done["stations"],
            "title": _("Open your stations"),
            "text": _("With their pumps and hours; or let an import make them."),
            "link": reverse("admin:station_new"),
        },
        {
            "done": done["prices"],
            "title": _("Set fuel prices"),
            "text": _("Add the usual fuels and announce what they cost from today."),
            "link": reverse("admin:prices"),
        },
        {
            "done": done["programme"],
            "title": _("Publish the loyalty programme"),
            "text": _("What earns how many points, and the tiers."),
            "link": reverse("admin:programme"),
        },
        {
            "done": done["keys"],
            "title": _("Connect a till"),
            "text": _("Make an API key for it, or import its sales from files."),
            "link": reverse("admin:keys"),
        },
        {
            "done": False,
            "title": _("Send the first sale"),
            "text": _("Then figures, charts and customers stand here."),
            "link": "",
        },
    ]


def _label(period: Any, by: str) -> str:
    # Translators: a day of the month and a month on an axis, in Django's letters
    return date_format(period, _("M Y") if by == "month" else _("j M"))


def _grades(rows: list[dict[str, Any]], by: str) -> dict[str, Any]:
    periods = sorted({row["period"] for row in rows})
    names = {row["code"]: row["name"] for row in rows}
    value = {(row["period"], row["code"]): float(row["volume"]) for row in rows}
    return {
        "labels": [_label(period, by) for period in periods],
        "stacked": True,
        "unit": words.volume_unit(),
        "series": [
            {
                "label": names[code],
                "color": GRADE_COLOURS[place % len(GRADE_COLOURS)],
                "values": [value.get((period, code), 0) for period in periods],
            }
            for place, code in enumerate(_grade_order(names))
        ],
    }


def _grade_order(codes: Any) -> list[str]:
    """Grades as on the pump: 92, 95, 98, then the others by code, diesel (0, -10...) last."""
    return sorted(codes, key=lambda code: (code.startswith(("0", "-")), code))


def _hours(rows: list[dict[str, Any]]) -> dict[str, Any]:
    by_hour = {row["hour"]: row for row in rows}
    figure = lambda hour, name: float((by_hour.get(hour) or {}).get(name) or 0)  # noqa: E731
    return {
        "labels": [f"{hour:02}" for hour in range(24)],
        "unit": currency(),
        "series": [
            {"label": _("This day"), "color": TEAL, "values": [figure(hour, "today") for hour in range(24)]},
            {
                "label": _("Usual on this weekday"),
                "color": AMBER,
                "type": "line",
                "dash": True,
                "values": [round(figure(hour, "usual"), 2) for hour in range(24)],
            },
        ],
    }


def _members(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "labels": [_label(row["week"], "week") for row in rows],
        "unit": "",
        "series": [
            {"label": _("New"), "color": TEAL, "values": [row["joined"] for row in rows]},
            {"label": _("Lost (90 days without a visit)"), "color": AMBER, "values": [row["lost"] for row in rows]},
        ],
    }
