"""Which pieces go into the parts of sets: the dearest that can, each into one part.

The parts are filled from the dearest piece down. A piece that finds its parts full moves others on where that makes room,
and what is in stays in: so the pieces that fill the parts cost as much as any that could (a transversal matroid).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from forecourt.offers.rules.effects.spreading import Run

_Way = list[tuple[int, int]]
"""Steps (item, part): a piece of the item goes into the part, from the second step on out of the part before."""


def filled(fits: Sequence[tuple[Run, Sequence[int]]], counts: Sequence[int]) -> dict[int, int] | None:
    """How many pieces of which items fill parts that hold so many pieces each; None where they cannot be filled.

    `fits` are the runs, the dearest first, each with the parts it fits.
    """
    room = list(counts)
    missing = sum(room)
    held: list[dict[int, int]] = [{} for _ in counts]
    parts_of = {run.number: parts for run, parts in fits}
    taken: dict[int, int] = {}
    for run, parts in fits:
        left = min(run.pieces, missing)
        while left and (way := _way_in(run.number, parts, room, held, parts_of)):
            moved = min([left, room[way[-1][1]], *_movable(way, held)])
            _move(way, moved, held)
            room[way[-1][1]] -= moved
            taken[run.number] = taken.get(run.number, 0) + moved
            missing -= moved
            left -= moved
        if not missing:
            return taken
    return None


def _way_in(
    number: int,
    parts: Sequence[int],
    room: Sequence[int],
    held: Sequence[Mapping[int, int]],
    parts_of: Mapping[int, Sequence[int]],
) -> _Way:
    """The shortest way of an item into one of these parts that ends in one with room; empty where there is none."""
    ways: dict[int, _Way] = {part: [(number, part)] for part in parts}
    waiting = list(parts)
    for part in waiting:
        if room[part]:
            return ways[part]
        for item in held[part]:
            for other in parts_of[item]:
                if other not in ways:
                    ways[other] = [*ways[part], (item, other)]
                    waiting.append(other)
    return []


def _movable(way: _Way, held: Sequence[Mapping[int, int]]) -> list[int]:
    """How many pieces each part on the way can pass on."""
    return [held[before][item] for (_, before), (item, _) in pairwise(way)]


def _move(way: _Way, count: int, held: Sequence[dict[int, int]]) -> None:
    before: int | None = None
    for item, part in way:
        held[part][item] = held[part].get(item, 0) + count
        if before is not None:
            held[before][item] -= count
            if not held[before][item]:
                del held[before][item]
        before = part
