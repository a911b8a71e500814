"""Customers: the list, tags on many at once, and enrolment."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.customers import permissions, queries, services
from forecourt.customers.values import (
    CustomerKind,
    IdentityKind,
    NewCustomer,
    NewIdentity,
    NewVehicle,
)
from forecourt.faces.backoffice import paging, words
from forecourt.faces.backoffice.queries import people, reference
from forecourt.faces.backoffice.screen import say_problem, screen, show
from forecourt.faces.backoffice.screens import choosing, columns, customer_occasions
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.kernel.problems import Invalid, Problem
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation

PAGE = 50
MOST_AT_ONCE = 20_000
"""So many customers are tagged by one press of the button."""
AT_A_TIME = 1_000
IDENTITIES = ("phone", "card", "email")


@screen(permissions.VIEW)
def customers(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:80]
    wanted, after = asked(request), request.GET.get("after", "")
    try:
        if text:
            found = queries.search(actor, text, cursor=after or None, limit=PAGE)
            lines, after = list(found.items), found.next or ""
        else:
            lines, after = people.page(actor, wanted, after, PAGE)
    except Problem as problem:
        say_problem(request, problem)
        lines, after = [], ""
    if text and len(lines) == 1 and not request.GET.get("after"):
        return HttpResponseRedirect(reverse("admin:customer", args=[lines[0].id]))
    stations = organisation.all_stations(actor)
    return show(
        request,
        "customers",
        _("Customers"),
        lines=lines,
        after=after,
        text=text,
        wanted=wanted,
        standings=loyalty.standings([line.id for line in lines]),
        tiers=tier_names(),
        priority=loyalty.priority_tiers(),
        tags=people.tags(),
        total=people.how_many(actor, wanted) if not text else None,
        most=MOST_AT_ONCE,
        kinds=words.KIND,
        station_list=stations,
        stations=organisation.stations_by_id({line.profile.home_station_id or 0 for line in lines}),
        may_edit=actor.may(permissions.EDIT),
        **columns.choices(request, "customers"),
    )


@screen(permissions.EDIT)
def tag(request: HttpRequest) -> HttpResponse:
    """Put a tag on the chosen customers, or on all that the filter finds; or take it off them."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    to = reverse("admin:customers") + (f"?{request.GET.urlencode()}" if request.GET else "")
    command = services.remove_tags if request.POST.get("do") == "remove" else services.add_tags
    changed = 0
    try:
        ids = _chosen(request)
        for start in range(0, len(ids), AT_A_TIME):
            changed += command(actor, ids[start : start + AT_A_TIME], [request.POST.get("tag", "").strip()])
    except Problem as problem:
        say_problem(request, problem)
    else:
        done = ngettext("%(count)s customer changed.", "%(count)s customers changed.", changed)
        messages.success(request, done % {"count": f"{changed:,}"})
    people.forget_tags()
    return HttpResponseRedirect(to)


def _chosen(request: HttpRequest) -> list[int]:
    if "everyone" in request.POST:
        actor = request.actor  # type: ignore[attr-defined]
        return [line.id for line in people.everyone(actor, asked(request), MOST_AT_ONCE)]
    ids = [number for text in request.POST.getlist("id") if (number := paging.number(text))]
    if not ids:
        raise Invalid.field("tag", _("choose customers first"))
    return ids


def asked(request: HttpRequest) -> people.Filter:
    """What the address narrows the list to."""
    given = request.GET
    return people.Filter(
        kind=given.get("kind", "") if given.get("kind", "") in words.KIND else "",
        tier=given.get("tier", "")[:16],
        home=paging.number(given.get("home")),
        tag=given.get("tag", "")[:40],
        visit=given.get("visit", "") if given.get("visit", "") in {*people.VISITS, "never"} else "",
    )


@screen(permissions.EDIT)
def new_customer(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            new = _asked(request)
            customer_occasions.check_code(new.referred_by)
            customer_id = services.create_customer(actor, new)
            return HttpResponseRedirect(reverse("admin:customer", args=[customer_id]))
        except Problem as problem:
            kinds = (kind for kind in IDENTITIES if request.POST.get(kind, "").strip())
            names = {f"identities.{place}": kind for place, kind in enumerate(kinds)}
            say_problem(request, problem, names | {"vehicles.0.grade": "grade", "vehicles": "plate"})
    return show(
        request,
        "customer_form",
        _("New customer"),
        given=request.POST,
        kinds=words.KIND,
        grades=reference.grades(),
        station_list=organisation.all_stations(actor),
    )


def _asked(request: HttpRequest) -> NewCustomer:
    given = request.POST
    identities = tuple(
        NewIdentity(kind=IdentityKind(kind), value=given[kind].strip())
        for kind in IDENTITIES
        if given.get(kind, "").strip()
    )
    plate = given.get("plate", "").strip()
    vehicles = (NewVehicle(plate=plate, grade=given.get("grade", "")),) if plate else ()
    return NewCustomer(
        name=given.get("name", "").strip(),
        kind=CustomerKind.BUSINESS if given.get("kind") == "business" else CustomerKind.PERSON,
        identities=identities,
        vehicles=vehicles,
        tags=tuple(choosing.typed(given.get("tags", ""))),
        station=given.get("station") or None,
        birthday=given.get("birthday", "").strip(),
        referred_by=given.get("referred_by", "").strip(),
    )
