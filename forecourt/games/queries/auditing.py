"""What is published of chance: the spins of a day recomputed, the draw's list and protocol recomputed."""

import zlib
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from forecourt.games import rules
from forecourt.games.models import Drawing
from forecourt.games.queries.games import game, seed
from forecourt.games.rules import Columns, Held, Rank, Reserve
from forecourt.games.values import Frozen, GameView
from forecourt.kernel import clock, sql
from forecourt.organisation import queries as organisation

SPINS: Final = """
SELECT player, number, landed, segment, played_at FROM games_play
WHERE game_id = %(game_id)s AND day = %(day)s ORDER BY played_at, player, number
"""
DAYS: Final = """
SELECT seed.day, seed.commitment, seed.committed_at, count(play.id)
FROM games_seed AS seed
LEFT JOIN games_play AS play ON play.game_id = seed.game_id AND play.day = seed.day
WHERE seed.game_id = %(game_id)s AND seed.day IS NOT NULL GROUP BY seed.id ORDER BY seed.day
"""
LIST: Final = """
SELECT ticket.id, ticket.weight, coalesce(customer.merged_into_id, ticket.customer_id)
FROM games_ticket AS ticket
JOIN customers_customer AS customer ON customer.id = ticket.customer_id
LEFT JOIN customers_customer AS survivor ON survivor.id = customer.merged_into_id
WHERE ticket.game_id = %(game_id)s AND ticket.voided_at IS NULL
  AND NOT coalesce(survivor.is_blocked, customer.is_blocked)
ORDER BY ticket.id
"""
DRAWN: Final = """
SELECT prize.code, win.place, win.ticket_id, win.counter, win.id, win.customer_id, win.granted_at, win.unit, win.reserve,
       win.in_place_of, win.confirm_by, win.lost_at, win.lost_why, win.waits_since
FROM games_win AS win JOIN games_prize AS prize ON prize.id = win.prize_id
WHERE win.game_id = %(game_id)s AND win.ticket_id IS NOT NULL ORDER BY win.counter
"""
RESERVES: Final = """
SELECT prize.code, reserve.place, reserve.ticket_id, reserve.counter, reserve.win_id
FROM games_reserve AS reserve JOIN games_prize AS prize ON prize.id = reserve.prize_id
WHERE reserve.game_id = %(game_id)s ORDER BY reserve.counter
"""
HELD: Final = """
SELECT drawing.game_id, game.code
FROM games_drawing AS drawing JOIN games_game AS game ON game.id = drawing.game_id
WHERE drawing.drawn_at IS NOT NULL ORDER BY drawing.game_id
"""


class AuditDay(NamedTuple):
    """A day of a wheel: what was committed for it, when, and how many spins it had."""

    day: date
    commitment: str
    committed_at: datetime
    spins: int


class Spin(NamedTuple):
    """A spin as recorded, and where its seed says it landed. `is_right`: both agree, and what was given follows."""

    player: str
    number: int
    landed: int
    segment: int
    played_at: datetime
    computed: int
    is_right: bool


class SpinAudit(NamedTuple):
    """A past day recomputed. `gaps`: players whose spins are not numbered 1, 2, 3...; `seed` in hexadecimal digits."""

    day: date
    seed: str
    commitment: str
    seed_fits: bool
    spins: list[Spin]
    wrong: int
    gaps: int


class Drawn(NamedTuple):
    """A winner as recorded, or who stepped in `in_place_of` one: the reserve with the place `reserve`."""

    prize: str
    place: int
    ticket: int
    counter: int
    win_id: UUID
    customer_id: int
    granted_at: datetime | None
    unit: int | None = None
    reserve: int | None = None
    in_place_of: UUID | None = None
    confirm_by: date | None = None
    lost_at: datetime | None = None
    lost_why: str = ""
    waits_since: datetime | None = None


class Protocol(NamedTuple):
    """A draw, recomputed from what is published: each check with its verdict. `seed` is "" until the draw is held.

    `drawn` are the winners in the order they were drawn, `passed` the wins of reserves who stepped in, by their places.
    """

    game: GameView
    frozen: Frozen
    seed: str
    commitment: str
    committed_at: Any
    drawn: list[Drawn]
    passed: list[Drawn]
    reserves: list[Reserve]
    list_fits: bool
    seed_fits: bool
    winners_fit: bool
    reserves_fit: bool
    tickets_fit: bool
    passing_faults: list[str]

    @property
    def is_right(self) -> bool:
        fits = (self.list_fits, self.seed_fits, self.winners_fit, self.reserves_fit, self.tickets_fit)
        return all(fits) and not self.passing_faults

    @property
    def faults(self) -> list[str]:
        """What differs, in words for who keeps the books."""
        said = [
            (self.list_fits, "the list is not the one whose SHA-256 was published"),
            (self.seed_fits, "the seed is not the one whose SHA-256 was published"),
            (self.winners_fit, "the winners do not follow from seed and list"),
            (self.reserves_fit, "the reserves do not follow from seed and list"),
            (self.tickets_fit, "the list holds tickets that are not there"),
        ]
        return [text for fits, text in said if not fits] + self.passing_faults

    def holders(self) -> dict[UUID, Drawn]:
        """Whose each winner's prize is now, by the winner's win: the last who stepped in for it."""
        following = {one.in_place_of: one for one in self.passed}
        found = {}
        for one in self.drawn:
            last = one
            while last.win_id in following:
                last = following[last.win_id]
            found[one.win_id] = last
        return found


def audit_days(game_id: int) -> list[AuditDay]:
    """The days of a wheel that have begun, with their commitments, the first first."""
    return [AuditDay(*row) for row in sql.rows(DAYS, {"game_id": game_id})]


def is_over(day: date) -> bool:
    """Whether a day's seed may be told."""
    return day < organisation.company_day(clock.now())


def spin_audit(game_id: int, day: date) -> SpinAudit | None:
    """All spins of a day that is over, recomputed; None while it runs, or where it has no seed."""
    known = seed(game_id, day) if is_over(day) else None
    found = game(game_id)
    wheel = found.rules.wheel
    if known is None or wheel is None:
        return None
    spins, numbers = [], dict[str, list[int]]()
    for player, number, landed, segment, played_at in sql.rows(SPINS, {"game_id": game_id, "day": day}):
        computed = rules.spun(known.seed, found.rules.code, day, player, number, wheel)
        follows = segment == landed or (segment == wheel.consolation and bool(wheel.segments[landed].prize))
        spins.append(Spin(player, number, landed, segment, played_at, computed, landed == computed and follows))
        numbers.setdefault(player, []).append(number)
    return SpinAudit(
        day=day,
        seed=known.seed.hex(),
        commitment=known.commitment,
        seed_fits=rules.commitment_of(known.seed) == known.commitment,
        spins=spins,
        wrong=sum(not spin.is_right for spin in spins),
        gaps=sum(sorted(of_player) != list(range(1, len(of_player) + 1)) for of_player in numbers.values()),
    )


def ticket_list(game_id: int) -> tuple[bytes, int, int]:
    """The tickets that hold, as the text that is frozen, with how many holders they have and what they weigh.

    Tickets of blocked customers are left out; those of merged ones are their survivor's.
    """
    holders: dict[int, int] = {}
    found = [
        rules.Ticket(number, weight, holders.setdefault(customer_id, len(holders) + 1))
        for number, weight, customer_id in sql.rows(LIST, {"game_id": game_id})
    ]
    return rules.list_text(found), len(holders), sum(ticket.weight for ticket in found)


def frozen_list(game_id: int) -> bytes:
    """The list as it was frozen; empty where none was."""
    body = Drawing.objects.filter(pk=game_id).values_list("list_body", flat=True).first()
    return zlib.decompress(bytes(body)) if body is not None else b""


def frozen(game_id: int) -> Frozen | None:
    """What is known of a draw's list; None before it is frozen."""
    row = Drawing.objects.filter(pk=game_id).defer("list_body").first()
    if row is None:
        return None
    return Frozen(
        tickets=row.tickets,
        holders=row.holders,
        weight=row.weight,
        list_hash=row.list_hash,
        frozen_at=row.frozen_at,
        frozen_by=row.frozen_by,
        drawn_at=row.drawn_at,
        drawn_by=row.drawn_by,
        entropy=row.entropy,
        done_at=row.done_at,
    )


def draws_to_give() -> list[int]:
    """Draws that were held and whose prizes are not all given."""
    return list(Drawing.objects.filter(drawn_at__isnull=False, done_at__isnull=True).values_list("game_id", flat=True))


def ranks_of(found: GameView) -> list[Rank]:
    """The prizes of a draw as they are drawn: all winners, then all reserves."""
    prizes = [prize for prize in found.rules.prizes if prize.winners]
    return [
        *(Rank(prize.code, prize.winners, prize.prize_class) for prize in prizes),
        *(Rank(prize.code, prize.reserves, prize.prize_class, True) for prize in prizes if prize.reserves),
    ]


def drawn(game_id: int) -> list[Drawn]:
    """The wins of a draw as recorded, in the order their tickets were drawn: of winners, and of reserves who stepped in."""
    return [Drawn(*row) for row in sql.rows(DRAWN, {"game_id": game_id})]


def reserves(game_id: int) -> list[Reserve]:
    """The reserves of a draw as recorded, in the order they were drawn."""
    return [Reserve(*row) for row in sql.rows(RESERVES, {"game_id": game_id})]


def protocol(game_id: int) -> Protocol | None:
    """A draw recomputed from its list and seed; None before the list is frozen."""
    state = frozen(game_id)
    known = seed(game_id, None)
    if state is None or known is None:
        return None
    found = game(game_id)
    text = frozen_list(game_id)
    recorded, standing_by = drawn(game_id), reserves(game_id)
    of_winners = [one for one in recorded if one.reserve is None]
    is_held = state.drawn_at is not None
    columns = rules.columns_of(text)
    computed = _recomputed(known.seed, found, state, columns) if is_held else []
    return Protocol(
        game=found,
        frozen=state,
        seed=known.seed.hex() if is_held else "",
        commitment=known.commitment,
        committed_at=known.committed_at,
        drawn=of_winners,
        passed=sorted((one for one in recorded if one.reserve is not None), key=lambda one: (one.prize, one.reserve)),
        reserves=standing_by,
        list_fits=rules.hash_of(text) == state.list_hash,
        seed_fits=rules.commitment_of(known.seed) == known.commitment,
        winners_fit=_of(computed, False) == [_as_drawn(one) for one in of_winners],
        reserves_fit=_of(computed, True) == [_as_drawn(one) for one in standing_by],
        tickets_fit=_tickets_fit(game_id, columns),
        passing_faults=rules.passing_faults([_as_held(one) for one in recorded], standing_by),
    )


def wrong_draws() -> tuple[int, list[tuple[str, str, str]]]:
    """All draws that were held, recomputed: how many, and where they differ as (which, recorded, computed)."""
    held = sql.rows(HELD)
    found = []
    for game_id, code in held:
        known = protocol(game_id)
        faults = known.faults if known is not None else ["there is no seed"]
        found += [(f"draw {code}", text, "what follows from seed and list") for text in faults]
    return len(held), found


_Place = tuple[str, int, int, int]
"""(prize, place, ticket, counter)"""


def _recomputed(seed_bytes: bytes, found: GameView, state: Frozen, columns: Columns) -> list[tuple[bool, _Place]]:
    """Each winner, and each reserve (True), as it must have been drawn."""
    made = rules.winners(seed_bytes, found.rules.code, state.list_hash, state.entropy, columns, ranks_of(found))
    return [(one.is_reserve, (one.prize, one.place, columns.numbers[one.line], one.counter)) for one in made]


def _of(computed: list[tuple[bool, _Place]], is_reserve: bool) -> list[_Place]:
    return [place for reserve, place in computed if reserve is is_reserve]


def _as_drawn(one: Drawn | Reserve) -> _Place:
    return (one.prize, one.place, one.ticket, one.counter)


def _as_held(one: Drawn) -> Held:
    is_lost, is_given = one.lost_at is not None, one.granted_at is not None
    return Held(one.win_id, one.prize, one.ticket, one.unit, one.reserve, one.in_place_of, is_lost, is_given)


def _tickets_fit(game_id: int, columns: Columns) -> bool:
    """Whether every line of the frozen list is a ticket of this draw with that weight."""
    held = dict(sql.rows("SELECT id, weight FROM games_ticket WHERE game_id = %(game_id)s", {"game_id": game_id}))
    return all(held.get(number) == weight for number, weight in zip(columns.numbers, columns.weights, strict=True))
