"""What anybody can check of games: the spins of a day, the protocol of a draw with its list; who won; goods to collect."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from forecourt.customers import queries as customers
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.csvfile import csv_file, plain_money
from forecourt.faces.backoffice.queries.programme import coupon_names
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens.games import KINDS, PRIZES
from forecourt.games import permissions, queries, rules, services
from forecourt.games.models import CLAIM_NAMES, LOST_NAMES
from forecourt.games.queries import Drawn, Protocol, WinView
from forecourt.games.rules import Reserve
from forecourt.games.values import ClaimState, GameView, LostWhy
from forecourt.kernel import audit, clock
from forecourt.kernel.problems import NotFound
from forecourt.organisation import queries as organisation

PAGE: Final = 50
MOST: Final = 20_000
BATCH: Final = 500
SPINS_SHOWN: Final = 500
CLAIMS: Final = dict(CLAIM_NAMES)
LOST: Final = dict(LOST_NAMES)


@screen(permissions.VIEW_GAMES)
def audit_page(request: HttpRequest, game_id: int) -> HttpResponse:
    """The days of a wheel with their commitments, and all spins of a past one recomputed."""
    game = queries.game(game_id)
    if game.rules.wheel is None:
        raise NotFound(_("This game has no wheel."))
    days = [one for one in queries.audit_days(game_id) if one.day <= organisation.company_day()]
    over = [one.day for one in days if queries.is_over(one.day)]
    chosen = paging.day_of(request.GET.get("day", ""), over[-1] if over else organisation.company_day())
    return show(
        request,
        "game_audit",
        game.rules.name,
        game=game,
        days=days[::-1],
        over=over,
        chosen=chosen,
        found=queries.spin_audit(game_id, chosen) if chosen in over else None,
        shown=SPINS_SHOWN,
        labels=[one.label for one in game.rules.wheel.segments],
        message=rules.spin_message(game.rules.code, chosen, "…", 1).rsplit("|", 2)[0],
    )


@screen(permissions.VIEW_GAMES)
def protocol(request: HttpRequest, game_id: int) -> HttpResponse:
    """A draw, step by step, each recomputed as the page is shown."""
    actor = request.actor  # type: ignore[attr-defined]
    game = queries.game(game_id)
    if game.rules.draw is None:
        raise NotFound(_("This game is no lucky draw."))
    found, now = queries.protocol(game_id), clock.now()
    names = {prize.code: prize.name for prize in game.rules.prizes}
    drawn, holders = (found.drawn, found.holders()) if found else ([], {})
    waiting = [one.prize for one in holders.values() if one.waits_since]
    shown = drawn[:PAGE]
    return show(
        request,
        "game_protocol",
        game.rules.name,
        game=game,
        found=found,
        frozen=found.frozen if found else None,
        tickets=queries.figures([game_id])[game_id].tickets,
        commitments=queries.commitments(game_id),
        drawn=[(one, holders[one.win_id]) for one in shown],
        more=max(0, len(drawn) - PAGE),
        given=sum(one.granted_at is not None for one in holders.values()),
        lapsed=sum(one.lost_at is not None for one in holders.values()),
        waiting=len(waiting),
        templates=coupon_names({one.template for one in game.rules.prizes if one.code in waiting}),
        winners=len(drawn),
        reserves=_reserves(found) if found else [],
        lost_names=LOST,
        names=names,
        message=rules.draw_message(game.rules.code, found.frozen.list_hash, found.frozen.entropy) if found else "",
        entries_over=now >= game.rules.ends_at,
        draw_due=now >= game.rules.draw.draws_at,
        may_draw=actor.may_everywhere(permissions.DRAW_WINNERS),
        is_published=game.published_at is not None,
    )


def _reserves(found: Protocol) -> list[tuple[Reserve, Drawn | None, int | None]]:
    """The first reserves of a draw, each with its win and the ticket it steps in for, where it does."""
    wins = {one.win_id: one for one in (*found.drawn, *found.passed)}
    rows = []
    for one in found.reserves[:PAGE]:
        win = wins.get(one.win_id) if one.win_id is not None else None
        before = wins.get(win.in_place_of) if win is not None and win.in_place_of is not None else None
        rows.append((one, win, before.ticket if before is not None else None))
    return rows


@screen(permissions.VIEW_GAMES)
def ticket_list(request: HttpRequest, game_id: int) -> HttpResponse:
    """The frozen list as it is hashed."""
    game = queries.game(game_id)
    if queries.frozen(game_id) is None:
        raise NotFound(_("The list of this draw is not frozen yet."))
    response = HttpResponse(queries.frozen_list(game_id), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{game.rules.code}.txt"'
    return response


@screen(permissions.VIEW_GAMES)
def winners(request: HttpRequest, game_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    game = queries.game(game_id)
    prize, state = request.GET.get("prize", "")[:40], request.GET.get("state", "")
    is_offered, is_waiting = state == "offered", state == "waiting"
    before = _place(request.GET.get("after", ""))
    rows = queries.wins(
        game_of=game_id, prize=prize, is_offered=is_offered, is_waiting=is_waiting, before=before, limit=PAGE + 1
    )
    after = f"{rows[PAGE - 1].won_at.isoformat()}_{rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    rows = rows[:PAGE]
    return show(
        request,
        "game_winners",
        game.rules.name,
        game=game,
        rows=rows,
        after=after,
        lines={line.id: line for line in customers.lines(sorted({row.customer_id for row in rows}))},
        prizes=game.rules.prizes,
        prize=prize,
        state=state,
        states=_states(game),
        prize_kinds=PRIZES,
        claim_states=CLAIMS,
        lost_names=LOST,
        whys={why: name for why, name in LOST.items() if why != LostWhy.LATE},
        may_confirm=actor.may(permissions.CONFIRM_PRIZES),
        may_pass=actor.may_everywhere(permissions.DRAW_WINNERS),
    )


def _states(game: GameView) -> dict[str, str]:
    """The states that winners of a draw can be narrowed to."""
    draw = game.rules.draw
    if draw is None:
        return {}
    waiting = {"waiting": _("Waits for a coupon")}
    return {"offered": _("To confirm")} | waiting if draw.confirm_days else waiting


@screen(permissions.CONFIRM_PRIZES)
def confirm(request: HttpRequest, game_id: int, win_id: UUID) -> HttpResponse:
    """Confirm for a winner at the counter or on the phone, from the list of winners or from the customer's page."""
    actor = request.actor  # type: ignore[attr-defined]
    customer_id = paging.number(request.POST.get("customer"))
    to = reverse("admin:customer", args=[customer_id]) if customer_id else reverse("admin:game_winners", args=[game_id])
    done = _("Confirmed. The prize is given, a coupon as soon as it can be issued.")
    return act(request, to, lambda: services.confirm_prize(actor, win_id), done)


@screen(permissions.DRAW_WINNERS)
def pass_on(request: HttpRequest, game_id: int, win_id: UUID) -> HttpResponse:
    """Take a prize from who declined or may not win, and pass it to the next reserve."""
    actor = request.actor  # type: ignore[attr-defined]
    why, reason = request.POST.get("why", ""), request.POST.get("reason", "")
    chosen = LostWhy(why) if why in set(LostWhy) else LostWhy.INELIGIBLE
    to = reverse("admin:game_winners", args=[game_id])
    return act(request, to, lambda: services.pass_prize(actor, win_id, chosen, reason), _("The prize is passed on."))


def _place(text: str) -> tuple[datetime, UUID] | None:
    at, _underscore, win_id = text.partition("_")
    try:
        return (datetime.fromisoformat(at), UUID(win_id)) if text else None
    except ValueError:
        return None


@screen(permissions.VIEW_GAMES)
def winners_export(request: HttpRequest, game_id: int) -> HttpResponseBase:
    """Who won what, names cut and phones masked as winners are published."""
    actor = request.actor  # type: ignore[attr-defined]
    game = queries.game(game_id)
    audit.record(actor, "game.export", f"game:{game_id}", detail={"code": game.rules.code})

    heads = (
        _("Time"),
        _("Prize"),
        _("Kind"),
        pgettext("winners", "Place"),
        _("Ticket"),
        _("Reserve"),
        _("In place of ticket"),
        _("Customer number"),
        _("Winner"),
        _("Phone"),
        _("State"),
        pgettext("prize", "Paid by"),
        _("Cost"),
    )
    return csv_file(f"{game.rules.code}-winners", heads, _winner_rows(queries.wins(game_of=game_id, limit=MOST)))


def _winner_rows(found: Sequence[WinView]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        lines = {line.id: line for line in customers.lines(sorted({one.customer_id for one in batch}))}
        for one in batch:
            line = lines.get(one.customer_id)
            yield (
                f"{timezone.localtime(one.won_at):%Y-%m-%d %H:%M}",
                one.prize_name,
                PRIZES[one.kind.value],
                one.place or "",
                one.ticket or "",
                one.reserve or "",
                one.before or "",
                one.customer_id,
                _cut(line.name) if line else "",
                line.phone if line else "",
                _state(one),
                one.funder,
                plain_money(one.cost),
            )


def _state(one: WinView) -> str:
    """How a prize stands, as winners are published: why somebody lost it is nobody's business."""
    if one.claim:
        return str(CLAIMS[one.claim.value])
    if one.granted_at:
        return pgettext("prize", "Given")
    if one.lost_at:
        return pgettext("prize", "Passed on")
    if one.waits_since:
        return _("Waits for a coupon")
    return _("To confirm") if one.is_offered else _("To give")


def _cut(name: str) -> str:
    """A name as winners are published: its first character, the rest starred."""
    return name[:1] + "*" * max(1, min(3, len(name) - 1)) if name else ""


@screen(permissions.VIEW_GAMES)
def claims(request: HttpRequest) -> HttpResponse:
    """Goods that were won: to collect, collected, expired; the code typed finds its prize."""
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip().upper().replace(" ", "").replace("-", "")[:16]
    state = request.GET.get("state", "open")
    known = ClaimState(state) if state in set(ClaimState) else None
    rows = queries.claims(code=text, state=None if text else known, limit=200)
    return show(
        request,
        "game_claims",
        _("Prizes to collect"),
        rows=rows,
        text=text,
        state="" if known is None else known.value,
        states=CLAIMS,
        names=customers.names({row.customer_id for row in rows}),
        station_list=organisation.all_stations(actor),
        stations={one.id: one for one in organisation.all_stations(actor)},
        may_collect=actor.may(permissions.COLLECT_PRIZES),
        kinds=KINDS,
        may_open=actor.may("customers.view"),
    )


@require_POST
@screen(permissions.COLLECT_PRIZES)
def collect(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    code, station = request.POST.get("code", ""), request.POST.get("station", "")
    to = reverse("admin:game_claims")
    return act(request, to, lambda: services.collect_claim(actor, code, station), _("Handed over."))
