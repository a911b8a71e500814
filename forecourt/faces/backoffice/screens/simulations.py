"""Simulations: past sales under other rules. Asked for, watched, read: what it would have cost and brought, and to whom."""

from decimal import Decimal
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.accounts import queries as accounts
from forecourt.customers import permissions as customer_permissions
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.csvfile import csv_file
from forecourt.faces.backoffice.queries import offers as reads
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.faces.backoffice.screens import simulation_csv
from forecourt.faces.backoffice.screens.simulation_form import SEVERAL, costless, form, last_month
from forecourt.faces.backoffice.screens.simulation_found import drafted, figures, found
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Problem
from forecourt.offers import permissions as offer_permissions
from forecourt.offers import queries as offers
from forecourt.sales import permissions, queries, services
from forecourt.sales.queries import SimulationRow
from forecourt.sales.values import SimulationAsked

PAGE: Final = 25
UNDER_WAY: Final = ("waiting", "running")


def asked_of(code: str, *, is_reviewed: bool = False) -> dict[str, Any]:
    """What "last month with this draft", or with what was handed in, asks for, as fields of a form."""
    since, until = last_month()
    return {"since": since, "until": until, "offers": code, "reviewed": is_reviewed}


def latest_of(actor: Actor, code: str) -> dict[str, Any] | None:
    """The latest simulation of this draft alone, as a panel shows it; None where there is none in the actor's scope."""
    for row in queries.simulations(30, actor):
        if _is_of(row, code) and row.state not in ("stopped", "failed"):
            return brief(queries.simulation(row.pk), code)
    return None


def _is_of(row: SimulationRow, code: str) -> bool:
    """Whether it changed nothing but this offer."""
    asked = msgspec.convert(row.asked, SimulationAsked)
    rules = (asked.programme, asked.without, asked.policy, asked.floors)
    return (*asked.offers, *asked.reviewed) == (code,) and rules == ("current", (), None, ())


def brief(row: SimulationRow, code: str = "") -> dict[str, Any]:
    """A simulation in few figures; those of one offer where a code is given."""
    shown: dict[str, Any] = {"run": row, "code": code, "progress": progress(row), "is_open": row.state in UNDER_WAY}
    shown["asked"] = msgspec.convert(row.asked, SimulationAsked)
    if row.state == "done" and row.result:
        result = row.result
        names = told.OfferNames(drafted(row))
        own = next((one for one in result["offers"] if one["name"] == code), None)
        shown |= {
            "own": figures(own) if own else None,
            "total": figures(result["total"]),
            "members": result["members"],
            "liability": accounts.simulated_liability(row),
            "overlaps": told.conflicts(result["lost"], names, code)[:5],
        }
    return shown


def progress(row: SimulationRow) -> dict[str, Any]:
    """How far it is: percent, and minutes left where that can be said."""
    percent = min(100, row.done * 100 // row.total) if row.total else 0
    left = None
    if row.state == "running" and row.started_at and row.done:
        seconds = (clock.now() - row.started_at).total_seconds()
        left = max(1, round(seconds * (row.total - row.done) / row.done / 60)) if seconds > 5 else None
    return {"percent": percent, "minutes_left": left}


@screen(permissions.SIMULATE)
def simulations(request: HttpRequest) -> HttpResponse:
    """What was simulated, the newest first; how far those are that run."""
    older_than = paging.number(request.GET.get("after"))
    latest = queries.simulations(PAGE + 1, request.actor, before=older_than)  # type: ignore[attr-defined]
    page = latest[:PAGE]
    totals = reads.simulated([row.pk for row in page if row.state == "done"])
    rows = [{**_line(row), **_total(*totals.get(row.pk, ()))} for row in page]
    is_running = any(row["is_open"] for row in rows)
    template = "simulation_rows" if "rows" in request.GET else "simulations"
    context: dict[str, Any] = {"rows": rows, "is_running": is_running, "offers": drafted(*page)}
    if template == "simulation_rows":
        return render(request, "office/simulation_rows.html", context)
    after = str(page[-1].pk) if len(latest) > PAGE else ""
    return show(request, "simulations", _("Simulations"), after=after, **context)


def _total(before: Decimal | None = None, after: Decimal | None = None) -> dict[str, Any]:
    """What offers gave in all, and by how much that is more than was given."""
    return {} if before is None or after is None else {"given": after, "difference": after - before}


def _line(row: SimulationRow) -> dict[str, Any]:
    return {
        "run": row,
        "asked": msgspec.convert(row.asked, SimulationAsked),
        "state": told.RUNS.get(row.state, row.state),
        "is_open": row.state in UNDER_WAY,
        "progress": progress(row),
    }


@screen(permissions.SIMULATE, offer_permissions.VIEW_OFFERS)
def ask(request: HttpRequest) -> HttpResponse:
    """The form that asks for one; a POST asks, or with `look` only looks for more to choose. With the header X-Office-Form the
    answer says where to watch it.
    """
    if request.method != "POST":
        return form(request, request.GET)
    return form(request, request.POST) if "look" in request.POST else _asked(request)


def _asked(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    since, until = last_month()
    code, programme = given.get("panel", ""), given.get("programme", "")
    try:
        number = services.ask_simulation(
            actor,
            SimulationAsked(
                since=paging.day_of(given.get("since", ""), since),
                until=paging.day_of(given.get("until", ""), until),
                programme=programme if programme in ("draft", "review") else "current",  # type: ignore[arg-type]
                **{name: tuple(one for one in given.getlist(name) if one) for name in SEVERAL},
                **_rules_of_all(given),
            ),
        )
    except Problem as problem:
        say_problem(request, problem)
        return form(request, given)
    if code:
        watch = f"{reverse('admin:simulation_panel', args=[number])}?code={code}"
        return JsonResponse({"watch": watch})
    return HttpResponseRedirect(reverse("admin:simulation", args=[number]))


def _rules_of_all(given: QueryDict) -> dict[str, Any]:
    """What is drafted or in review of the rules of all offers, as far as it is wanted."""
    policy = offers.draft_policy() if "policy" in given else None
    floors = offers.draft_floors() if "floors" in given else None
    return {
        **({"policy": policy.policy} if policy is not None else {}),
        **({"floors": floors.changes} if floors is not None else {}),
    }


@screen(permissions.SIMULATE)
def panel(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """A simulation in few figures, as a part of a page that asks again while it runs."""
    row = queries.simulation(simulation_id, request.actor)  # type: ignore[attr-defined]
    return render(request, "office/simulation_brief.html", {"simulation": brief(row, request.GET.get("code", "")[:40])})


@screen(permissions.SIMULATE)
def simulation(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """What one found."""
    row = queries.simulation(simulation_id, request.actor)  # type: ignore[attr-defined]
    line = _line(row)
    if "progress" in request.GET:
        return render(request, "office/simulation_progress.html", line)
    actor = request.actor  # type: ignore[attr-defined]
    return show(
        request,
        "simulation",
        _("Simulation %(id)s") % {"id": row.pk},
        **line,
        offers=drafted(row),
        drift=queries.changed_since(row) if row.state == "done" else None,
        found=found(row) if row.state == "done" and row.result else None,
        **costless(actor, [one.offer for one in rules.offers] if (rules := queries.frozen_rules(row)) else []),
        may_see_customers=actor.may(customer_permissions.VIEW),
    )


@screen(permissions.SIMULATE)
def stop(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """Stop one that waits or runs."""
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:simulations"),
        lambda: services.stop_simulation(actor, simulation_id),
        _("Stopped."),
    )


@screen(permissions.SIMULATE)
def export(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """All figures of a result as one CSV file."""
    row = queries.simulation(simulation_id, request.actor)  # type: ignore[attr-defined]
    return csv_file(f"simulation-{row.pk}", simulation_csv.HEADS, simulation_csv.lines(row) if row.result else [])
