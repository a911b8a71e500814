"""The customer page: who and how good on the left, the story on the right."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.coupons import permissions as coupon_permissions
from forecourt.customers import permissions, queries, services
from forecourt.customers.values import (
    CustomerCard,
    CustomerChanges,
    CustomerKind,
    IdentityKind,
    NewIdentity,
    NewVehicle,
    Usage,
)
from forecourt.faces.backoffice import happenings, paging, words
from forecourt.faces.backoffice.happening_words import EVENT
from forecourt.faces.backoffice.queries import dashboard, people, reference
from forecourt.faces.backoffice.queries import sales as sales_queries
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens import choosing, columns, customer_occasions, game_block
from forecourt.faces.backoffice.screens import coupon as coupon_screen
from forecourt.faces.backoffice.screens import redemptions as redemption_screen
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.faces.backoffice.templatetags.office import currency
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.loyalty import permissions as loyalty_permissions
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import services as loyalty_services
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions as rewards_permissions
from forecourt.sales import permissions as sales_permissions

PAGE = 30
TABS = ("overview", "sales", "points", "rewards", "coupons", "vehicles", "occasions", "timeline", "notes")


@screen(permissions.VIEW)
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    card = services.view_customer(actor, customer_id)
    family = [card.id, *card.aliases]
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in TABS else "overview"
    stations = {station.id: station for station in organisation.all_stations(actor)}
    today = dashboard.Now(list(stations.values())).today
    tiers = tier_names()
    context = {
        "card": card,
        "tab": tab,
        "tabs": _tabs(actor),
        "tiers": tiers,
        "priority": loyalty.priority_tiers(),
        "stations": stations,
        "home": organisation.stations_by_id([card.profile.home_station_id or 0]).get(card.profile.home_station_id or 0),
        "phone": next((one for one in card.identities if one.kind is IdentityKind.PHONE), None),
        "usable_coupons": (
            people.usable_coupons(family, today) if actor.may(coupon_permissions.VIEW_COUPONS) else None
        ),
        "standing": loyalty.balance(card.id),
        "summary": loyalty.household_points(card.id),
        "progress": loyalty.progress(card.id),
        "asked": loyalty.adjustments(waiting=True, family=family),
        "takers": [one for one in card.household.members if one.customer_id != card.id] if card.household else [],
        "everywhere": actor.stations is None,
        "may_edit": actor.may(permissions.EDIT),
        "may_unmask": actor.may(permissions.UNMASK),
        "may_merge": actor.may(permissions.MERGE),
        "may_adjust": actor.may(loyalty_permissions.ADJUST_POINTS),
        "may_see_adjustments": actor.may(loyalty_permissions.ADJUST_POINTS),
        "may_transfer": actor.may(loyalty_permissions.TRANSFER_POINTS),
    }
    loaders = {
        "overview": lambda: _overview(actor, card, family, today),
        "sales": lambda: _sales(request, actor, family),
        "points": lambda: _points(request, actor, family),
        "rewards": lambda: redemption_screen.of_customer(request, actor, card.id),
        "coupons": lambda: coupon_screen.of_customer(request, actor, family),
        "vehicles": lambda: {"usages": words.USAGE, "identity_kinds": words.IDENTITY, "grades": reference.grades()},
        "occasions": lambda: customer_occasions.of_customer(actor, card, family),
        "timeline": lambda: _timeline(request, actor, family, stations, tiers),
        "notes": dict,
    }
    return show(request, "customer", card.name, **context, **loaders[tab]())


def _tabs(actor: Actor) -> list[tuple[str, str]]:
    tabs = [("overview", _("Overview"))]
    if actor.may(sales_permissions.VIEW):
        tabs.append(("sales", _("Sales")))
    if actor.may(loyalty_permissions.VIEW_POINTS):
        tabs.append(("points", _("Points")))
    if actor.may(rewards_permissions.VIEW_REWARDS):
        tabs.append(("rewards", _("Rewards")))
    if actor.may(coupon_permissions.VIEW_COUPONS):
        tabs.append(("coupons", _("Coupons")))
    return [
        *tabs,
        ("vehicles", _("Vehicles and cards")),
        *customer_occasions.tab(actor),
        ("timeline", _("Timeline")),
        ("notes", _("Notes")),
    ]


def _overview(actor: Actor, card: CustomerCard, family: list[int], today: Any) -> dict[str, Any]:
    found = people.habits(actor, family, today)
    most = max(found["hours"].values(), default=0)
    heat = [
        (words.WEEKDAY[day], [_heat(found["hours"].get((day + 1, hour), 0), most) for hour in range(24)])
        for day in range(7)
    ]
    return {
        "habits": _habits(card),
        "chart": _chart(found),
        "places": found["places"],
        "visits": sum(found["hours"].values()),
        "heat": heat if most else [],
        "games_block": game_block.of(actor, family),
        "products": found["products"],
    }


def _heat(visits: int, most: int) -> tuple[int, int]:
    """(visits, shade 0 to 4)"""
    return visits, (0 if not visits else 1 + min(3, visits * 4 // (most + 1)))


def _habits(card: CustomerCard) -> list[str]:
    """What is usual, in a few words each: how often, when last, how much, how much of it in the shop."""
    profile = card.profile
    said: list[str] = []
    if profile.last_sale_at is None:
        return said
    since = (clock.now() - profile.last_sale_at).days
    every = profile.interval_days
    if every:
        said.append(_("comes every day") if every < 1.5 else _("comes every %(days).0f days") % {"days": every})
    if every and since > every * 3 // 2 and since - every >= 2:
        said.append(_("last %(days)d days ago (%(late).0f days late)") % {"days": since, "late": since - every})
    else:
        said.append(
            ngettext("last %(days)d day ago", "last %(days)d days ago", since) % {"days": since}
            if since
            else _("last today")
        )
    if profile.sales_year and profile.fuel_year:
        each = profile.fuel_year / profile.sales_year
        said.append(_("%(amount).0f %(unit)s a visit") % {"amount": each, "unit": words.volume_unit()})
    if profile.spend_year > 0:
        said.append(_("shop %(share).0f%% of spend") % {"share": profile.shop_year * 100 / profile.spend_year})
    return [said[0][:1].upper() + said[0][1:], *said[1:]]


def _chart(found: dict[str, Any]) -> dict[str, Any]:
    months = [found["first_month"]]
    while len(months) < 12:
        months.append((months[-1].replace(day=1) + timedelta(days=32)).replace(day=1))
    figure = lambda month, name: float((found["months"].get(month) or {}).get(name) or 0)  # noqa: E731
    return {
        "labels": [date_format(month, _("M Y")) for month in months] if found["months"] else [],
        "unit": words.volume_unit(),
        "right": currency(),
        "series": [
            {"label": _("Fuel"), "color": "#0f766e", "values": [figure(month, "volume") for month in months]},
            {
                "label": _("Shop"),
                "color": "#d97706",
                "type": "line",
                "right": True,
                "values": [figure(month, "shop") for month in months],
            },
        ],
    }


def _sales(request: HttpRequest, actor: Actor, family: list[int]) -> dict[str, Any]:
    try:
        before = paging.sale_place(request.GET.get("after", ""))
    except Invalid:
        before = None
    rows = sales_queries.of_customer(actor, family, before, PAGE)
    after = paging.after_sale(rows, PAGE)
    return {"rows": rows, "after": after, "columns": columns.AT_FIRST["sales"] - {"customer"}}


def _points(request: HttpRequest, actor: Actor, family: list[int]) -> dict[str, Any]:
    actor.require(loyalty_permissions.VIEW_POINTS)
    before = None
    at, _underscore, entry_id = request.GET.get("after", "").partition("_")
    if entry_id:
        try:
            before = (datetime.fromisoformat(at), UUID(entry_id))
        except ValueError:
            before = None
    entries = loyalty.entries(family, before, PAGE + 1)
    after = ""
    if len(entries) > PAGE:
        after = f"{entries[PAGE - 1].occurred_at.isoformat()}_{entries[PAGE - 1].id}"
    return {"entries": entries[:PAGE], "after": after, "today": organisation.company_day()}


def _timeline(
    request: HttpRequest, actor: Actor, family: list[int], stations: dict[int, Any], tiers: dict[str, str]
) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    names = [f"{kind}.v1"] if kind in EVENT else None
    try:
        events = queries.timeline(family, before=request.GET.get("after") or None, limit=PAGE + 1, names=names)
    except Problem:
        events = queries.timeline(family, limit=PAGE + 1, names=names)
    after = queries.timeline_cursor(events[PAGE - 1]) if len(events) > PAGE else ""
    seen = [event for event in events[:PAGE] if _in_scope(actor, event.body)]
    return {
        "happenings": [happenings.told(event, stations, tiers) for event in seen],
        "after": after,
        "event_kinds": {code: known.words for code, known in EVENT.items()},
        "kind": kind,
    }


def _in_scope(actor: Actor, body: dict[str, Any]) -> bool:
    """Whether a happening may be seen: one at a station only by who may see that station."""
    return body.get("sale_id") is None or actor.may_at(body.get("station_id") or 0)


def _back(customer_id: int, tab: str = "overview") -> str:
    return reverse("admin:customer", args=[customer_id]) + (f"?tab={tab}" if tab != "overview" else "")


@screen(permissions.UNMASK)
def unmask(request: HttpRequest, customer_id: int) -> HttpResponse:
    """One personal value in clear, for a reason that is audited; as JSON, shown in place and never stored."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return JsonResponse({"detail": "POST"}, status=405)
    reason = request.POST.get("reason", "").strip()
    try:
        thing, _colon, number = request.POST.get("what", "").partition(":")
        if thing == "identity":
            value = services.unmask_identity(actor, int(number), reason)
        elif thing == "vehicle":
            value = services.unmask_plate(actor, int(number), reason)
        else:
            raise Invalid.field("what", "names neither an identity nor a vehicle")
    except Problem as problem:
        return JsonResponse({"detail": next(iter(problem.fields.values()), problem.detail)}, status=problem.status)
    return JsonResponse({"value": value})


@screen(loyalty_permissions.ADJUST_POINTS)
def adjust(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    points = paging.number(request.POST.get("points", "").strip().replace("+", "").replace("−", "-")) or 0
    if request.POST.get("way") == "take":
        points = -abs(points)
    waits: list[int] = []

    def command() -> None:
        answer = loyalty_services.adjust_points(actor, customer_id, points, request.POST.get("reason", ""))
        waits.extend([answer.adjustment_id] if answer.adjustment_id is not None else [])

    def done() -> str:
        said = (
            _("%(points)+d points wait for a second person: they are beyond the limit.")
            if waits
            else _("Points adjusted by %(points)+d.")
        )
        return said % {"points": points}

    return act(request, _back(customer_id, "points"), command, lazy(done, str)())


@screen(loyalty_permissions.TRANSFER_POINTS)
def transfer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Points passed on to somebody of the household."""
    actor = request.actor  # type: ignore[attr-defined]
    points = paging.number(request.POST.get("points", "").strip()) or 0
    taker = paging.number(request.POST.get("taker")) or 0
    return act(
        request,
        _back(customer_id, "points"),
        lambda: loyalty_services.transfer_points(actor, customer_id, taker, points, request.POST.get("reason", "")),
        _("%(points)d points passed on.") % {"points": points},
    )


@screen(permissions.EDIT)
def note(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    text = request.POST.get("text", "")
    to = _back(customer_id, "notes")
    return act(request, to, lambda: services.write_note(actor, customer_id, text), _("Note written."))


@screen(permissions.EDIT)
def block(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    if request.POST.get("do") == "unblock":
        command, done = (lambda: services.unblock_customer(actor, customer_id, reason)), _("Not blocked any more.")
    else:
        command, done = (
            (lambda: services.block_customer(actor, customer_id, reason)),
            _("Blocked: no points from now on."),
        )
    return act(request, _back(customer_id), command, done)


@screen(permissions.EDIT)
def edit(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    tags = tuple(choosing.typed(given.get("tags", "")))
    kind = CustomerKind.BUSINESS if given.get("kind") == "business" else CustomerKind.PERSON
    birthday = given.get("birthday", "").strip()
    changes = CustomerChanges(name=given.get("name", "").strip(), kind=kind, tags=tags, birthday=birthday)
    return act(request, _back(customer_id), lambda: services.update_customer(actor, customer_id, changes), _("Saved."))


@screen(permissions.EDIT)
def identities(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given, to = request.POST, _back(customer_id, "vehicles")
    if given.get("do") == "remove":
        number = paging.number(given.get("id")) or 0
        return act(request, to, lambda: services.remove_identity(actor, customer_id, number), _("Removed."))
    kind = IdentityKind(given["kind"]) if given.get("kind") in set(IdentityKind) else IdentityKind.PHONE
    new = NewIdentity(kind=kind, value=given.get("value", "").strip())
    names = {"identities": "value", kind.value: "value"}
    return act(request, to, lambda: services.add_identity(actor, customer_id, new), _("Added."), names)


@screen(permissions.EDIT)
def vehicles(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given, to = request.POST, _back(customer_id, "vehicles")
    if given.get("do") == "remove":
        number = paging.number(given.get("id")) or 0
        return act(request, to, lambda: services.remove_vehicle(actor, customer_id, number), _("Removed."))
    usage = Usage(given["usage"]) if given.get("usage") in set(Usage) else Usage.PRIVATE
    new = NewVehicle(
        plate=given.get("plate", "").strip(),
        usage=usage,
        grade=given.get("grade", ""),
        model=given.get("model", "").strip(),
    )
    return act(request, to, lambda: services.add_vehicle(actor, customer_id, new), _("Added."))
