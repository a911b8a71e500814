"""A coupon template's draft: written, changed, handed in, decided, thrown away."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.coupons import permissions, queries, services
from forecourt.coupons.values import CouponKind, Template
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import coupon_words as told
from forecourt.faces.backoffice.screens import reviews as reviewing
from forecourt.faces.backoffice.screens.coupons import known_template
from forecourt.kernel.problems import Invalid, Problem

SAVED: Final = gettext_lazy("Saved as a draft. It takes effect once it is handed in and approved.")
_WHOLE: Final = ("delay_days", "valid_days", "uses", "per_customer", "limit")


@screen(permissions.EDIT_TEMPLATES)
def new_template(request: HttpRequest) -> HttpResponse:
    """Write a new template, from nothing or from the facts of another (`?like=code`)."""
    actor = request.actor  # type: ignore[attr-defined]
    like = queries.templates([request.GET.get("like", "")])
    if request.method == "POST":
        try:
            made = _asked(request, Template(code="-", name="-"), code=request.POST.get("code", "").strip())
            services.draft_template(actor, made, is_new=True)
            messages.success(request, SAVED)
            return HttpResponseRedirect(reverse("admin:coupon_template", args=[made.code]))
        except Problem as problem:
            say_problem(request, problem)
    given = next((known.edited for known in like.values()), Template(code="-", name="-"))
    return show(
        request,
        "coupon_template_new",
        _("New coupon template"),
        given=given,
        is_new=True,
        copied=bool(like),
        kinds=told.KINDS,
    )


@screen(permissions.EDIT_TEMPLATES)
def change_template(request: HttpRequest, code: str) -> HttpResponse:
    known = known_template(code)
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:coupon_template", args=[code])
    return act(request, to, lambda: services.draft_template(actor, _asked(request, known.edited)), SAVED)


@screen(permissions.VIEW_COUPONS)
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a template in, approve it, send it back or withdraw it."""
    steps = reviewing.Steps(
        services.submit_template, services.approve_template, services.refuse_template, services.withdraw_template
    )
    return reviewing.step(request, reverse("admin:coupon_template", args=[code]), steps, code)


@screen(permissions.EDIT_TEMPLATES)
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Throw away what a draft says otherwise."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:coupon_template", args=[code])
    return act(request, to, lambda: services.discard_template_draft(actor, code), _("The draft is gone."))


def _asked(request: HttpRequest, before: Template, code: str = "") -> Template:
    """The template as the form has it; what the form leaves out stays."""
    given = request.POST
    fields: dict[str, Any] = {name: _whole(name, given[name]) for name in _WHOLE if name in given}
    kind = CouponKind(given["kind"]) if given.get("kind") in told.KINDS else before.kind
    is_single = kind is CouponKind.SINGLE
    if not is_single:
        fields["uses"] = 1
    return Template(
        code=code or before.code,
        kind=kind,
        name=given.get("name", ""),
        description=given.get("description", ""),
        generic_code="" if is_single else given.get("generic_code", ""),
        handover=given.get("handover", ""),
        stations=tuple(given.get("stations", "").replace(",", " ").replace("，", " ").split()),
        valid_until=_day(given.get("valid_until", "")),
        is_automatic=is_single and "is_automatic" in given,
        is_transferable=is_single and "is_transferable" in given,
        worth=_money(given.get("worth", "")),
        **fields,
    )


def _whole(name: str, text: str) -> int:
    plain = text.strip().replace(",", "")
    if not plain:
        return 1 if name == "uses" else 0
    if not plain.isascii() or not plain.isdigit() or len(plain) > 12:
        raise Invalid.field(name, _("%(text)r is not a whole number") % {"text": text})
    return int(plain)


def _money(text: str) -> Decimal:
    plain = text.strip().replace(",", "") or "0"
    try:
        worth = Decimal(plain)
    except InvalidOperation:
        worth = Decimal("NaN")
    if not worth.is_finite() or abs(worth) >= 10**10:
        raise Invalid.field("worth", _("%(text)r is not an amount") % {"text": text})
    return worth


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid.field("valid_until", _("%(text)r is not a day") % {"text": text}) from None
