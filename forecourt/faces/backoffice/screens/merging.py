"""Merging two customers who are one: find the other, see both side by side, confirm; and undo."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, services
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation


@screen(permissions.MERGE)
def merge(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    card = services.view_customer(actor, customer_id)
    other_id = paging.number(request.POST.get("other") or request.GET.get("other"))
    if request.method == "POST" and other_id is not None:
        return act(
            request,
            reverse("admin:customer", args=[card.id]),
            lambda: services.merge_customers(actor, card.id, other_id, request.POST.get("reason", "")),
            _("Merged. It can be undone on this page."),
        )
    text = request.GET.get("q", "").strip()
    both = [card]
    if other_id is not None:
        both.append(services.view_customer(actor, other_id))
    homes = organisation.stations_by_id({one.profile.home_station_id or 0 for one in both})
    return show(
        request,
        "merge",
        _("Merge customers"),
        card=card,
        text=text,
        lines=[line for line in queries.search(actor, text, limit=10).items if line.id != card.id] if text else [],
        both=[(one, loyalty.balance(one.id), homes.get(one.profile.home_station_id or 0)) for one in both],
        other_id=other_id if other_id != card.id else None,
        tiers=tier_names(),
    )


@screen(permissions.MERGE)
def undo(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    merge_id = paging.number(request.POST.get("merge")) or 0
    return act(
        request,
        reverse("admin:customer", args=[customer_id]),
        lambda: services.undo_merge(actor, merge_id),
        _("The merge is undone; both customers stand by themselves again."),
    )
