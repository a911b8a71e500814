"""Adjustments of points beyond the programme's limit: what waits for a second person, and what became of the others."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from forecourt.customers import queries as customers
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import people
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.kernel import clock
from forecourt.loyalty import permissions, queries, services
from forecourt.organisation import queries as organisation

PAGE: Final = 30
STATES: Final = ("waiting", "decided", "all")


@screen(permissions.ADJUST_POINTS)
def adjustments(request: HttpRequest) -> HttpResponse:
    """Those that wait first; chips lead to those that were decided."""
    actor = request.actor  # type: ignore[attr-defined]
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    waiting = {"waiting": True, "decided": False}.get(state)
    text = request.GET.get("q", "").strip()[:80]
    found = queries.adjustments(
        waiting=waiting,
        family=people.found_families(actor, text) if text else None,
        before=paging.number(request.GET.get("after")),
        limit=PAGE + 1,
    )
    rows = found[:PAGE]
    ids = [row.customer_id for row in rows]
    return show(
        request,
        "adjustments",
        _("Adjustments"),
        rows=rows,
        text=text,
        state=state,
        states=[("waiting", pgettext("adjustment", "Waiting")), ("decided", _("Decided")), ("all", _("All"))],
        names=customers.names(ids),
        standings=queries.standings(ids),
        limit=queries.programme_at(clock.now()).adjust_limit,
        me="" if organisation.company().solo_approval else actor.label,
        may_decide=actor.may(permissions.APPROVE_ADJUSTMENT),
        after=str(found[PAGE - 1].id) if len(found) > PAGE else "",
    )


@screen(permissions.APPROVE_ADJUSTMENT)
def decide(request: HttpRequest, adjustment_id: int) -> HttpResponse:
    """Approve or refuse one."""
    actor = request.actor  # type: ignore[attr-defined]
    note = request.POST.get("note", "")
    to = reverse("admin:adjustments")
    command: Any
    if request.POST.get("do") == "refuse":
        command, done = (lambda: services.refuse_adjustment(actor, adjustment_id, note)), _("Refused. Nothing moved.")
    else:
        command, done = (
            (lambda: services.approve_adjustment(actor, adjustment_id, note)),
            _("Approved. The points moved."),
        )
    return act(request, to, command, done)
