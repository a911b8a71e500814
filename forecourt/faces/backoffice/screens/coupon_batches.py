"""Batches of bearer coupons: asked for, how far they are, taken along as CSV or as sheets to print, made void."""

import math
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.coupons import permissions, queries, rules, services
from forecourt.coupons.queries import BatchView
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.csvfile import csv_file
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import coupon_sheets
from forecourt.faces.backoffice.screens.coupon import picture
from forecourt.faces.backoffice.templatetags.office import day
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.organisation import queries as organisation

ON_A_PAGE: Final = 480
"""Coupons of one printable document: twenty sheets of 24."""


@screen(permissions.ISSUE_COUPONS)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a batch of a template."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:coupon_template", args=[code]) + "?tab=batches"
    if request.method == "POST":
        try:
            count = paging.number(request.POST.get("count", "").replace(",", "").strip())
            if count is None:
                raise Invalid.field("count", _("is not a whole number"))
            batch_id = services.create_batch(actor, code, request.POST.get("name", ""), count)
            to = reverse("admin:coupon_batch", args=[batch_id])
        except Problem as problem:
            say_problem(request, problem)
    return HttpResponseRedirect(to)


@screen(permissions.VIEW_COUPONS)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far a batch is, what became of it, and the ways to take it along."""
    actor = request.actor  # type: ignore[attr-defined]
    one = queries.batch(batch_id)
    return show(
        request,
        "coupon_batch",
        one.name,
        batch=one,
        percent=one.made * 100 // one.size,
        is_working=one.finished_at is None and one.voided_at is None,
        left=_time_left(one),
        pages=math.ceil(one.made / ON_A_PAGE),
        on_a_page=ON_A_PAGE,
        file=coupon_sheets.of_batch(batch_id),
        may_issue=actor.may(permissions.ISSUE_COUPONS),
        may_void=actor.may(permissions.VOID_COUPONS) and actor.stations is None,
    )


def _time_left(batch: BatchView) -> str:
    """How long the rest takes at the pace so far, in words; "" before anything can be said."""
    passed = (clock.now() - batch.created_at).total_seconds()
    if not batch.made or batch.finished_at is not None:
        return ""
    seconds = passed * (batch.size - batch.made) / batch.made
    if seconds < 90:
        return _("about %(count)d s left") % {"count": max(1, round(seconds))}
    return _("about %(count)d min left") % {"count": round(seconds / 60)}


@screen(permissions.ISSUE_COUPONS)
def export(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """The coupons of a batch as CSV, sent while they are read."""
    services.note_export(request.actor, batch_id)  # type: ignore[attr-defined]
    heads = [_("Code"), _("As printed"), _("Status"), _("Good from"), _("Good until")]
    rows = (
        [line.code, rules.shown_code(line.code), line.status, line.active_from, line.expires_on or ""]
        for line in queries.batch_codes(batch_id)
    )
    return csv_file(f"coupons-{batch_id}", heads, rows)


@screen(permissions.ISSUE_COUPONS)
def sheets(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """Sheets to print, 24 coupons each with their codes as pictures; `page` is which 480 of the batch."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    one = services.note_export(actor, batch_id, kind="sheets")
    page = max(1, paging.number(request.GET.get("page")) or 1)
    known = queries.templates([one.template])[one.template]
    response = show(
        request,
        "coupon_sheets",
        one.name,
        batch=one,
        kind=known.template,
        company=organisation.company().name,
        page=page,
        pages=math.ceil(one.made / ON_A_PAGE),
        stickers=_stickers(one, page),
    )
    return response


def _stickers(batch: BatchView, page: int) -> Iterator[dict[str, Any]]:
    start = _start_of(batch, page)
    if start is None:
        return
    for line in queries.batch_codes(batch.id, after=start, most=ON_A_PAGE):
        yield {
            "code": rules.shown_code(line.code),
            "picture": picture(line.code),
            "until": day(line.expires_on) if line.expires_on else "",
            "is_void": line.status in ("void", "used"),
        }


def _start_of(batch: BatchView, page: int) -> UUID | None:
    """The coupon before the first of a page; None beyond the last."""
    if page == 1:
        return UUID(int=0)
    return queries.batch_place(batch.id, (page - 1) * ON_A_PAGE)


@screen(permissions.VOID_COUPONS)
def void(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Make a batch void, or good again."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:coupon_batch", args=[batch_id])
    if request.POST.get("do") == "restore":
        return act(request, to, lambda: services.restore_batch(actor, batch_id), _("The batch is good again."))
    reason = request.POST.get("reason", "")
    return act(request, to, lambda: services.void_batch(actor, batch_id, reason), _("The batch is void."))
