"""Games: the list, one game with its figures and what can be done with it, and the builder."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from forecourt.coupons import queries as coupons
from forecourt.customers import queries as customers
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import people
from forecourt.faces.backoffice.queries.programme import coupon_names
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import choosing, game_form
from forecourt.faces.backoffice.screens import reviews as reviewing
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.games import permissions, queries, rules, services
from forecourt.games.models import KIND_NAMES, PRIZE_NAMES, STATE_NAMES
from forecourt.games.queries import wording
from forecourt.games.values import GameKind, GameRules, GameState, GameView
from forecourt.kernel import clock, reviews
from forecourt.kernel.problems import Invalid, Problem
from forecourt.organisation import queries as organisation

PAGE: Final = 30
TAGS: Final = 40
"""Tags to tick; those of fewer customers are typed."""
KINDS: Final = dict(KIND_NAMES)
STATES: Final = dict(STATE_NAMES)
PRIZES: Final = dict(PRIZE_NAMES)
ICONS: Final = {"wheel": "casino", "draw": "confirmation_number", "quiz": "quiz"}


@screen(permissions.VIEW_GAMES)
def games(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET
    text = asked.get("q", "").strip()[:80]
    waiting = {int(one.key) for one in reviews.open_reviews("game")}
    rows = queries.games(
        text=text,
        kind=asked.get("kind", "") if asked.get("kind", "") in KINDS else "",
        state=asked.get("state", "") if asked.get("state", "") in STATES else "",
        only=waiting if asked.get("state") == "review" else None,
        before=paging.number(asked.get("after")),
        limit=PAGE + 1,
    )
    after = str(rows[PAGE - 1].game.id) if len(rows) > PAGE else ""
    return show(
        request,
        "games",
        _("Games"),
        rows=rows[:PAGE],
        after=after,
        text=text,
        kinds=KINDS,
        states=STATES,
        filters=STATES | {"review": _("In review")},
        waiting=waiting,
        icons=ICONS,
        now=clock.now(),
        claims=queries.open_claims(),
        setting=queries.setting(),
        may_edit=actor.may_everywhere(permissions.EDIT_GAMES),
        may_set_cap=actor.may_everywhere(permissions.SET_PRIZE_CAP),
    )


@screen(permissions.VIEW_GAMES)
def game(request: HttpRequest, game_id: int) -> HttpResponse:
    """One game: how it goes, its prizes, its rules in words, what can be done."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.game(game_id)
    setting, now = queries.setting(), clock.now()
    prizes = queries.prizes([found])[game_id]
    is_draft = found.state is GameState.DRAFT
    frozen = queries.frozen(game_id) if found.rules.kind is GameKind.DRAW else None
    latest = queries.wins(game_of=game_id, is_held=True, limit=5)
    return show(
        request,
        "game",
        found.rules.name,
        game=found,
        rules=found.rules,
        kinds=KINDS,
        states=STATES,
        prize_kinds=PRIZES,
        icons=ICONS,
        prizes=list(zip(prizes, found.rules.prizes, strict=True)),
        segments=_segments(found),
        figures=queries.figures([game_id])[game_id],
        funders=queries.by_funder(game_id),
        chart=_chart(game_id) if found.rules.kind is not GameKind.DRAW and not is_draft else None,
        faults=_faults(found.rules, setting.prize_cap) if is_draft else [],
        warnings=rules.warnings(found.rules) if is_draft else [],
        each=rules.expected_cost(found.rules),
        whole=rules.most_cost(found.rules),
        words=wording.in_words(found.rules),
        other_words=_other_words(found.rules),
        drawing=game_form.wheel_drawing(found.rules),
        frozen=frozen,
        entries_over=now >= found.rules.ends_at,
        draw_due=found.rules.draw is not None and now >= found.rules.draw.draws_at,
        commitments=queries.commitments(game_id)[:1],
        latest=latest,
        names=customers.names({win.customer_id for win in latest}),
        templates=coupon_names({one.template for one in found.rules.prizes if one.template}),
        has_stock=any(prize.stock is not None for prize in prizes),
        now=now,
        may_edit=actor.may_everywhere(permissions.EDIT_GAMES),
        may_run=actor.may_everywhere(permissions.RUN_GAMES),
        decided=[{"review": one} for one in reviews.decided(f"game:{game_id}")],
        **reviewing.shown(actor, reviews.open_review(f"game:{game_id}"), permissions.APPROVE_GAMES),
        may_draw=actor.may_everywhere(permissions.DRAW_WINNERS),
        may_give=actor.may(permissions.GIVE_CHANCES),
    )


def _segments(found: GameView) -> list[dict[str, Any]]:
    prizes = {prize.code: prize for prize in found.rules.prizes}
    wheel = found.rules.wheel
    return [
        {
            "label": one.label,
            "percent": rules.percent(one.parts),
            "prize": prizes.get(one.prize),
            "is_consolation": wheel is not None and wheel.consolation == place,
        }
        for place, one in enumerate(wheel.segments if wheel else ())
    ]


def _chart(game_id: int) -> dict[str, Any] | None:
    days = queries.by_day(game_id)
    if not days:
        return None
    return {
        "labels": [date_format(day, _("j M")) for day, _plays, _wins in days],
        "unit": "",
        "series": [
            {"label": _("Plays"), "color": "#0f766e", "values": [plays for _day, plays, _wins in days]},
            {"label": _("Prizes won"), "color": "#d97706", "values": [wins for _day, _plays, wins in days]},
        ],
    }


def _faults(found: GameRules, prize_cap: Decimal) -> list[str]:
    faults = [f"{path}: {text}" for path, text in rules.faults(found).items()]
    return faults + list(rules.cap_faults(found, prize_cap).values())


def _other_words(found: GameRules) -> list[str]:
    """The rules in the language that the reader does not read."""
    other = "en" if translation.get_language().startswith("zh") else "zh-hans"
    with translation.override(other):
        return wording.in_words(found)


@screen(permissions.EDIT_GAMES)
def new_game(request: HttpRequest, kind: str) -> HttpResponse:
    known = GameKind(kind) if kind in set(GameKind) else GameKind.WHEEL
    return _form(request, None, game_form.blank(known))


@screen(permissions.EDIT_GAMES)
def edit(request: HttpRequest, game_id: int) -> HttpResponse:
    return _form(request, game_id, queries.game(game_id).rules)


def _form(request: HttpRequest, game_id: int | None, found: GameRules) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        names: dict[str, str] = {}
        try:
            typed, names = game_form.read(request.POST, found.kind)
            saved = services.save_game(actor, typed, game_id)
            return HttpResponseRedirect(reverse("admin:game", args=[saved]))
        except Problem as problem:
            say_problem(request, problem, names or {name: name for name in problem.fields})
    known, stations, given = coupons.live_templates(), organisation.all_stations(actor), game_form.shown(found)
    tiers = tier_names()
    titles = {GameKind.WHEEL: _("New wheel"), GameKind.DRAW: _("New lucky draw"), GameKind.QUIZ: _("New quiz")}
    return show(
        request,
        "game_form",
        found.name if game_id else titles[found.kind],
        game_id=game_id,
        rules=found,
        kind=found.kind.value,
        given=given,
        blank=game_form.blanks(),
        prize_kinds=PRIZES,
        templates=choosing.kept(
            {code: one.template.name for code, one in known.items() if one.is_issued},
            [prize.template for prize in found.prizes],
        ),
        payers=choosing.payers(prize.funder for prize in found.prizes),
        stations=[[one.code, one.name] for one in stations],
        station_names={one.code: one.name for one in stations},
        tiers=choosing.kept(tiers, found.who.tiers),
        weights=[
            (code, name, given["weights"].get(code, 1)) for code, name in choosing.kept(tiers, given["weights"]).items()
        ],
        tags=choosing.kept({one.tag: one.tag for one in customers.tags(TAGS)}, found.who.tags),
        drawing=game_form.wheel_drawing(found),
        cap=queries.setting().prize_cap,
    )


@screen(permissions.VIEW_GAMES)
def review(request: HttpRequest, game_id: int) -> HttpResponse:
    """Hand a game in, approve it, send it back or withdraw it."""
    steps = reviewing.Steps(services.submit_game, services.approve_game, services.refuse_game, services.withdraw_game)
    return reviewing.step(request, reverse("admin:game", args=[game_id]), steps, game_id)


@screen(permissions.RUN_GAMES)
def end(request: HttpRequest, game_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:game", args=[game_id])
    reason = request.POST.get("reason", "").strip()
    return act(request, to, lambda: services.end_game(actor, game_id, reason), _("Ended. Nobody can play any more."))


@screen(permissions.EDIT_GAMES)
def delete(request: HttpRequest, game_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return act(request, reverse("admin:games"), lambda: services.delete_draft(actor, game_id), _("Thrown away."))


@require_POST
@screen(permissions.EDIT_GAMES)
def copy(request: HttpRequest, game_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    try:
        made = services.copy_game(actor, game_id, request.POST.get("code", "").strip())
    except Problem as problem:
        say_problem(request, problem)
        return HttpResponseRedirect(reverse("admin:game", args=[game_id]))
    return HttpResponseRedirect(reverse("admin:game_edit", args=[made]))


@screen(permissions.RUN_GAMES)
def restock(request: HttpRequest, game_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    add = paging.number(request.POST.get("add", "").strip().replace("+", "").replace("−", "-")) or 0
    prize, reason = request.POST.get("prize", ""), request.POST.get("reason", "")
    to = reverse("admin:game", args=[game_id])
    return act(request, to, lambda: services.restock_prize(actor, game_id, prize, add, reason), _("Stock changed."))


@require_POST
@screen(permissions.GIVE_CHANCES)
def give(request: HttpRequest, game_id: int) -> HttpResponse:
    """Chances, or tickets, for one customer found by phone, plate, card or number."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.game(game_id)
    to = reverse("admin:game", args=[game_id])
    text = request.POST.get("customer", "").strip()
    count = paging.number(request.POST.get("count")) or 0

    def command() -> None:
        ids = people.found_ids(actor, text) if text else []
        if len(ids) != 1:
            raise Invalid.field(
                "customer",
                _("several customers match; type the whole phone, plate or card number")
                if ids
                else _("nobody was found; type the whole phone, plate or card number"),
            )
        services.give_chances(actor, found.rules.code, ids, count, request.POST.get("reason", ""))

    done = ngettext("%(count)d given.", "%(count)d given.", count) % {"count": count}
    return act(request, to, command, done)


@screen(permissions.DRAW_WINNERS)
def freeze(request: HttpRequest, game_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:game_protocol", args=[game_id])
    return act(request, to, lambda: services.freeze_draw(actor, game_id), _("The list is frozen."))


@screen(permissions.DRAW_WINNERS)
def draw(request: HttpRequest, game_id: int) -> HttpResponse:
    """Hold the draw and give its prizes; what is left when this takes long the worker gives."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:game_protocol", args=[game_id])

    def command() -> None:
        services.draw_winners(actor, game_id, request.POST.get("entropy", ""))
        services.give_at_once(actor, game_id)

    return act(request, to, command, _("The draw is held."))


@screen(permissions.SET_PRIZE_CAP)
def setting(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]

    def command() -> None:
        try:
            cap = Decimal(request.POST.get("prize_cap", "").replace(",", "") or 0)
        except InvalidOperation:
            raise Invalid.field("prize_cap", _("is no amount of money; type digits")) from None
        if not cap.is_finite():
            raise Invalid.field("prize_cap", _("is no amount of money; type digits"))
        services.set_prize_cap(actor, cap, "is_cap_checked" in request.POST, request.POST.get("reason", ""))

    return act(request, reverse("admin:games"), command, _("Saved."))
