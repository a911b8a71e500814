"""What decides whether a customer may play, and what a customer has in games. Survivors are asked for with their family."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Max

from forecourt.games import rules
from forecourt.games.models import Chance, Claim, TicketRow
from forecourt.games.queries.games import live_games
from forecourt.games.rules import Player
from forecourt.games.values import ClaimState, ClaimView, GameKind, GameView, Opening
from forecourt.kernel import sql
from forecourt.kernel.languages import in_languages
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation

CHANCES: Final = """
SELECT game_id, coalesce(sum(count - used), 0)::int, bool_or(origin = 'first')
FROM games_chance WHERE customer_id = ANY(%(family)s::bigint[]) AND game_id = ANY(%(game_ids)s::bigint[]) GROUP BY game_id
"""
PLAYS: Final = """
SELECT game_id, count(*) FILTER (WHERE day = %(today)s), count(*)
FROM games_play WHERE customer_id = ANY(%(family)s::bigint[]) AND game_id = ANY(%(game_ids)s::bigint[]) GROUP BY game_id
"""
TICKETS: Final = """
SELECT game_id, count(*) FILTER (WHERE day = %(today)s), count(*)
FROM games_ticket
WHERE customer_id = ANY(%(family)s::bigint[]) AND game_id = ANY(%(game_ids)s::bigint[]) AND voided_at IS NULL
GROUP BY game_id
"""
PEOPLE: Final = """
SELECT survivor.id, survivor.is_blocked,
    ARRAY(SELECT DISTINCT unnest(member.tags) FROM customers_customer AS member
          WHERE member.id = survivor.id OR member.merged_into_id = survivor.id)
FROM customers_customer AS survivor WHERE survivor.id = ANY(%(ids)s::bigint[])
"""
CLAIMS: Final = """
SELECT claim.win_id, game.name, coalesce(prize.value ->> 'name', row.code), claim.customer_id, claim.code, claim.state,
       claim.expires_on, win.won_at, claim.collected_at, claim.station_id, claim.collected_by
FROM games_claim AS claim
JOIN games_win AS win ON win.id = claim.win_id
JOIN games_game AS game ON game.id = claim.game_id
JOIN games_prize AS row ON row.id = win.prize_id
LEFT JOIN LATERAL jsonb_array_elements(game.body -> 'prizes') AS prize ON prize.value ->> 'code' = row.code
WHERE {where}
ORDER BY win.won_at DESC, claim.win_id DESC LIMIT %(limit)s
"""


class Person(NamedTuple):
    """A customer as games ask: blocked or not, all tags of the family, the tier."""

    is_blocked: bool
    tags: frozenset[str]
    tier: str


def people(customer_ids: Collection[int]) -> dict[int, Person]:
    """Facts of customers (survivors); unknown ones are missing. Two statements."""
    standings = loyalty.standings(customer_ids)
    return {
        row[0]: Person(row[1], frozenset(row[2]), standings[row[0]].tier if row[0] in standings else "")
        for row in sql.rows(PEOPLE, {"ids": sql.array(customer_ids)})
    }


def players(found: Sequence[GameView], family: Sequence[int], now: datetime) -> dict[int, Player]:
    """A customer, the first of the family, as each game sees it; a fixed number of statements. Of a draw, plays are tickets."""
    day = organisation.company_day(now)
    where = {"family": list(family), "game_ids": [one.id for one in found], "today": day}
    chances = {row[0]: row[1:] for row in sql.rows(CHANCES, where)}
    plays = {row[0]: row[1:] for row in sql.rows(PLAYS, where)}
    tickets = {row[0]: row[1:] for row in sql.rows(TICKETS, where)}
    person = people(family[:1]).get(family[0], Person(False, frozenset(), ""))
    lasts = [one.last_sale_at for one in loyalty.standings(family).values() if one.last_sale_at is not None]
    costs = any(one.rules.points_cost for one in found)
    points = loyalty.books(family[:1])[family[0]].spendable(day) if costs else 0
    made = {}
    for one in found:
        played = (tickets if one.rules.kind is GameKind.DRAW else plays).get(one.id, (0, 0))
        left, has_first = chances.get(one.id, (0, False))
        since = now - timedelta(days=one.rules.who.bought_days)
        made[one.id] = Player(
            is_blocked=person.is_blocked,
            tier=person.tier,
            tags=person.tags,
            has_bought=any(last >= since for last in lasts),
            plays_today=played[0],
            plays_in_all=played[1],
            chances=left + (0 if has_first else one.rules.first_chances),
            points=points,
        )
    return made


def openings(family: Sequence[int], now: datetime) -> list[Opening]:
    """The live games of which this customer, the first of the family, is not barred, with what is left of each."""
    found = [one for one in live_games() if now < one.rules.ends_at]
    if not found:
        return []
    known = players(found, family, now)
    made = []
    for one in found:
        player = known[one.id]
        if rules.barred(one.rules, player):
            continue
        is_draw = one.rules.kind is GameKind.DRAW
        made.append(
            Opening(
                game=one,
                chances_left=player.chances,
                plays_today=player.plays_today,
                plays_in_all=player.plays_in_all,
                plays_left=rules.plays_left(one.rules, player),
                refusal=_refusal(one, player, now),
                refusal_words=in_languages(partial(_refusal, one, player, now)),
                tickets=player.plays_in_all if is_draw else 0,
            )
        )
    return made


def _refusal(game: GameView, player: Player, now: datetime) -> str:
    """Why a customer cannot play a game now, "" where it can; tickets of a draw are asked for one way or another."""
    is_draw = game.rules.kind is GameKind.DRAW
    return rules.closed(game.rules, game.state, now) or ("" if is_draw else rules.spent_up(game.rules, player))


def claims(
    *,
    family: Collection[int] = (),
    state: ClaimState | None = None,
    code: str = "",
    game_of: int | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[ClaimView]:
    """Goods won, the latest first: of a family, of a state, of a game, or with that code; those `before` (won at, id)."""
    where, given = ["TRUE"], {"limit": limit, "family": list(family), "state": state, "code": code, "game": game_of}
    if family:
        where.append("claim.customer_id = ANY(%(family)s::bigint[])")
    if state is not None:
        where.append("claim.state = %(state)s")
    if code:
        where.append("claim.code = %(code)s")
    if game_of is not None:
        where.append("claim.game_id = %(game)s")
    if before is not None:
        where.append("(win.won_at, claim.win_id) < (%(before_at)s, %(before_id)s)")
        given |= {"before_at": before[0], "before_id": before[1]}
    return [_claim(row) for row in sql.rows(CLAIMS.format(where=" AND ".join(where)), given)]


def _claim(row: tuple[Any, ...]) -> ClaimView:
    return ClaimView(
        win_id=row[0],
        game=row[1],
        prize=row[2],
        customer_id=row[3],
        code=row[4],
        state=ClaimState(row[5]),
        expires_on=row[6],
        won_at=row[7],
        collected_at=row[8],
        station_id=row[9],
        collected_by=row[10],
    )


def claims_of(win_ids: Collection[UUID]) -> list[ClaimView]:
    """The claims of these wins."""
    where = CLAIMS.format(where="claim.win_id = ANY(%(ids)s::uuid[])")
    return [_claim(row) for row in sql.rows(where, {"ids": list(win_ids), "limit": len(win_ids)})]


def has_tickets(game_id: int, family: Collection[int], origin: str) -> bool:
    """Whether somebody of the family has tickets of that origin already."""
    return TicketRow.objects.filter(customer_id__in=list(family), game_id=game_id, origin=origin).exists()


def ticket_parts(game_id: int, customer_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """The highest part of tickets, void ones too, by (customer, origin)."""
    rows = TicketRow.objects.filter(game_id=game_id, customer_id__in=set(customer_ids))
    return {(row[0], row[1]): row[2] for row in rows.values_list("customer_id", "origin").annotate(most=Max("part"))}


def open_claims() -> int:
    """How many prizes wait to be collected."""
    return Claim.objects.filter(state=ClaimState.OPEN).count()


def has_first(game_id: int, family: Collection[int]) -> bool:
    """Whether somebody of the family had the chances that everybody has once."""
    return Chance.objects.filter(customer_id__in=list(family), game_id=game_id, origin="first").exists()


def coupon_code(coupon_id: UUID | None) -> str:
    """The code of a coupon that was won; "" where it was none."""
    found = sql.rows("SELECT code FROM coupons_coupon WHERE id = %(id)s", {"id": coupon_id}) if coupon_id else []
    return str(found[0][0]) if found else ""
