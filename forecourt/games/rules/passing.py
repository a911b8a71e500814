"""Prizes of a draw passed on: who holds each, and whether every step follows from the reserves as they were drawn. Pure.

A prize is a chain: its winner's win, then, each time one is lost, the win of the next reserve of that prize, by place. The
last of a chain holds the prize, unless it is lost too: then no reserve was left.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID


class Held(NamedTuple):
    """A win of a draw as recorded. `reserve` is the place of the reserve whose it is, who stepped in for the win `before`."""

    id: UUID
    prize: str
    ticket: int
    unit: int | None = None
    reserve: int | None = None
    before: UUID | None = None
    is_lost: bool = False
    is_given: bool = False


class Reserve(NamedTuple):
    """A reserve as recorded, with the win it stepped in with."""

    prize: str
    place: int
    ticket: int
    counter: int
    win_id: UUID | None = None


def passing_faults(wins: Sequence[Held], reserves: Sequence[Reserve]) -> list[str]:
    """Where prizes were passed on otherwise than the reserves say, in words for who keeps the books; empty: all is right."""
    return [*_steps(wins, reserves), *_ends(wins, reserves), *_order(reserves)]


def _steps(wins: Sequence[Held], reserves: Sequence[Reserve]) -> Iterator[str]:
    """Each step leads from a lost win to the ticket of a reserve of the same prize."""
    known = {win.id: win for win in wins}
    stepped = {one.win_id: one for one in reserves if one.win_id is not None}
    taken: set[UUID] = set()
    for win in wins:
        who = stepped.pop(win.id, None)
        if win.reserve is None and win.before is None and who is None:
            continue
        before = known.get(win.before) if win.before is not None else None
        if who is None or (who.prize, who.place, who.ticket) != (win.prize, win.reserve, win.ticket):
            yield f"win {win.id} is no reserve's"
        if before is None or not before.is_lost or (before.prize, before.unit) != (win.prize, win.unit):
            yield f"win {win.id} steps in for none that was lost"
        elif before.id in taken:
            yield f"win {before.id} was passed on twice"
        else:
            taken.add(before.id)
    yield from (f"reserve {one.place} of {one.prize} stepped in without a win" for one in stepped.values())


def _ends(wins: Sequence[Held], reserves: Sequence[Reserve]) -> Iterator[str]:
    """What is lost is not given, and passed on as long as there are reserves."""
    passed = {win.before for win in wins}
    waiting = {one.prize for one in reserves if one.win_id is None}
    for win in wins:
        if win.is_lost and win.is_given:
            yield f"win {win.id} is lost and given"
        if win.is_lost and win.id not in passed and win.prize in waiting:
            yield f"win {win.id} is lost and not passed on"


def _order(reserves: Sequence[Reserve]) -> Iterator[str]:
    """Reserves step in by their places."""
    waiting: dict[str, int] = {}
    for one in sorted(reserves, key=lambda one: one.place):
        if one.win_id is None:
            waiting.setdefault(one.prize, one.place)
        elif one.prize in waiting:
            yield f"reserve {one.place} of {one.prize} stepped in before reserve {waiting[one.prize]}"
