"""What the API answers about prizes that were won, and about a draw and who stepped in."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from ninja import Schema

from forecourt.games import rules
from forecourt.games.queries import Drawn, Protocol, WinView
from forecourt.games.values import ClaimState, ClaimView
from forecourt.kernel.schemas import Body, Code, Figure


class WinOut(Schema):
    """A prize that a customer won. `state` is offered (to confirm until `confirm_by`), given, lost, waiting for a coupon that
    cannot be issued now, or won while it is about to be given. `reserve` is the customer's place among the reserves, where
    that is how it was won.
    """

    id: UUID
    game: str
    prize: str
    name: str
    kind: str
    points: int
    state: str
    won_at: datetime
    confirm_by: date | None
    reserve: int | None

    @classmethod
    def of(cls, win: WinView) -> "WinOut":
        return cls(
            id=win.id,
            game=win.game,
            prize=win.prize,
            name=win.prize_name,
            kind=win.kind.value,
            points=win.points,
            state=state_of(
                is_given=win.granted_at is not None,
                is_lost=win.lost_at is not None,
                is_offered=win.is_offered,
                is_waiting=win.waits_since is not None,
            ),
            won_at=win.won_at,
            confirm_by=win.confirm_by,
            reserve=win.reserve,
        )


class GameWinOut(WinOut):
    """A prize that somebody won in a game: by whom, who pays and what it cost; in a draw with its `place` and `ticket`. Who
    stepped in did so for the ticket `in_place_of`. Of a prize that was lost, why, by whose doing and the reason given.
    """

    customer_id: int
    funder: str
    cost: Figure
    place: int | None
    ticket: int | None
    in_place_of: int | None
    claim: ClaimState | None
    lost_at: datetime | None
    lost_why: str
    lost_by: str
    lost_reason: str

    @classmethod
    def of(cls, win: WinView) -> "GameWinOut":
        more = {name: getattr(win, name) for name in cls.model_fields.keys() & set(WinView._fields)}
        return cls(**WinOut.of(win).model_dump() | more | {"name": win.prize_name, "in_place_of": win.before})


class GameClaimOut(Schema):
    """Goods that were won. `state` is open, collected or expired."""

    id: UUID
    game: str
    prize: str
    customer_id: int
    code: str
    state: str
    expires_on: date
    won_at: datetime
    collected_at: datetime | None

    @classmethod
    def of(cls, claim: ClaimView) -> "GameClaimOut":
        return cls.model_validate({"id": claim.win_id, **msgspec.structs.asdict(claim), "state": claim.state.value})


class GameCollectBody(Body):
    """Where goods are handed over: a station's code."""

    station: Code


def state_of(*, is_given: bool, is_lost: bool, is_offered: bool, is_waiting: bool) -> str:
    """How a prize that was won stands."""
    if is_given or is_lost:
        return "given" if is_given else "lost"
    return "offered" if is_offered else "waiting" if is_waiting else "won"


class DrawnOut(Schema):
    """A winning ticket; `counter` is that of the value that chose it. `state` is offered, given, lost, waiting for a coupon
    that cannot be issued now, or won while it is about to be given.
    """

    prize: str
    place: int
    ticket: int
    counter: int
    state: str


class ReserveOut(Schema):
    """A reserve's ticket, by the place among the prize's reserves. Who stepped in has the ticket that lost the prize in
    `steps_in_for`, and the `state` of a winner; null for the others.
    """

    prize: str
    place: int
    ticket: int
    counter: int
    steps_in_for: int | None
    state: str | None


class ProtocolOut(Schema):
    """A draw. `seed` stays empty until it is held; `message` is what the values are computed from. The reserves follow
    after all winners from the same seed and list; `is_right` covers them and every step that they took.
    """

    code: str
    commitment: str
    committed_at: datetime
    list_hash: str
    tickets: int
    holders: int
    weight: int
    frozen_at: datetime | None
    drawn_at: datetime | None
    entropy: str
    seed: str
    message: str
    winners: list[DrawnOut]
    reserves: list[ReserveOut]
    is_right: bool

    @classmethod
    def of(cls, code: str, found: Protocol) -> "ProtocolOut":
        frozen = found.frozen
        tickets = {one.win_id: one.ticket for one in (*found.drawn, *found.passed)}
        passed = {one.win_id: one for one in found.passed}
        return cls(
            code=code,
            commitment=found.commitment,
            committed_at=found.committed_at,
            list_hash=frozen.list_hash,
            tickets=frozen.tickets,
            holders=frozen.holders,
            weight=frozen.weight,
            frozen_at=frozen.frozen_at,
            drawn_at=frozen.drawn_at,
            entropy=frozen.entropy,
            seed=found.seed,
            message=rules.draw_message(code, frozen.list_hash, frozen.entropy) if frozen.drawn_at else "",
            winners=[
                DrawnOut(prize=one.prize, place=one.place, ticket=one.ticket, counter=one.counter, state=_state(one))
                for one in found.drawn
            ],
            reserves=[
                ReserveOut(
                    prize=one.prize,
                    place=one.place,
                    ticket=one.ticket,
                    counter=one.counter,
                    steps_in_for=tickets.get(win.in_place_of) if win is not None and win.in_place_of else None,
                    state=_state(win) if win is not None else None,
                )
                for one in found.reserves
                for win in [passed.get(one.win_id) if one.win_id is not None else None]
            ],
            is_right=found.is_right,
        )


def _state(one: Drawn) -> str:
    is_given, is_lost = one.granted_at is not None, one.lost_at is not None
    is_offered, is_waiting = one.confirm_by is not None, one.waits_since is not None
    return state_of(is_given=is_given, is_lost=is_lost, is_offered=is_offered, is_waiting=is_waiting)
