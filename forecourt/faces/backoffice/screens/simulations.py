"""Simulations: past sales under other rules. Asked for, watched, read: what it would have cost and brought, and to whom."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.accounts import queries as accounts
from forecourt.customers import permissions as customer_permissions
from forecourt.customers import queries as customers
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.csvfile import csv_file
from forecourt.faces.backoffice.queries import offers as reads
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.kernel import clock
from forecourt.kernel.problems import Problem
from forecourt.offers import queries as offers
from forecourt.offers.values import OfferState
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, queries, services
from forecourt.sales.queries import SimulationRow
from forecourt.sales.values import SimulationAsked

DEFAULT_DAYS: Final = 30
UNDER_WAY: Final = ("waiting", "running")


def last_month() -> tuple[date, date]:
    """The thirty days up to yesterday."""
    today = organisation.company_day()
    return today - timedelta(days=DEFAULT_DAYS), today - timedelta(days=1)


def asked_of(code: str) -> dict[str, Any]:
    """What "last month with this draft" asks for, as fields of a form."""
    since, until = last_month()
    return {"since": since, "until": until, "offers": code}


def latest_of(code: str) -> dict[str, Any] | None:
    """The latest simulation of this draft alone, as a panel shows it; None where there is none."""
    for row in queries.simulations(30):
        if row.asked.get("offers") == [code] and row.state not in ("stopped", "failed"):
            return brief(queries.simulation(row.pk), code)
    return None


def brief(row: SimulationRow, code: str = "") -> dict[str, Any]:
    """A simulation in few figures; those of one offer where a code is given."""
    found: dict[str, Any] = {"run": row, "code": code, "progress": progress(row), "is_open": row.state in UNDER_WAY}
    if row.state == "done" and row.result:
        result = row.result
        names = told.OfferNames(_drafted(row))
        own = next((one for one in result["offers"] if one["name"] == code), None)
        found |= {
            "own": _figures(own) if own else None,
            "total": _figures(result["total"]),
            "members": result["members"],
            "liability": accounts.simulated_liability(row),
            "overlaps": told.conflicts(result["lost"], names, code)[:5],
        }
    return found


def progress(row: SimulationRow) -> dict[str, Any]:
    """How far it is: percent, and minutes left where that can be said."""
    percent = min(100, row.done * 100 // row.total) if row.total else 0
    left = None
    if row.state == "running" and row.started_at and row.done:
        seconds = (clock.now() - row.started_at).total_seconds()
        left = max(1, round(seconds * (row.total - row.done) / row.done / 60)) if seconds > 5 else None
    return {"percent": percent, "minutes_left": left}


def _figures(sums: dict[str, str]) -> dict[str, Any]:
    return {name: value if name == "name" else Decimal(value) for name, value in sums.items()}


def _drafted(*rows: SimulationRow) -> dict[str, str]:
    """Names of the drafts that were simulated."""
    codes = {code for row in rows for what in ("offers", "without") for code in row.asked.get(what, [])}
    return {code: offer.name for code, (_id, offer) in offers.drafts(codes).items()}


@screen(permissions.SIMULATE)
def simulations(request: HttpRequest) -> HttpResponse:
    """What was simulated, the newest first; how far those are that run."""
    found = queries.simulations(60)
    totals = reads.simulated([row.pk for row in found if row.state == "done"])
    rows = [{**_line(row), **_total(*totals.get(row.pk, ()))} for row in found]
    is_running = any(row["is_open"] for row in rows)
    template = "simulation_rows" if "rows" in request.GET else "simulations"
    context: dict[str, Any] = {"rows": rows, "is_running": is_running, "offers": _drafted(*found)}
    if template == "simulation_rows":
        return render(request, "office/simulation_rows.html", context)
    return show(request, "simulations", _("Simulations"), **context)


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


@screen(permissions.SIMULATE)
def ask(request: HttpRequest) -> HttpResponse:
    """The form that asks for one; a POST asks. With the header X-Office-Form the answer says where to watch it."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return _asked(request)
    since, until = last_month()
    chosen = request.GET.getlist("offers")
    every = [one for one in offers.list_offers(actor, limit=300) if one.state is not OfferState.ENDED]
    new = [one for one in every if one.code in chosen or one.is_changed or one.state is not OfferState.LIVE]
    return show(
        request,
        "simulation_ask",
        _("New simulation"),
        since=since,
        until=until,
        chosen=chosen,
        programme=request.GET.get("programme", "current"),
        drafts=new,
        unchanged=[one for one in every if one not in new],
        live=[one for one in every if one.state is OfferState.LIVE],
        stations=organisation.all_stations(actor)[:500],
    )


def _asked(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    since, until = last_month()
    code = given.get("panel", "")
    try:
        number = services.ask_simulation(
            actor,
            SimulationAsked(
                since=paging.day_of(given.get("since", ""), since),
                until=paging.day_of(given.get("until", ""), until),
                programme="draft" if given.get("programme") == "draft" else "current",
                offers=tuple(one for one in given.getlist("offers") if one),
                without=tuple(one for one in given.getlist("without") if one),
                stations=tuple(one for one in given.getlist("stations") if one),
            ),
        )
    except Problem as problem:
        say_problem(request, problem)
        return HttpResponseRedirect(reverse("admin:simulation_ask"))
    if code:
        watch = f"{reverse('admin:simulation_panel', args=[number])}?code={code}"
        return JsonResponse({"watch": watch})
    return HttpResponseRedirect(reverse("admin:simulation", args=[number]))


@screen(permissions.SIMULATE)
def panel(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """A simulation in few figures, as a part of a page that asks again while it runs."""
    row = queries.simulation(simulation_id)
    return render(request, "office/simulation_brief.html", {"simulation": brief(row, request.GET.get("code", "")[:40])})


@screen(permissions.SIMULATE)
def simulation(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """What one found."""
    row = queries.simulation(simulation_id)
    line = _line(row)
    if "progress" in request.GET:
        return render(request, "office/simulation_progress.html", line)
    actor = request.actor  # type: ignore[attr-defined]
    return show(
        request,
        "simulation",
        _("Simulation %(id)s") % {"id": row.pk},
        **line,
        offers=_drafted(row),
        found=_found(row) if row.state == "done" and row.result else None,
        may_see_customers=actor.may(customer_permissions.VIEW),
    )


def _found(row: SimulationRow) -> dict[str, Any]:
    """The result in words and figures."""
    result = row.result or {}
    names = told.OfferNames(_drafted(row))
    total = _figures(result["total"])
    members = result["members"]
    ids = [id for id, _worth in (*members["most"], *members["least"])]
    called = customers.names(ids)
    before, after = Decimal(result["margin_before"]), Decimal(result["margin_after"])
    return {
        "total": total,
        "discount": total["discount_after"] - total["discount_before"],
        "points": total["points_after"] - total["points_before"],
        "liability": accounts.simulated_liability(row),
        "has_costs": bool(total["cost"]),
        "margin_before": before,
        "margin_after": after,
        "margin": after - before,
        "offers": [{**_figures(one), "title": names.offer(one["name"])} for one in result["offers"]],
        "funders": [{**_figures(one), "title": told.funder(one["name"])} for one in result["funders"]],
        "stations": _groups(result["stations"], lambda code: names.name("station", code)),
        "tiers": _groups(
            sorted(result["tiers"], key=lambda group: _rung(group["name"])),
            lambda code: names.name("tier", code) if code else _("no tier, or no member"),
        ),
        "moves": _moves(result.get("tier_moves")),
        "full_price": result.get("full_price", 0),
        "repaired": result.get("repaired", 0),
        "members": {**members, "gain": Decimal(members["gain"]), "loss": Decimal(members["loss"])},
        "most": [(id, called.get(id, ""), Decimal(worth)) for id, worth in members["most"][:8]],
        "least": [(id, called.get(id, ""), Decimal(worth)) for id, worth in members["least"][:8]],
        "conflicts": told.conflicts(result["lost"], names)[:20],
        "missed": [(names.offer(code), told.missed(why, names), count) for code, why, count in result["missed"][:20]],
    }


def _rung(tier: str) -> tuple[bool, int]:
    """Where a tier stands on the ladder; sales without one come last."""
    ladder = list(tier_names())
    return not tier, ladder.index(tier) if tier in ladder else len(ladder)


def _moves(moves: dict[str, Any] | None) -> dict[str, Any] | None:
    """Members by tier before and after, as the programme and its draft called them; None where tiers were left as they were."""
    if moves is None:
        return None

    def called(code: str) -> str:
        return str(moves["names"].get(code, code)) if code else _("no tier")

    return {
        **moves,
        "rows": [{**row, "was": called(row["before"]), "becomes": called(row["after"])} for row in moves["rows"]],
    }


def _groups(groups: list[dict[str, str]], called: Any) -> list[dict[str, Any]]:
    found = []
    for group in groups[:60]:
        sums = _figures(group)
        found.append(
            {
                **sums,
                "title": called(group["name"]),
                "difference": sums["discount_after"] - sums["discount_before"],
                "points": sums["points_after"] - sums["points_before"],
            }
        )
    return found


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
    row = queries.simulation(simulation_id)
    heads = ["group", "code", "name", "sales", "volume", "gross", "discount_before", "discount_after", "points_before"]
    heads += ["points_after", "uses", "discount", "points", "gifts"]
    return csv_file(f"simulation-{row.pk}", heads, _lines(row) if row.result else [])


def _lines(row: SimulationRow) -> Iterator[list[Any]]:
    result = row.result or {}
    names = told.OfferNames(_drafted(row))
    before_and_after = (
        "sales",
        "volume",
        "gross",
        "discount_before",
        "discount_after",
        "points_before",
        "points_after",
    )
    yield ["total", "", "", *[result["total"].get(name, "") for name in before_and_after]]
    for group, kind in (("stations", "station"), ("tiers", "tier")):
        for one in result[group]:
            yield [kind, one["name"], names.name(kind, one["name"]), *[one.get(name, "") for name in before_and_after]]
    for group, kind in (("offers", "offer"), ("funders", "funder")):
        for one in result[group]:
            name = names.offer(one["name"]) if kind == "offer" else told.funder(one["name"])
            given = [one.get(figure, "") for figure in ("uses", "discount", "points", "gifts")]
            yield [kind, one["name"], name, "", one.get("volume", ""), *[""] * 5, *given]
    yield ["full price", "", "", result.get("full_price", 0)]
    yield ["repaired", "", "", result.get("repaired", 0)]
    if worth := accounts.simulated_liability(row):
        basis = f"{worth.point_value:f} x {worth.redemption_percent:f}%, policy {worth.policy or 'none'}"
        # under the columns of points, what they are worth
        yield ["points as a liability", "", basis, *[""] * 5, worth.before, worth.after, "", "", ""]
    moves = _moves(result.get("tier_moves"))
    for move in moves["rows"] if moves else ():
        yield [
            "tier move",
            f"{move['before']} > {move['after']}",
            f"{move['was']} > {move['becomes']}",
            move["members"],
        ]
    for code, to, why, count in result["lost"]:
        yield ["conflict", code, f"{names.offer(code)} < {names.offer(to)}: {told.WHY_LOST.get(why, why)}", count]
    for code, why, count in result["missed"]:
        yield ["missed", code, f"{names.offer(code)}: {told.missed(why, names)}", count]
