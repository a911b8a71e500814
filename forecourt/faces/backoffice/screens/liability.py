"""The liability of points: what is owed, its roll-forward, the estimates behind it, and the journal for the general ledger."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.accounts import permissions, queries, services
from forecourt.accounts.models import KIND_NAMES
from forecourt.accounts.values import By, Figures, Roll, RollLine, Unit
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.csvfile import csv_file, plain_money
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.templatetags.office import month
from forecourt.kernel import audit, clock, sql
from forecourt.kernel.money import ZERO
from forecourt.organisation import queries as organisation

TEAL, AMBER = "#0f766e", "#d97706"
_SHOWN_MONTHS: Final = 6
_MOST_MONTHS: Final = 120
_JOURNAL_PAGE: Final = 50
_BATCH: Final = 2000
BY: Final = {
    By.MONTH: gettext_lazy("Month"),
    By.COHORT: gettext_lazy("Month of earning"),
    By.STATION: gettext_lazy("Station"),
    By.ENTITY: gettext_lazy("Legal entity"),
    By.SOURCE: gettext_lazy("Source of points"),
}
HEADS: Final = {
    "opening": gettext_lazy("Opening"),
    "earned": gettext_lazy("Earned"),
    "given": gettext_lazy("Given free"),
    "taken_back": gettext_lazy("Refunds"),
    "adjusted": gettext_lazy("Adjusted"),
    "transferred": gettext_lazy("Transferred"),
    "spent": gettext_lazy("Points redeemed"),
    "expired": gettext_lazy("Expired"),
    "breakage": gettext_lazy("Breakage"),
    "estimate": gettext_lazy("Change of estimate"),
    "closing": gettext_lazy("Closing"),
}
_ALWAYS: Final = {"opening", "earned", "spent", "expired", "closing"}
_MONEY_ONLY: Final = {"breakage", "estimate"}


@screen(permissions.VIEW)
def liability(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    since, until, by, unit = _asked(request)
    units = queries.units(actor)
    last = queries.last_close()
    policies = queries.policies(actor)
    today = organisation.company_day()
    lines = queries.roll_forward(actor, since, until, by)
    by_month = lines if by is By.MONTH else queries.roll_forward(actor, since, until)
    return show(
        request,
        "liability",
        _("Points liability"),
        last=last,
        policy=queries.policy_at(today),
        policies=policies,
        waiting=[one for one in policies if one.state == "review"],
        figures=_figures(units),
        units=_units(units),
        columns=[HEADS[code] for code in _columns(lines, unit)],
        lines=[_told(line, unit, _columns(lines, unit)) for line in lines],
        since=f"{since:%Y-%m}",
        until=f"{until:%Y-%m}",
        by=by.value,
        unit=unit,
        ways=[(way.value, name) for way, name in BY.items()],
        chart=_chart(by_month[:-1]),
        days=queries.days(actor, today - timedelta(days=13), today),
        due=_due(today),
        periods=queries.closed_periods()[:12],
        closable=queries.closable(),
        may_edit=actor.may(permissions.EDIT),
        may_close=actor.may(permissions.CLOSE),
    )


@screen(permissions.VIEW)
def roll_forward_file(request: HttpRequest) -> HttpResponseBase:
    """The roll-forward as shown, in points and in money."""
    actor = request.actor  # type: ignore[attr-defined]
    since, until, by, _unit = _asked(request)
    lines = queries.roll_forward(actor, since, until, by)
    audit.record(actor, "liability.export", "liability", detail={"since": f"{since}", "until": f"{until}"})
    money = organisation.company().currency
    heads = [
        BY[by],
        *(_("%(name)s (points)") % {"name": name} for code, name in HEADS.items() if code not in _MONEY_ONLY),
    ]
    heads += [f"{name} ({money})" for name in HEADS.values()]
    return csv_file(
        f"roll-forward-{since:%Y-%m}-{until:%Y-%m}",
        heads,
        (
            [
                line.name,
                *(f"{getattr(line.points, code):.0f}" for code in HEADS if code not in _MONEY_ONLY),
                *(plain_money(getattr(line.money, code)) for code in HEADS),
            ]
            for line in lines
        ),
    )


@screen(permissions.VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    since, until = _days(request)
    rows = queries.journal(
        actor, since, until, after=paging.number(request.GET.get("after")) or 0, limit=_JOURNAL_PAGE + 1
    )
    after = ""
    if len(rows) > _JOURNAL_PAGE:
        del rows[_JOURNAL_PAGE:]
        after = str(rows[-1].id)
    return show(
        request,
        "journal",
        _("Journal of points"),
        rows=rows,
        after=after,
        since=since,
        until=until,
        totals=_totals(since, until),
        days=queries.days(actor, since, until),
        kinds=dict(KIND_NAMES),
    )


@screen(permissions.VIEW)
def journal_file(request: HttpRequest) -> HttpResponseBase:
    """The journal of the days as an ERP takes it in."""
    actor = request.actor  # type: ignore[attr-defined]
    since, until = _days(request)
    queries.journal(actor, since, since, limit=1)
    audit.record(actor, "journal.export", "liability", detail={"since": f"{since}", "until": f"{until}"})

    def lines() -> Iterator[list[Any]]:
        after = 0
        while rows := queries.journal(actor, since, until, after=after, limit=_BATCH):
            for row in rows:
                yield [
                    *(f"{row.day}", row.entity, row.account, row.account_name),
                    *(plain_money(row.debit), plain_money(row.credit), f"{row.cohort:%Y-%m}", row.text),
                ]
            after = rows[-1].id

    heads = [
        *(_("Day"), _("Legal entity"), _("Account"), _("Name of the account")),
        *(_("Debit"), _("Credit"), _("Month of earning"), _("Text")),
    ]
    return csv_file(f"journal-{since}-{until}", heads, lines())


@screen(permissions.CLOSE)
def close_month(request: HttpRequest) -> HttpResponse:
    """Close the books of a month for good."""
    actor = request.actor  # type: ignore[attr-defined]
    month = paging.day_of(request.POST.get("month", ""), organisation.company_day())
    return act(
        request,
        reverse("admin:liability"),
        lambda: services.close_period(actor, month),
        _("The books of %(month)s are closed.") % {"month": f"{month:%Y-%m}"},
    )


def _asked(request: HttpRequest) -> tuple[date, date, By, str]:
    """The months, the breakdown and the unit the address asks for; the last six months unless it says otherwise."""
    this = clock.month_of(organisation.company_day())
    until = paging.day_of(f"{request.GET.get('until', '')}-01", this)
    first = until
    for _number in range(_SHOWN_MONTHS - 1):
        first = clock.month_of(first - timedelta(days=1))
    since = min(paging.day_of(f"{request.GET.get('since', '')}-01", first), until)
    if (until.year - since.year) * 12 + until.month - since.month >= _MOST_MONTHS:
        since = first
    by = request.GET.get("by", "")
    unit = "points" if request.GET.get("unit") == "points" else "money"
    return since, until, By(by) if by in {way.value for way in By} else By.MONTH, unit


def _days(request: HttpRequest) -> tuple[date, date]:
    last = queries.last_close()
    until = paging.day_of(request.GET.get("until", ""), last.day if last else organisation.company_day())
    return min(paging.day_of(request.GET.get("since", ""), until - timedelta(days=6)), until), until


def _columns(lines: list[RollLine], unit: str) -> list[str]:
    """The causes to show: the usual ones, and those that moved anything."""
    rolls = [getattr(line, unit) for line in lines]
    return [code for code in HEADS if code in _ALWAYS or any(getattr(roll, code) for roll in rolls)]


def _told(line: RollLine, unit: str, columns: list[str]) -> dict[str, Any]:
    """A line with its cells in the order of the columns; what took from what is owed is negative."""
    roll: Roll = line.money if unit == "money" else line.points
    return {"key": line.key, "name": _in_words(line.name), "cells": [getattr(roll, code) for code in columns]}


def _in_words(name: str) -> str:
    """A month ("2026-06") in the reader's language; other names as they are."""
    try:
        return month(date.fromisoformat(f"{name}-01"))
    except ValueError:
        return name


def _figures(units: list[tuple[Unit, Figures]]) -> dict[str, Any]:
    """What is outstanding and owed in all, and the share of the outstanding points that nobody is expected to redeem."""
    points = sum(state.open for _unit, state in units)
    unused = sum((queries.expected_unused(state) for _unit, state in units), ZERO)
    return {
        "points": points,
        "sales": sum((state.liability for unit, state in units if not unit.is_gift), ZERO),
        "gifts": sum((state.liability for unit, state in units if unit.is_gift), ZERO),
        "unused": unused,
        "unused_percent": unused * 100 / points if points else None,
    }


def _units(units: list[tuple[Unit, Figures]]) -> list[dict[str, Any]]:
    names = dict(sql.rows("SELECT id, name FROM organisation_legalentity"))
    return [
        {
            "cohort": unit.cohort,
            "entity": names.get(unit.entity_id, ""),
            "is_gift": unit.is_gift,
            "points": state.points,
            "redeemed": state.redeemed,
            "expired": state.expired,
            "open": state.open,
            "percent": state.percent,
            "allocated": state.allocated,
            "recognised": state.recognised,
            "liability": state.liability,
        }
        for unit, state in units
    ]


def _chart(lines: list[RollLine]) -> dict[str, Any]:
    return {
        "labels": [_in_words(line.name) for line in lines],
        "unit": organisation.company().currency,
        "right": _("Points"),
        "digits": 0,
        "series": [
            {
                "label": _("Owed at the end of the month"),
                "color": TEAL,
                "values": [float(line.money.closing) for line in lines],
            },
            {
                "label": _("Points outstanding"),
                "color": AMBER,
                "type": "line",
                "right": True,
                "values": [int(line.points.closing) for line in lines],
            },
        ],
    }


def _due(today: date) -> int:
    """Days that are over and not closed."""
    last = queries.last_close()
    return max(0, (today - last.day).days - 1) if last else 0


def _totals(since: date, until: date) -> list[dict[str, Any]]:
    return sql.dicts(
        "SELECT account, min(account_name) AS name, sum(debit) AS debit, sum(credit) AS credit FROM accounts_journal "
        "WHERE day BETWEEN %(since)s AND %(until)s GROUP BY account ORDER BY account",
        {"since": since, "until": until},
    )


def decimal_of(text: str) -> Decimal:
    """A figure as a form sends it; one below all that is allowed where it is none, so that the command says so."""
    try:
        value = Decimal(text.strip().replace(",", ""))
    except ArithmeticError:
        return Decimal(-1)
    return value if value.is_finite() else Decimal(-1)
