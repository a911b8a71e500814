"""Redemptions: the list, one of them with what can be done, and a customer's block with what they can redeem."""

from typing import Any, Final, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.customers import queries as customers
from forecourt.faces.backoffice.queries import operating, people
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound, Problem
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.rewards import permissions, queries, rules, services
from forecourt.rewards.models import REDEMPTION_NAMES
from forecourt.rewards.values import Asking, Choice, IdentifiedBy, Redemption, RedemptionState

STATES: Final = dict(REDEMPTION_NAMES)
PAGE: Final = 50


class Line(NamedTuple):
    """A redemption as a list shows it; `is_late`: its last day is over and it is not ended yet."""

    one: Redemption
    code: str
    is_open: bool
    is_late: bool


def line_of(one: Redemption) -> Line:
    """What a list shows of a redemption."""
    is_open = one.state is RedemptionState.OPEN
    is_late = is_open and one.expires_on is not None and one.expires_on < organisation.company_day()
    return Line(one, rules.shown_code(one.code), is_open, is_late)


def identities() -> dict[str, str]:
    """How a customer may have been recognised, the safe ways first."""
    return {
        IdentifiedBy.CARD: _("by their card"),
        IdentifiedBy.APP: _("by the app"),
        IdentifiedBy.PLATE: _("by their plate"),
        IdentifiedBy.ID: _("by an identity document"),
        IdentifiedBy.WECHAT: _("by WeChat"),
        IdentifiedBy.PHONE: _("by telephone number only"),
    }


@screen(permissions.VIEW_REWARDS)
def redemptions(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = request.GET
    text = given.get("q", "").strip()[:80]
    exact = _by_code(text)
    if exact is not None:
        return HttpResponseRedirect(reverse("admin:redemption", args=[exact.id]))
    stations = {station.id: station for station in organisation.all_stations(actor)}
    state = RedemptionState(given["state"]) if given.get("state") in set(RedemptionState) else None
    rewards = {known.reward.code: known for known in queries.known_rewards()}
    wanted = rewards.get(given.get("reward", ""))
    station = next((one for one in stations.values() if one.code == given.get("station")), None)
    found = queries.list_redemptions(
        actor,
        customer_ids=people.found_families(actor, text) if text else None,
        reward_id=wanted.id if wanted else None,
        state=state,
        station_id=station.id if station else None,
        before=_uuid(given.get("after")),
        limit=PAGE + 1,
    )
    return show(
        request,
        "redemptions",
        _("Redemptions"),
        lines=[line_of(one) for one in found[:PAGE]],
        names=customers.names({one.customer_id for one in found[:PAGE]}),
        after=str(found[PAGE - 1].id) if len(found) > PAGE else "",
        text=text,
        state=state.value if state else "",
        states=STATES,
        rewards=rewards,
        stations=stations,
        station_list=list(stations.values()),
    )


def _by_code(text: str) -> Redemption | None:
    """The redemption whose code was typed, however it was typed."""
    code = rules.normal_code(text)
    if len(code) != rules.CODE_LENGTH:
        return None
    found = queries.find(code=code)
    return found[0] if found else None


@screen(permissions.VIEW_REWARDS)
def redemption(request: HttpRequest, redemption_id: UUID) -> HttpResponse:
    """One redemption, to hand over or to take back. Whoever holds the code may be served at any station that has it."""
    actor = request.actor  # type: ignore[attr-defined]
    one = queries.redemption(actor, redemption_id)
    stations = {station.id: station for station in organisation.all_stations(actor)}
    known = queries.by_code(one.reward)
    here = [
        station
        for station in stations.values()
        if (not one.stock_station_id or station.id == one.stock_station_id)
        and (not known.reward.stations or station.code in known.reward.stations)
    ]
    everywhere = organisation.stations_by_id(
        {number for number in (one.station_id, one.collected_station_id, one.stock_station_id) if number}
    )
    line = line_of(one)
    is_mine = actor.stations is None or actor.may_at(one.collected_station_id or one.station_id or 0)
    return show(
        request,
        "redemption",
        one.reward_name,
        line=line,
        one=one,
        reward=known.reward,
        name=customers.names([one.customer_id]).get(one.customer_id, ""),
        makers=operating.actors({one.redeemed_by, one.closed_by}),
        stations=everywhere,
        places=here,
        states=STATES,
        identities=identities() | {IdentifiedBy.EMAIL: _("by e-mail address only")},
        may_collect=actor.may(permissions.COLLECT) and line.is_open and not line.is_late,
        may_cancel=actor.may(permissions.CANCEL) and is_mine and _can_cancel(actor, one),
        bound=actor.stations is not None,
    )


def _can_cancel(actor: Actor, one: Redemption) -> bool:
    if one.state is RedemptionState.OPEN or (one.coupon_id and one.state is RedemptionState.COLLECTED):
        return True
    return one.state is RedemptionState.COLLECTED and actor.may(permissions.TAKE_BACK)


@screen(permissions.COLLECT)
def collect(request: HttpRequest, redemption_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    one = queries.redemption(actor, redemption_id)
    station = request.POST.get("station") or None
    to = reverse("admin:redemption", args=[redemption_id])
    done = _("Handed over: %(name)s.") % {"name": one.reward_name}
    return act(request, to, lambda: services.collect_redemption(actor, one.code, station), done)


@screen(permissions.CANCEL)
def cancel(request: HttpRequest, redemption_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    to = reverse("admin:redemption", args=[redemption_id])
    done = _("Cancelled; the points went back.")
    return act(request, to, lambda: services.cancel_redemption(actor, redemption_id, reason), done)


@screen(permissions.REDEEM)
def redeem(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Redeem a reward for a customer, from their page."""
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    station = given.get("station", "")
    to = reverse("admin:customer", args=[customer_id]) + "?tab=rewards" + (f"&station={station}" if station else "")
    known = given.get("identified_by", "")
    try:
        made = services.redeem_reward(
            actor,
            customer_id,
            given.get("reward", ""),
            station or None,
            identified_by=IdentifiedBy(known) if known in set(IdentifiedBy) else IdentifiedBy.PHONE,
            supervisor=given.get("supervisor", ""),
        )
    except Problem as problem:
        say_problem(request, problem)
        return HttpResponseRedirect(to)
    code = made.coupon or rules.shown_code(made.code)
    messages.success(request, _("Redeemed: %(name)s. The code is %(code)s.") % {"name": made.reward_name, "code": code})
    return HttpResponseRedirect(to)


class Offered(NamedTuple):
    """A reward in the customer's block, with what is in the way in words."""

    choice: Choice
    is_strong: bool
    obstacle: str


def of_customer(request: HttpRequest, actor: Actor, customer_id: int) -> dict[str, Any]:
    """The customer's block: what can be redeemed at a station, and what was."""
    actor.require(permissions.VIEW_REWARDS)
    stations = organisation.all_stations(actor)
    station = _station(request, actor, stations)
    code = station.code if station else ""
    asking = Asking(
        today=organisation.company_day(),
        tier=loyalty.balance(customer_id).tier,
        spendable=queries.spendable(customer_id),
        station=code,
    )
    names = {one.code: one.name for one in stations}
    tiers = tier_names()
    offered = [_offered(choice, asking, tiers, names) for choice in queries.choices(actor, customer_id, code)]
    lines = [line_of(one) for one in queries.of_customer(actor, customer_id)]
    return {
        "offered": sorted(offered, key=lambda one: bool(one.obstacle)),
        "spendable": asking.spendable,
        "open_lines": [line for line in lines if line.is_open],
        "ended_lines": [line for line in lines if not line.is_open],
        "redemption_states": STATES,
        "station_list": stations,
        "station_code": code,
        "identities": identities(),
        "may_redeem": actor.may(permissions.REDEEM),
        "bound": actor.stations is not None,
    }


def _offered(choice: Choice, asking: Asking, tiers: dict[str, str], stations: dict[str, str]) -> Offered:
    reward = choice.known.reward
    named = replace(
        reward,
        tiers=tuple(tiers.get(code, code) for code in reward.tiers),
        stations=tuple(stations.get(code, code) for code in reward.stations),
    )
    obstacle = ""
    if choice.refusals:
        here = replace(asking, station=stations.get(asking.station, asking.station))
        obstacle = rules.refusal_text(choice.refusals[0], named, here)
    return Offered(choice, rules.wants_strong_identity(reward), obstacle)


def _station(request: HttpRequest, actor: Actor, stations: list[StationFacts]) -> StationFacts | None:
    """The station that was chosen; the first of theirs for who is bound to stations."""
    chosen = next((one for one in stations if one.code == request.GET.get("station")), None)
    return chosen or (stations[0] if stations and actor.stations is not None else None)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound(_("This is no place in the list; begin again at its first page.")) from None
