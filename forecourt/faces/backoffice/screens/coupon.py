"""One coupon: its state, its code as a picture, its history, and what can be done with it."""

from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from forecourt.coupons import permissions, queries, rules, services
from forecourt.coupons.values import CouponKind, CouponStatus
from forecourt.customers import queries as customers
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens import coupon_words as told
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid
from forecourt.organisation import queries as organisation

PAGE = 30


@screen(permissions.VIEW_COUPONS)
def coupon(request: HttpRequest, coupon_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    view = queries.view(coupon_id)
    known = queries.templates([view.template])[view.template]
    uses, steps = queries.uses(coupon_id=coupon_id, limit=200), queries.steps(coupon_id)
    stations = organisation.stations_by_id({use.station_id for use in uses if use.station_id})
    history = told.history(view, uses, steps, stations)
    places = queries.places([view.template])[view.template]
    people = {one.customer for one in history} | {view.customer_id}
    is_open = view.status is CouponStatus.ACTIVE
    may_void = actor.may(permissions.VOID_COUPONS)
    return show(
        request,
        "coupon",
        _("Coupon %(code)s") % {"code": rules.shown_code(view.code)},
        one=told.on_its_page(view, known.template, places),
        taken_at=told.taken_at(places) if places or not known.template.handover else "",
        view=view,
        known=known,
        shown_code=rules.shown_code(view.code),
        picture=picture(view.code),
        history=history,
        names=customers.names([number for number in people if number]),
        station_list=[
            station
            for station in (organisation.all_stations(actor) if known.template.handover else ())
            if rules.is_handed_over(known.template, station.code)
        ],
        may_redeem=actor.may(permissions.REDEEM_COUPONS) and bool(known.template.handover) and is_open,
        may_void=may_void and is_open and not view.is_generic,
        may_restore=may_void and _can_restore(view, uses),
        may_transfer=actor.may(permissions.TRANSFER_COUPONS) and is_open and _can_move(view, known.template),
    )


def _can_restore(view: queries.CouponView, uses: list[queries.UseView]) -> bool:
    if view.status is CouponStatus.VOID:
        return bool(view.void_reason) and not view.is_generic
    return any(use.restored_at is None for use in uses)


def _can_move(view: queries.CouponView, template: Any) -> bool:
    return template.kind is CouponKind.SINGLE and (view.customer_id is None or template.is_transferable)


def picture(code: str) -> SafeString:
    """A QR code of a coupon's code, as SVG to stand in a page; black on white in the dark too."""
    made = segno.make_qr(code, error="m")
    return mark_safe(  # noqa: S308 - drawn from a code of letters and digits
        made.svg_inline(border=2, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    )


@screen(permissions.VOID_COUPONS)
def void(request: HttpRequest, coupon_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    return act(
        request,
        _page(coupon_id),
        lambda: services.void_coupons(actor, [coupon_id], reason),
        _("The coupon is void. It can be made good again below."),
    )


@screen(permissions.VOID_COUPONS)
def restore(request: HttpRequest, coupon_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    return act(
        request,
        _page(coupon_id),
        lambda: services.restore_coupon(actor, coupon_id, reason),
        _("The coupon is good again."),
    )


@screen(permissions.TRANSFER_COUPONS)
def transfer(request: HttpRequest, coupon_id: UUID) -> HttpResponse:
    """Give the coupon to the customer of a number; a bearer's is taken by its code."""
    actor = request.actor  # type: ignore[attr-defined]

    def move() -> None:
        number = paging.number(request.POST.get("customer_id"))
        if not number or number < 1:
            raise Invalid.field("customer_id", _("give the number that stands on the customer's page"))
        view = queries.view(coupon_id)
        if view.customer_id is None:
            services.claim_coupon(actor, view.code, number)
        else:
            services.transfer_coupon(actor, coupon_id, number)

    return act(request, _page(coupon_id), move, _("The coupon has a new owner."))


@screen(permissions.REDEEM_COUPONS)
def redeem(request: HttpRequest, coupon_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    station = request.POST.get("station", "")
    return act(
        request,
        _page(coupon_id),
        lambda: services.redeem_coupon(actor, queries.view(coupon_id).code, station),
        _("The coupon is used. Hand over what it gives."),
    )


@screen(permissions.ISSUE_COUPONS)
def give(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Give a coupon to the customer whose page this is."""
    actor = request.actor  # type: ignore[attr-defined]
    code, reason = request.POST.get("template", ""), " ".join(request.POST.get("reason", "").split())[:200]
    to = reverse("admin:customer", args=[customer_id]) + "?tab=coupons"
    return act(
        request,
        to,
        lambda: services.issue_coupons(actor, code, [customer_id], reason=reason),
        _("The coupon is given."),
    )


def _page(coupon_id: UUID) -> str:
    return reverse("admin:coupon", args=[coupon_id])


def of_customer(request: HttpRequest, actor: Actor, family: list[int]) -> dict[str, Any]:
    """The coupons on a customer's page: a page of those they hold, and what can be given."""
    actor.require(permissions.VIEW_COUPONS)
    place = request.GET.get("after", "")
    try:
        after = UUID(place) if place else None
    except ValueError:
        after = None
    views = queries.coupons_of(family, after=after, limit=PAGE + 1)
    live = [one.template for one in queries.live_templates().values() if one.is_live]
    return {
        "coupons": [told.shown(view) for view in views[:PAGE]],
        "after": str(views[PAGE - 1].id) if len(views) > PAGE else "",
        "coupon_templates": sorted((one for one in live if one.kind is CouponKind.SINGLE), key=lambda one: one.name),
        "may_issue_coupons": actor.may(permissions.ISSUE_COUPONS),
    }
