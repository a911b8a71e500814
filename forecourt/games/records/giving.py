"""Chances, tickets and prizes given, in lists, each origin once. Callers hold the customers' locks."""

import secrets
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from forecourt.coupons import records as coupons
from forecourt.coupons.events import CouponIssued
from forecourt.coupons.values import NewCoupon
from forecourt.games.events import GameWon
from forecourt.games.values import GameView, Prize, PrizeKind
from forecourt.kernel import clock, sql
from forecourt.kernel.events import Event
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import records as loyalty
from forecourt.loyalty.values import Gift
from forecourt.organisation import queries as organisation

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 10
GIVE_CHANCES: Final = """
INSERT INTO games_chance (game_id, customer_id, origin, count, used, given_at, given_by, reason)
SELECT game_id, customer_id, origin, count, 0, %(now)s, %(by)s, %(reason)s
FROM unnest(%(games)s::bigint[], %(customers)s::bigint[], %(origins)s::text[], %(counts)s::int[])
  AS given (game_id, customer_id, origin, count)
ON CONFLICT (customer_id, game_id, origin) DO NOTHING
RETURNING game_id, customer_id, origin
"""
TAKE_CHANCES_BACK: Final = """
UPDATE games_chance AS chance SET count = greatest(chance.used, due.count)
FROM unnest(%(games)s::bigint[], %(customers)s::bigint[], %(origins)s::text[], %(counts)s::int[])
  AS due (game_id, customer_id, origin, count)
WHERE chance.game_id = due.game_id AND chance.origin = due.origin AND chance.customer_id = due.customer_id
  AND chance.customer_id = ANY(%(customers)s::bigint[]) AND chance.count > greatest(chance.used, due.count)
"""
GIVE_TICKETS: Final = """
INSERT INTO games_ticket (game_id, customer_id, origin, part, weight, points_spent, given_at, day)
SELECT given.game_id, given.customer_id, given.origin, part, given.weight, given.points, %(now)s, given.day
FROM unnest(%(games)s::bigint[], %(customers)s::bigint[], %(origins)s::text[], %(firsts)s::int[], %(counts)s::int[],
            %(weights)s::int[], %(points)s::int[], %(days)s::date[]) WITH ORDINALITY
  AS given (game_id, customer_id, origin, first, count, weight, points, day, place)
CROSS JOIN generate_series(given.first, given.first + given.count - 1) AS part
ORDER BY given.place, part
ON CONFLICT (customer_id, game_id, origin, part) DO NOTHING
RETURNING id, game_id, customer_id, origin
"""
TAKE_TICKETS_BACK: Final = """
UPDATE games_ticket AS ticket SET voided_at = %(now)s
FROM unnest(%(games)s::bigint[], %(customers)s::bigint[], %(origins)s::text[], %(counts)s::int[])
  AS due (game_id, customer_id, origin, count)
WHERE ticket.game_id = due.game_id AND ticket.origin = due.origin AND ticket.customer_id = due.customer_id
  AND ticket.customer_id = ANY(%(customers)s::bigint[]) AND ticket.part > due.count AND ticket.voided_at IS NULL
"""
WIN_COLUMNS: Final = (
    "id",
    "game_id",
    "prize_id",
    "unit",
    "customer_id",
    "kind",
    "play_id",
    "ticket_id",
    "place",
    "counter",
    "points",
    "funder",
    "cost",
    "won_at",
    "confirm_by",
    "in_place_of",
    "reserve",
    "lost_why",
    "lost_by",
    "lost_reason",
)
GRANTED: Final = """
UPDATE games_win AS win
SET granted_at = %(now)s, waits_since = NULL, customer_id = given.customer_id, coupon_id = given.coupon_id
FROM unnest(%(ids)s::uuid[], %(customers)s::bigint[], %(coupons)s::uuid[]) AS given (id, customer_id, coupon_id)
WHERE win.id = given.id AND win.granted_at IS NULL AND win.lost_at IS NULL
"""
CLAIM: Final = """
INSERT INTO games_claim (win_id, game_id, customer_id, code, state, expires_on, collected_by)
SELECT id, %(game_id)s, customer_id, code, 'open', expires_on, ''
FROM unnest(%(ids)s::uuid[], %(customers)s::bigint[], %(codes)s::text[], %(expires)s::date[])
  AS given (id, customer_id, code, expires_on)
ON CONFLICT (win_id) DO NOTHING
"""


class Given(NamedTuple):
    """So many chances, or tickets of a draw, for a customer; `points` is what each ticket cost. `day`: the day that tickets
    count for, by the company's clock, today unless given.
    """

    game_id: int
    customer_id: int
    origin: str
    many: int
    weight: int = 1
    points: int = 0
    first: int = 1
    day: date | None = None


class NewWin(NamedTuple):
    """A prize won, not given yet."""

    id: UUID
    game_id: int
    prize_id: int
    unit: int | None
    customer_id: int
    kind: str
    play_id: UUID | None
    ticket_id: int | None
    place: int | None
    counter: int | None
    points: int
    funder: str
    cost: Decimal
    won_at: datetime
    confirm_by: date | None = None
    in_place_of: UUID | None = None
    reserve: int | None = None


class Grant(NamedTuple):
    """A win to give to a customer (today's survivor)."""

    win_id: UUID
    customer_id: int
    prize: Prize


class Granted(NamedTuple):
    """What giving a win made: the code and last day of goods, or the coupon's code."""

    code: str = ""
    collect_until: date | None = None
    coupon_code: str = ""


def _columns(given: Sequence[Given]) -> dict[str, list[object]]:
    return {
        "games": [one.game_id for one in given],
        "customers": [one.customer_id for one in given],
        "origins": [one.origin for one in given],
        "counts": [one.many for one in given],
    }


def give_chances(given: Sequence[Given], by: str, reason: str = "") -> list[Given]:
    """Give chances; returns those that are new. Callers publish `ChanceGiven`."""
    if not given:
        return []
    more = {"now": clock.now(), "by": by, "reason": reason}
    new = {tuple(row) for row in sql.rows(GIVE_CHANCES, _columns(given) | more)}
    return [one for one in given if (one.game_id, one.customer_id, one.origin) in new]


def take_chances_back(due: Sequence[Given]) -> None:
    """Leave no more chances for these origins than are due; those that are used stay."""
    if due:
        sql.run(TAKE_CHANCES_BACK, _columns(due))


def give_tickets(given: Sequence[Given]) -> dict[tuple[int, int, str], list[int]]:
    """Give tickets; returns the numbers of the new ones by (game, customer, origin). Callers publish `DrawEntered`."""
    if not given:
        return {}
    now = clock.now()
    today = organisation.company_day(now)
    more = {
        "firsts": [one.first for one in given],
        "weights": [one.weight for one in given],
        "points": [one.points for one in given],
        "now": now,
        "days": [one.day or today for one in given],
    }
    made: dict[tuple[int, int, str], list[int]] = {}
    for number, game_id, customer_id, origin in sql.rows(GIVE_TICKETS, _columns(given) | more):
        made.setdefault((game_id, customer_id, origin), []).append(number)
    return made


def take_tickets_back(due: Sequence[Given]) -> None:
    """Void the tickets of these origins beyond those that are due."""
    if due:
        sql.run(TAKE_TICKETS_BACK, _columns(due) | {"now": clock.now()})


def add_wins(wins: Collection[NewWin]) -> None:
    """Write prizes that were won; they are given by `grant`."""
    sql.copy_in("games_win", WIN_COLUMNS, [sql.copy_line(*win, "", "", "") for win in wins])


def origin_of(win_id: UUID) -> str:
    """What a prize is given for: the same name in every ledger."""
    return f"game:{win_id}"


def origin_of_tickets(game_id: int, origin: str) -> str:
    """What the points of tickets are spent for."""
    return f"game:{game_id}:{origin}"


def grant(game: GameView, grants: Sequence[Grant], actor: str) -> tuple[dict[UUID, Granted], list[Event]]:
    """Give prizes that were won, each once; returns what was made of each and the events to publish.

    Invalid, naming the template, where a coupon is no longer issued. Callers hold the customers' locks.
    """
    now = clock.now()
    of_kind: dict[PrizeKind, list[Grant]] = {}
    for one in grants:
        of_kind.setdefault(one.prize.kind, []).append(one)
    made: dict[UUID, Granted] = {one.win_id: Granted() for one in grants}
    events: list[Event] = []
    coupon_ids = _give_coupons(of_kind.get(PrizeKind.COUPON, []), made, events, now)
    _give_points(game, of_kind.get(PrizeKind.POINTS, []), events, actor)
    _open_claims(game, of_kind.get(PrizeKind.GOODS, []), made, now)
    sql.run(
        GRANTED,
        {
            "now": now,
            "ids": [one.win_id for one in grants],
            "customers": [one.customer_id for one in grants],
            "coupons": [coupon_ids.get(one.win_id) for one in grants],
        },
    )
    for one in grants:
        events.append(
            GameWon(
                customer_id=one.customer_id,
                occurred_at=now,
                game=game.rules.code,
                title=game.rules.name,
                win_id=one.win_id,
                prize=one.prize.code,
                prize_name=one.prize.name,
                kind=one.prize.kind.value,
            )
        )
    return made, events


def _give_points(game: GameView, grants: Sequence[Grant], events: list[Event], actor: str) -> None:
    if not grants:
        return
    gifts = [
        Gift(
            customer_id=one.customer_id,
            points=one.prize.points,
            origin=origin_of(one.win_id),
            reason=f"{game.rules.name} · {one.prize.name}",
            actor=actor,
        )
        for one in grants
    ]
    events += loyalty_events.moved(loyalty.give(gifts))


def _give_coupons(
    grants: Sequence[Grant], made: dict[UUID, Granted], events: list[Event], now: datetime
) -> dict[UUID, UUID]:
    """Coupon ids by win."""
    if not grants:
        return {}
    wanted = [
        NewCoupon(template=one.prize.template, customer_id=one.customer_id, origin=origin_of(one.win_id))
        for one in grants
    ]
    issued = coupons.issue(wanted)
    ids = {}
    for one, coupon in zip(grants, issued, strict=True):  # wins are new, so none was issued before
        ids[one.win_id] = coupon.id
        made[one.win_id] = Granted(coupon_code=coupon.code)
        events.append(
            CouponIssued(
                customer_id=one.customer_id,
                occurred_at=now,
                coupon_id=coupon.id,
                template=coupon.template,
                origin=origin_of(one.win_id),
            )
        )
    return ids


def _open_claims(game: GameView, grants: Sequence[Grant], made: dict[UUID, Granted], now: datetime) -> None:
    if not grants:
        return
    day = organisation.company_day(now)
    for one in grants:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        made[one.win_id] = Granted(code=code, collect_until=day + timedelta(days=one.prize.collect_days))
    sql.run(
        CLAIM,
        {
            "game_id": game.id,
            "ids": [one.win_id for one in grants],
            "customers": [one.customer_id for one in grants],
            "codes": [made[one.win_id].code for one in grants],
            "expires": [made[one.win_id].collect_until for one in grants],
        },
    )
