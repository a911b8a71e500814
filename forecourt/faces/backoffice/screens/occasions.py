"""Birthdays and benefits: what is given on days of the customer's own, and what tiers bring."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.customers import permissions as customer_permissions
from forecourt.customers import queries as customers
from forecourt.customers import services as customer_services
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import occasions as figures
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens.occasion_reviews import kind_of, panel, save_or_stop
from forecourt.kernel import clock
from forecourt.kernel.problems import Invalid
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import words as loyalty_words
from forecourt.occasions import permissions
from forecourt.occasions.values import GiftRules, RulesKind

GIFTS: Final = (RulesKind.BIRTHDAY, RulesKind.ANNIVERSARY)
_AHEAD_DAYS: Final = 7


@screen(permissions.VIEW)
def occasions(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    programme = loyalty.programme_at(clock.now())
    panels = [panel(actor, kind) for kind in GIFTS]
    given = {one["rules"].live.template for one in panels if one["rules"].live} - {""}
    used_up = figures.used_up(given | {coupon.template for tier in programme.tiers for coupon in tier.coupons})
    known = coupons.templates(given)
    lacking = used_up | {code for code in given if code not in known or not known[code].is_issued}
    return show(
        request,
        "occasions",
        _("Birthdays and benefits"),
        panels=panels,
        lacking=lacking,
        used_up=used_up,
        figures=figures.gift_figures(clock.now() - timedelta(days=30), _AHEAD_DAYS),
        bring=[tier for tier in programme.tiers if tier.coupons],
        every=loyalty_words.EVERY,
        templates=template_names(),
        household_size=customers.household_size(),
        may_size=actor.may(customer_permissions.EDIT) and actor.stations is None,
    )


def template_names() -> dict[str, str]:
    """Coupon templates that are issued one by one, by code."""
    return {code: name for code, name in figures.issued_templates()}


@screen(permissions.EDIT_RULES)
def rules(request: HttpRequest, kind: str) -> HttpResponse:
    """Save the draft of birthday or anniversary gifts, or give nothing more."""
    which = kind_of(kind)
    return save_or_stop(request, which, lambda: _gift_rules(request.POST))


def _gift_rules(given: Mapping[str, Any]) -> GiftRules:
    return GiftRules(
        points=whole(given, "points"),
        template=given.get("template", ""),
        days_before=whole(given, "days_before"),
        days_after=whole(given, "days_after"),
        tiers=tuple(given.getlist("tiers")),  # type: ignore[attr-defined]
        active_days=whole(given, "active_days"),
    )


def whole(given: Mapping[str, Any], name: str) -> int:
    """A whole number from a form, nothing for 0; Invalid names the field."""
    text = given.get(name, "").strip().replace(",", "")
    number = paging.number(text) if text else 0
    if number is None or number < 0:
        raise Invalid.field(name, _("is no whole number; give 0 or more"))
    return number


@screen(customer_permissions.EDIT)
def household_size(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:occasions"),
        lambda: customer_services.set_household_size(actor, whole(request.POST, "size")),
        _("Saved."),
    )
