"""Member events: the list, one with who signed up, its form, and checking people in on a phone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import paging, words
from forecourt.faces.backoffice.queries import people
from forecourt.faces.backoffice.queries.programme import coupon_names
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import choosing
from forecourt.faces.backoffice.screens import reviews as reviewing
from forecourt.faces.backoffice.screens.customer_occasions import found_member
from forecourt.faces.backoffice.screens.figures import moment_of
from forecourt.faces.backoffice.screens.occasions import template_names, whole
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.kernel import clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.occasions import permissions, queries, rules, services
from forecourt.occasions.values import CheckedIn, EventState, MemberEventView, NewMemberEvent
from forecourt.organisation import queries as organisation

PAGE: Final = 30
SIGN_UPS: Final = 200
REVIEW: Final = "review"
"""In the list's filter: events that were handed in, which are drafts still."""
MOST_DRAFTS: Final = 500


@screen(permissions.VIEW)
def member_events(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = request.GET
    text = given.get("q", "").strip()[:80]
    state = given.get("state", "") if given.get("state") in {*EventState, REVIEW} else ""
    in_review = {int(one.key) for one in reviews.open_reviews("event")}
    found = queries.member_events(
        states=[EventState.DRAFT if state == REVIEW else state] if state else None,
        station_ids=actor.stations,
        text=text,
        before=_place(given.get("after", "")),
        limit=MOST_DRAFTS if state == REVIEW else PAGE + 1,
    )
    found = [view for view in found if view.id in in_review] if state == REVIEW else found
    last = found[PAGE - 1] if len(found) > PAGE else None
    return show(
        request,
        "member_events",
        _("Member events"),
        rows=found[:PAGE],
        after=f"{last.starts_at.isoformat()}_{last.id}" if last else "",
        text=text,
        state=state,
        states=words.MEMBER_EVENT | {REVIEW: _("In review")},
        stations=organisation.stations_by_id({view.station_id or 0 for view in found}),
        in_review=in_review,
        may_edit=actor.may(permissions.EDIT_EVENTS),
    )


def _place(text: str) -> tuple[datetime, int] | None:
    at, _underscore, event_id = text.partition("_")
    try:
        return (datetime.fromisoformat(at), int(event_id)) if event_id else None
    except ValueError:
        return None


@screen(permissions.VIEW)
def member_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event: what it is, and who signed up."""
    actor = request.actor  # type: ignore[attr-defined]
    view = _seen(actor, event_id)
    review = reviews.open_review(f"event:{event_id}")
    text = request.GET.get("q", "").strip()[:80]
    found = queries.sign_ups(
        event_id,
        text=text,
        known_ids=people.found_families(actor, text) if text else (),
        after=paging.number(request.GET.get("after")),
        limit=SIGN_UPS + 1,
    )
    return show(
        request,
        "member_event",
        view.title,
        event=view,
        station=organisation.stations_by_id([view.station_id or 0]).get(view.station_id or 0),
        rows=found[:SIGN_UPS],
        after=str(found[SIGN_UPS - 1].id) if len(found) > SIGN_UPS else "",
        text=text,
        tiers=tier_names(),
        is_open=view.state is EventState.OPEN,
        is_ahead=view.starts_at > clock.now(),
        coupon=coupon_names({view.template}).get(view.template, view.template) if view.template else "",
        may_edit=_may_edit(actor, view),
        decided=[{"review": one, "changes": []} for one in reviews.decided(f"event:{event_id}")],
        **reviewing.shown(actor, review, permissions.APPROVE_EVENTS)
        | {"may_decide": _is_here(actor, view) and reviewing.may_decide(actor, review, permissions.APPROVE_EVENTS)},
        may_sign_up=actor.may(permissions.SIGN_UP),
        may_check_in=actor.may(permissions.CHECK_IN),
    )


def _seen(actor: Actor, event_id: int) -> MemberEventView:
    view = queries.member_event(event_id)
    if view.station_id is not None:
        actor.require_station(view.station_id)
    return view


def _may_edit(actor: Actor, view: MemberEventView) -> bool:
    if not actor.may(permissions.EDIT_EVENTS) or view.state in {EventState.OVER, EventState.CANCELLED}:
        return False
    return _is_here(actor, view)


def _is_here(actor: Actor, view: MemberEventView) -> bool:
    """Whether the event is at a station in scope; one that is at none is head office's."""
    return actor.may_at(view.station_id) if view.station_id is not None else actor.stations is None


@screen(permissions.EDIT_EVENTS)
def new_event(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            event_id = services.make_event(actor, _asked(request))
            return HttpResponseRedirect(reverse("admin:member_event", args=[event_id]))
        except Problem as problem:
            say_problem(request, problem)
    return _form(request, _("New event"), None, request.POST, request.POST.getlist("tiers"))


@screen(permissions.EDIT_EVENTS)
def edit_event(request: HttpRequest, event_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    view = _seen(actor, event_id)
    if request.method == "POST":
        to = reverse("admin:member_event", args=[event_id])
        return act(request, to, lambda: services.change_event(actor, event_id, _asked(request)), _("Saved."))
    names = ("title", "text", "place", "places", "points", "template", "cost")
    given: dict[str, Any] = {name: getattr(view, name) for name in names}
    station = organisation.stations_by_id([view.station_id or 0]).get(view.station_id or 0)
    given |= {"station": station.code if station else "", "tags": ", ".join(view.tags)}
    for name in ("starts_at", "ends_at", "opens_at", "closes_at"):
        value: datetime | None = getattr(view, name)
        given[name] = f"{timezone.localtime(value):%Y-%m-%dT%H:%M}" if value else ""
    if view.closes_at == view.starts_at:
        given["closes_at"] = ""
    return _form(request, view.title, view, given, view.tiers)


def _form(
    request: HttpRequest, title: str, view: MemberEventView | None, given: Any, chosen: Sequence[str]
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return show(
        request,
        "member_event_form",
        title,
        event=view,
        given=given,
        tiers=tier_names(),
        chosen=chosen,
        station_list=organisation.all_stations(actor),
        everywhere=actor.stations is None,
        templates=choosing.kept(template_names(), [view.template] if view and view.template else []),
        is_open=view is not None and view.state is EventState.OPEN,
    )


def _asked(request: HttpRequest) -> NewMemberEvent:
    given = request.POST
    starts_at, ends_at = moment_of(given, "starts_at"), moment_of(given, "ends_at")
    if starts_at is None or ends_at is None:
        raise Invalid.field("ends_at" if starts_at else "starts_at", _("is empty; give a day and a time"))
    return NewMemberEvent(
        title=given.get("title", ""),
        text=given.get("text", ""),
        station=given.get("station", ""),
        place=given.get("place", ""),
        starts_at=starts_at,
        ends_at=ends_at,
        opens_at=moment_of(given, "opens_at"),
        closes_at=moment_of(given, "closes_at"),
        places=whole(given, "places"),
        has_waiting_list=given.get("has_waiting_list") == "1",
        tiers=tuple(given.getlist("tiers")),
        tags=tuple(choosing.typed(given.get("tags", ""))),
        points=whole(given, "points"),
        template=given.get("template", ""),
        cost=whole(given, "cost"),
    )


@screen(permissions.EDIT_EVENTS)
def event_state(request: HttpRequest, event_id: int) -> HttpResponse:
    """Call an event off."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:member_event", args=[event_id])
    reason = request.POST.get("reason", "")
    done = _("Called off. What signing up had cost was given back.")
    return act(request, to, lambda: services.cancel_event(actor, event_id, reason), done)


@screen(permissions.VIEW)
def event_review(request: HttpRequest, event_id: int) -> HttpResponse:
    """Hand an event in, announce it by approving, send it back or withdraw it."""
    steps = reviewing.Steps(
        services.submit_event, services.approve_event, services.refuse_event, services.withdraw_event
    )
    done = {"approve": _("Announced: members can sign up.")}
    return reviewing.step(request, reverse("admin:member_event", args=[event_id]), steps, event_id, done=done)


@screen(permissions.SIGN_UP)
def sign_ups(request: HttpRequest, event_id: int) -> HttpResponse:
    """Sign a member up who is found by phone, plate, card or number; or cancel a sign-up."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:member_event", args=[event_id])
    given = request.POST
    if given.get("do") == "cancel":
        number = paging.number(given.get("customer_id")) or 0
        done = _("Sign-up cancelled.")
        return act(request, to, lambda: services.cancel_sign_up(actor, event_id, number), done)

    def command() -> None:
        signed = services.sign_up(actor, event_id, found_member(actor, given.get("who", "")))
        messages.info(request, f"{signed.name}: {words.SIGN_UP[signed.state.value]}")

    return act(request, to, command, _("Signed up."))


@screen(permissions.CHECK_IN)
def check_in(request: HttpRequest, event_id: int) -> HttpResponse:
    """The page at the door: one field, and who came last."""
    actor = request.actor  # type: ignore[attr-defined]
    view = _seen(actor, event_id)
    done: CheckedIn | None = None
    problem = ""
    if request.method == "POST":
        try:
            done = services.check_in(actor, event_id, request.POST.get("code", ""))
        except Problem as found:
            problem = next(iter(found.fields.values()), found.detail)
        view = queries.member_event(event_id)
    came = queries.sign_ups(event_id, states=["attended"], limit=max(view.attended, 1))
    latest = sorted(came, key=lambda one: one.attended_at or one.signed_at, reverse=True)[:8]
    return show(
        request,
        "check_in",
        _("Check-in"),
        event=view,
        done=done,
        coupon=coupon_names({done.template}).get(done.template, done.template) if done and done.template else "",
        problem=problem,
        latest=latest,
        expected=view.going + view.attended,
        opens_at=view.starts_at - rules.EARLY,
        is_time=view.state is EventState.OPEN and clock.now() >= view.starts_at - rules.EARLY,
    )
