"""Referrals: those that wait for a person, all of them, what they came to by referrer, and their rules."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import paging, words
from forecourt.faces.backoffice.csvfile import csv_file, plain_money
from forecourt.faces.backoffice.queries import people
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens import choosing
from forecourt.faces.backoffice.screens.occasion_reviews import panel, save_or_stop
from forecourt.faces.backoffice.screens.occasions import template_names, whole
from forecourt.kernel import audit, clock
from forecourt.kernel.problems import Invalid
from forecourt.occasions import permissions, queries, services
from forecourt.occasions.values import ReferralRules, ReferralState, Reward, RulesKind
from forecourt.organisation import queries as organisation

PAGE: Final = 30
PERIODS: Final = {"30": 30, "90": 90, "365": 365}


@screen(permissions.VIEW)
def referrals(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = request.GET
    state = given.get("state", "") if given.get("state") in set(ReferralState) else ""
    since, until, days = _period(request)
    text = given.get("q", "").strip()[:80]
    found = queries.referrals(
        states=[state] if state else (),
        customer_ids=people.found_families(actor, text) if text else None,
        before=paging.number(given.get("after")),
        limit=PAGE + 1,
    )
    flagged = queries.referrals(is_flagged=True, before=paging.number(given.get("flagged_after")), limit=PAGE + 1)
    report = queries.referral_report(since, until, 50)
    counts = queries.state_counts(since, until)
    made = counts.get("made", 0)
    return show(
        request,
        "referrals",
        _("Referrals"),
        flagged=flagged[:PAGE],
        flagged_after=str(flagged[PAGE - 1].id) if len(flagged) > PAGE else "",
        rows=found[:PAGE],
        after=str(found[PAGE - 1].id) if len(found) > PAGE else "",
        text=text,
        state=state,
        states=words.REFERRAL,
        days=days,
        periods=list(PERIODS),
        counts=counts,
        conversion=counts.get("rewarded", 0) * 100 / made if made else None,
        report=report,
        cost=sum((line.cost for line in report), Decimal(0)),
        panel=panel(actor, RulesKind.REFERRAL),
        templates=template_names(),
        may_decide=actor.may(permissions.DECIDE_REFERRALS) and actor.stations is None,
    )


def _period(request: HttpRequest) -> tuple[datetime, datetime, str]:
    """The days that figures count: so many before today, today included."""
    days = request.GET.get("days", "90")
    days = days if days in PERIODS else "90"
    zone = organisation.company_zone()
    today = clock.now().astimezone(zone).date()
    until = datetime.combine(today + timedelta(days=1), time(0), zone)
    return until - timedelta(days=PERIODS[days]), until, days


@screen(permissions.VIEW)
def export(request: HttpRequest) -> HttpResponseBase:
    """The report by referrer as a file."""
    actor = request.actor  # type: ignore[attr-defined]
    since, until, days = _period(request)
    audit.record(actor, "referrals.export", "customers", detail={"count": PERIODS[days]})
    heads = [
        _("Number"),
        _("Brought by"),
        _("Referrals"),
        _("Bought"),
        _("Rewarded"),
        _("Points"),
        _("Coupons"),
        _("Cost"),
        _("New members' spend"),
    ]
    rows = (
        [
            line.referrer_id,
            line.name,
            line.made,
            line.qualified,
            line.rewarded,
            line.points,
            line.coupons,
            plain_money(line.cost),
            plain_money(line.spend),
        ]
        for line in queries.referral_report(since, until)
    )
    return csv_file("referrals", heads, rows)


@screen(permissions.DECIDE_REFERRALS)
def decide(request: HttpRequest, referral_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    to, note = reverse("admin:referrals"), request.POST.get("note", "")
    if request.POST.get("do") == "refuse":
        names = {"reason": "note"}
        command = lambda: services.refuse_referral(actor, referral_id, note)  # noqa: E731
        return act(request, to, command, _("Refused."), names)
    return act(
        request,
        to,
        lambda: services.approve_referral(actor, referral_id, note),
        _("Approved: it is rewarded when it is due."),
    )


@screen(permissions.EDIT_RULES)
def rules(request: HttpRequest) -> HttpResponse:
    """Save the draft of the rules, or give nothing more."""
    return save_or_stop(request, RulesKind.REFERRAL, lambda: _rules(request.POST))


def _rules(given: Mapping[str, Any]) -> ReferralRules:
    return ReferralRules(
        referrer=Reward(points=whole(given, "referrer.points"), template=given.get("referrer.template", "")),
        friend=Reward(points=whole(given, "friend.points"), template=given.get("friend.template", "")),
        first_sales=whole(given, "first_sales"),
        minimum_amount=_figure(given, "minimum_amount"),
        minimum_quantity=_figure(given, "minimum_quantity"),
        within_days=whole(given, "within_days"),
        enter_days=whole(given, "enter_days"),
        cooling_days=whole(given, "cooling_days"),
        most_a_month=whole(given, "most_a_month"),
        most_a_year=whole(given, "most_a_year"),
        minutes=whole(given, "minutes"),
        staff_tags=tuple(choosing.typed(given.get("staff_tags", ""))),
    )


def _figure(given: Mapping[str, Any], name: str) -> Decimal:
    try:
        return Decimal(given.get(name, "").strip() or "0")
    except InvalidOperation:
        raise Invalid.field(name, _("is no number; give 0 or more")) from None
