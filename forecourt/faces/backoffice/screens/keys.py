"""API keys: made here, shown once, revoked here."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.kernel.problems import NotFound, Problem
from forecourt.organisation import permissions, queries, services
from forecourt.organisation.values import Scope


@screen(permissions.MANAGE_KEYS)
def keys(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    made = ""
    if request.method == "POST":
        given = request.POST
        try:
            made = services.create_api_key(
                actor,
                given.get("name", "").strip(),
                given.getlist("scope"),
                given.get("station") or None,
                paging.number(given.get("rate")) or 500,
            )
        except Problem as problem:
            say_problem(request, problem)
    return show(
        request,
        "keys",
        _("API keys"),
        made=made,
        rows=queries.list_keys(actor),
        scopes=[scope.value for scope in Scope],
        station_list=queries.all_stations(actor),
        everywhere=actor.stations is None,
    )


@screen(permissions.MANAGE_KEYS)
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    key = next((row for row in queries.list_keys(actor) if row.id == key_id), None)
    if key is None:
        raise NotFound(f"There is no API key {key_id}.")
    return act(request, reverse("admin:keys"), lambda: services.revoke_api_key(actor, key.prefix), _("Revoked."))
