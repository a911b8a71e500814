"""What people at the chain did by hand: points given and taken, notes written, doubles merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from forecourt.connectors.demo.programme import ADJUSTMENTS, NOTES
from forecourt.connectors.demo.values import Member, Sizes, dice
from forecourt.customers import services as customers
from forecourt.kernel.actors import Actor
from forecourt.loyalty import services as loyalty

_MOST_ADJUSTED: Final = 24
_MOST_NOTED: Final = 60


@dataclass(frozen=True, slots=True)
class Traces:
    """How many of each were left."""

    adjustments: int
    notes: int
    merged: int


def leave_traces(actor: Actor, sizes: Sizes, members: Sequence[Member]) -> Traces:
    """Adjust points of some members, write notes on some, and merge those doubles that are to be merged."""
    random = dice(sizes.seed, "traces")
    singles = [member for member in members if member.double_of is None]
    return Traces(_adjust(actor, singles, random), _note(actor, singles, random), _merge(actor, members))


def _adjust(actor: Actor, members: Sequence[Member], random: Random) -> int:
    chosen = random.sample(members, min(_MOST_ADJUSTED, len(members) // 20))
    for member in chosen:
        points, reason = random.choice(ADJUSTMENTS)
        loyalty.adjust_points(actor, member.id, points, reason)
    return len(chosen)


def _note(actor: Actor, members: Sequence[Member], random: Random) -> int:
    chosen = random.sample(members, min(_MOST_NOTED, len(members) // 20))
    for member in chosen:
        customers.write_note(actor, member.id, random.choice(NOTES))
    return len(chosen)


def _merge(actor: Actor, members: Sequence[Member]) -> int:
    doubles = [member for member in members if member.double_of is not None and member.merge_later]
    for double in doubles:
        customers.merge_customers(actor, members[double.double_of or 0].id, double.id, "同一顾客重复建档")
    return len(doubles)
