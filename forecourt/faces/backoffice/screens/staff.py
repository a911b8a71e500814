"""Staff and their roles."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.kernel.problems import NotFound, Problem
from forecourt.organisation import permissions, queries, services
from forecourt.organisation.values import NewRole, Role, StaffView

MOST_SHOWN: Final = 300


@screen(permissions.MANAGE_STAFF)
def staff(request: HttpRequest) -> HttpResponse:
    rows = _visible(request)
    text, state = request.GET.get("q", "").strip().lower(), request.GET.get("state", "")
    if text:
        rows = [row for row in rows if text in f"{row.username} {row.name} {row.code}".lower()]
    role, place = request.GET.get("role", ""), request.GET.get("station", "")
    if role in words.ROLE:
        rows = [row for row in rows if any(held.value == role for held, _station, _region in row.roles)]
    if place:
        rows = [row for row in rows if any(station == place for _role, station, _region in row.roles)]
    if state == "locked":
        rows = [row for row in rows if row.is_locked]
    elif state == "left":
        rows = [row for row in rows if not row.is_active]
    else:
        rows = [row for row in rows if row.is_active]
    return show(
        request,
        "staff",
        _("Staff"),
        rows=rows[:MOST_SHOWN],
        more=max(0, len(rows) - MOST_SHOWN),
        text=text,
        state=state,
        role=role,
        place=place,
        roles=words.ROLE,
        stations=_stations(request),
    )


def _visible(request: HttpRequest) -> list[StaffView]:
    return queries.list_staff(request.actor)  # type: ignore[attr-defined]


def _stations(request: HttpRequest) -> dict[str, str]:
    return {station.code: station.name for station in queries.all_stations(request.actor)}  # type: ignore[attr-defined]


@screen(permissions.MANAGE_STAFF)
def new_staff(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        given = request.POST
        try:
            staff_id = services.create_staff(
                actor,
                username=given.get("username", "").strip(),
                name=given.get("name", "").strip(),
                password=given.get("password", ""),
                code=given.get("code", "").strip(),
                roles=_roles(request),
            )
            return HttpResponseRedirect(reverse("admin:staff_one", args=[staff_id]))
        except Problem as problem:
            say_problem(request, problem)
    return _form(request, _("New member of staff"), None)


@screen(permissions.MANAGE_STAFF)
def one(request: HttpRequest, staff_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    view = next((row for row in _visible(request) if row.id == staff_id), None)
    if view is None:
        raise NotFound(f"There is no member of staff {staff_id}.")
    if request.method != "POST":
        return _form(request, view.name, view)
    given, to = request.POST, reverse("admin:staff_one", args=[staff_id])
    commands: dict[str, tuple[Any, Any]] = {
        "save": (
            lambda: services.update_staff(
                actor, staff_id, name=given.get("name", "").strip(), code=given.get("code", "").strip()
            ),
            _("Saved."),
        ),
        "roles": (lambda: services.set_roles(actor, staff_id, _roles(request)), _("Roles set; they hold at once.")),
        "password": (
            lambda: services.set_password(actor, staff_id, given.get("password", "")),
            _("New password set; the account is not locked any more."),
        ),
        "leave": (lambda: services.deactivate(actor, staff_id), _("The account is closed.")),
        "return": (lambda: services.reactivate(actor, staff_id), _("The account is open again.")),
    }
    command, done = commands.get(given.get("do", ""), commands["save"])
    return act(request, to, command, done)


def _form(request: HttpRequest, title: str, view: StaffView | None) -> HttpResponse:
    held = [(role.value, station, region) for role, station, region in view.roles] if view else []
    return show(
        request,
        "staff_form",
        title,
        person=view,
        given=request.POST,
        held=[*held, ("", "", ""), ("", "", "")],
        roles=words.ROLE,
        stations=_stations(request),
        regions=queries.regions(),
    )


def _roles(request: HttpRequest) -> list[NewRole]:
    """Rows of role and place; a place is "station:S001", "region:South" or empty for everywhere."""
    found = []
    for role, place in zip(request.POST.getlist("role"), request.POST.getlist("place"), strict=False):
        if role not in set(Role):
            continue
        kind, _colon, name = place.partition(":")
        found.append(
            NewRole(role=Role(role), station=name if kind == "station" else "", region=name if kind == "region" else "")
        )
    return found
