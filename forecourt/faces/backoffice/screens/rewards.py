"""Rewards: the catalogue, one reward with its stock and its redemptions, and the form they are made with."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.coupons import queries as coupons
from forecourt.customers import queries as customers
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.middleware import OFFICE_POLICY
from forecourt.faces.backoffice.queries import operating
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import choosing, reward_words
from forecourt.faces.backoffice.screens import reviews as reviewing
from forecourt.faces.backoffice.screens.redemptions import STATES as REDEMPTION_STATES
from forecourt.faces.backoffice.screens.redemptions import line_of
from forecourt.faces.backoffice.screens.reward_words import KINDS, STOCKS
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.kernel.values import Review
from forecourt.offers.values import Share
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions, queries, rules, services
from forecourt.rewards.models import MOVEMENT_NAMES, STATE_NAMES
from forecourt.rewards.values import KnownReward, OnExpiry, Reward, RewardKind, RewardLine, RewardState, StockKind

STATES: Final = dict(STATE_NAMES)
MOVEMENTS: Final = dict(MOVEMENT_NAMES)
REASONS: Final = {"not collected in time": gettext_lazy("not collected in time")}
"""Reasons that the system gives by itself."""
LOW: Final = 10
"""So few pieces and fewer are shown as running low."""
PAGE: Final = 30
_SHOWN_APART: Final = 3
"""Parts that the page shows in another form: name, description, picture."""
FUNDERS: Final = 4
"""Rows for who pays, in the form."""
WITH_PICTURES: Final = OFFICE_POLICY.replace("img-src 'self' data:", "img-src 'self' data: https:")


@screen(permissions.VIEW_REWARDS)
def rewards(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:80]
    in_review = request.GET.get("state") == "review"
    state, kind = _one_of(RewardState, request.GET.get("state")), _one_of(RewardKind, request.GET.get("kind"))
    lines = queries.catalogue(actor, text=text, state=state, kind=kind)
    lines = [line for line in lines if line.review] if in_review else lines
    return _pictured(
        show(
            request,
            "rewards",
            _("Rewards"),
            lines=lines,
            text=text,
            figures=_figures(lines),
            low=LOW,
            kinds=KINDS,
            states=STATES,
            filters=STATES | {"review": _("In review")},
            may_edit=actor.may_everywhere(permissions.EDIT_REWARDS),
        )
    )


def _changed(one: Review, names: reward_words.RewardNames) -> list[tuple[str, str, str]]:
    """What handing this in changed, or is to change: field by field in words."""
    before = reward_words.stored(one.before) if one.before else None
    return reward_words.differences(before, reward_words.stored(one.body), names)


def _figures(lines: Sequence[RewardLine]) -> dict[str, int]:
    live = [line for line in lines if line.known.state is RewardState.LIVE]
    return {
        "live": len(live),
        "redeemed": sum(line.redeemed_month for line in lines),
        "points": sum(line.points_month for line in lines),
        "open": sum(line.open for line in lines),
        "low": sum(line.left is not None and line.left <= LOW for line in live),
    }


@screen(permissions.VIEW_REWARDS)
def reward(request: HttpRequest, code: str) -> HttpResponse:
    """One reward: what it is and is to become, its stock with every movement, who redeemed it."""
    actor = request.actor  # type: ignore[attr-defined]
    line = queries.reward(actor, code)
    known = line.known
    stations = {station.id: station for station in organisation.all_stations(actor)}
    names = reward_words.RewardNames(actor)
    review = line.review
    before = _uuid(request.GET.get("after"))
    movements = queries.movements(actor, known, before, PAGE + 1)
    redeemed = queries.list_redemptions(actor, reward_id=known.id, limit=PAGE)
    keeps = actor.may(permissions.KEEP_STOCK)
    common = known.reward.stock is StockKind.COMMON
    return _pictured(
        show(
            request,
            "reward",
            known.reward.name,
            line=line,
            known=known,
            reward=known.reward,
            stocks=queries.stocks(actor, known),
            movements=movements[:PAGE],
            after=str(movements[PAGE - 1].id) if len(movements) > PAGE else "",
            redeemed=[line_of(one) for one in redeemed],
            names=customers.names({one.customer_id for one in redeemed}),
            redemption_states=REDEMPTION_STATES,
            stations=stations,
            station_list=[
                one for one in stations.values() if not known.reward.stations or one.code in known.reward.stations
            ],
            parts=reward_words.parts(known.reward, names)[_SHOWN_APART:],
            changes=_changed(review, names) if review else reward_words.differences(known.reward, known.edited, names),
            decided=[{"review": one, "changes": _changed(one, names)} for one in queries.decided(actor, code)],
            **reviewing.shown(actor, review, permissions.APPROVE_REWARDS),
            low=LOW,
            states=STATES,
            movement_names=MOVEMENTS,
            makers=operating.actors(one.by for one in movements),
            reasons=REASONS,
            may_edit=actor.may_everywhere(permissions.EDIT_REWARDS),
            may_stock=keeps and known.reward.stock is not StockKind.ANY and (not common or actor.stations is None),
        )
    )


@screen(permissions.EDIT_REWARDS)
def new_reward(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    if request.method == "POST":
        try:
            made = _asked(request, given.get("code", "").strip())
            services.make_reward(actor, made)
            return HttpResponseRedirect(reverse("admin:reward", args=[made.code]))
        except Problem as problem:
            say_problem(request, problem)
    return _form(request, actor, _("New reward"), None, _blank())


@screen(permissions.EDIT_REWARDS)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    known = queries.by_code(code)
    if request.method == "POST":
        to = reverse("admin:reward", args=[code])
        saved = _("Saved as a draft. It takes effect once it is handed in and approved.")
        return act(request, to, lambda: services.change_reward(actor, code, _asked(request, code)), saved)
    return _form(request, actor, known.reward.name, known, known.edited)


@screen(permissions.VIEW_REWARDS)
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a reward in, approve it, send it back or withdraw it."""
    steps = reviewing.Steps(
        services.submit_reward, services.approve_reward, services.refuse_reward, services.withdraw_reward
    )
    return reviewing.step(request, reverse("admin:reward", args=[code]), steps, code)


@screen(permissions.EDIT_REWARDS)
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Throw away what a draft says otherwise."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:reward", args=[code])
    return act(request, to, lambda: services.discard_reward_draft(actor, code), _("The draft is gone."))


@screen(permissions.EDIT_REWARDS)
def end(request: HttpRequest, code: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    ended = _("Ended. What was redeemed can still be collected.")
    return act(request, reverse("admin:reward", args=[code]), lambda: services.end_reward(actor, code), ended)


@screen(permissions.KEEP_STOCK)
def stock(request: HttpRequest, code: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    is_count = given.get("do") == "count"
    station = given.get("station") or None

    def change() -> None:
        pieces = paging.number(given.get("pieces", "").strip().replace("−", "-").replace("+", ""))
        if pieces is None:
            raise Invalid.field("pieces", _("give a whole number"))
        command = services.count_stock if is_count else services.add_stock
        command(actor, code, pieces, given.get("reason", ""), station)

    done = _("The stock is as counted.") if is_count else _("The stock has changed.")
    return act(request, reverse("admin:reward", args=[code]), change, done)


def _blank() -> Reward:
    return Reward(code="", name="", kind=RewardKind.GOODS, points=500, stock=StockKind.COMMON)


def _form(request: HttpRequest, actor: Actor, title: str, known: KnownReward | None, reward: Reward) -> HttpResponse:
    shares = list(reward.shares) + [None] * max(0, FUNDERS - len(reward.shares))
    return show(
        request,
        "reward_form",
        title,
        known=known,
        reward=reward,
        rows=[(str(number), share) for number, share in enumerate(shares)],
        payers=choosing.payers(share.funder for share in reward.shares),
        kinds=KINDS,
        stock_kinds=STOCKS,
        expiries={
            OnExpiry.RETURN: _("the points go back to the member"),
            OnExpiry.FORFEIT: _("the points are forfeited"),
        },
        identities={
            "": _("from %(points)s points on") % {"points": f"{rules.STRONG_FROM_POINTS:,}"},
            "yes": _("always"),
            "no": _("never"),
        },
        identity={None: "", True: "yes", False: "no"}[reward.needs_strong_identity],
        templates=sorted(choosing.kept(_templates(), [reward.template]).items()),
        tiers=choosing.kept(tier_names(), reward.tiers),
        station_list=choosing.kept({one.code: one.name for one in organisation.all_stations(actor)}, reward.stations),
    )


def _templates() -> dict[str, str]:
    """Coupon templates that are issued one by one, by code."""
    found = coupons.live_templates().items()
    return {code: f"{one.template.name} ({code})" for code, one in found if one.is_issued}


def _asked(request: HttpRequest, code: str) -> Reward:
    """The reward as the form says it."""
    given = request.POST
    kind = _choice(RewardKind, "kind", given.get("kind", ""))
    return Reward(
        code=code,
        name=given.get("name", "").strip(),
        kind=kind,
        points=_whole(request, "points"),
        description=given.get("description", "").strip(),
        picture=given.get("picture", "").strip(),
        money=_decimal(request, "money"),
        cost=_decimal(request, "cost"),
        shares=_shares(request),
        stock=_choice(StockKind, "stock", given.get("stock", "any")),
        per_day=_whole(request, "per_day"),
        per_month=_whole(request, "per_month"),
        per_customer=_whole(request, "per_customer"),
        tiers=tuple(given.getlist("tiers")),
        stations=tuple(given.getlist("stations")),
        valid_from=_day(request, "valid_from"),
        valid_until=_day(request, "valid_until"),
        template=given.get("template", "") if kind in rules.COUPON_KINDS else "",
        days_good=_whole(request, "days_good"),
        on_expiry=_choice(OnExpiry, "on_expiry", given.get("on_expiry", "return")),
        needs_strong_identity={"yes": True, "no": False}.get(given.get("identity", "")),
        position=_whole(request, "position"),
    )


def _shares(request: HttpRequest) -> tuple[Share, ...]:
    shares = []
    for number in range(FUNDERS * 3):
        funder = choosing.payer(request.POST, f"funder_{number}")
        if funder:
            percent = _decimal(request, f"percent_{number}")
            if not 0 < percent <= 100:
                raise Invalid.field(f"percent_{number}", _("give a percentage above 0, at most 100"))
            shares.append(Share(funder=funder, percent=percent))
    return tuple(shares)


def _whole(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "").strip().replace(",", "") or "0"
    number = paging.number(text)
    if number is None:
        raise Invalid.field(name, _("%(text)s is no whole number") % {"text": text})
    return number


def _decimal(request: HttpRequest, name: str) -> Decimal:
    text = request.POST.get(name, "").strip().replace(",", "") or "0"
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Invalid.field(name, _("%(text)s is no number") % {"text": text}) from None
    if not value.is_finite():
        raise Invalid.field(name, _("%(text)s is no number") % {"text": text})
    return value


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field(name, _("give a day such as 2026-01-31")) from None


def _choice(kind: Any, name: str, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise Invalid.field(name, _("%(text)s is not among the choices") % {"text": text}) from None


def _one_of(kind: Any, text: str | None) -> Any:
    return kind(text) if text in set(kind) else None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _pictured(response: HttpResponse) -> HttpResponse:
    """Let the page show the pictures of rewards, which stand elsewhere."""
    response["Content-Security-Policy"] = WITH_PICTURES
    return response
