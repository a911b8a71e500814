"""The lucky draw, pure: the frozen list, its hash, and the winners that follow from seed, list and public text.

The list is text, a line for each ticket in rising order of its number: `number weight holder`. Holders are counted from 1
in the order of their first tickets, so that the list may be published. Its SHA-256 and the seed's are known before the
draw; the winners follow:

    message = "forecourt-draw-1|" code "|" SHA-256 of the list "|" SHA-256 of the public text (of nothing: "")
    value   = HMAC-SHA256(seed, message + "|" + counter), first 8 bytes; counter 0, 1, 2, ... over the whole draw

Prizes are drawn in their order, each winner so: the place is `value` modulo the weight of the pool; values at or above the
largest multiple of that weight are left out. The ticket in which the place lies, weights added up in the list's order, wins,
unless it has won already, or its holder has won in the prize's class; then the next value is taken. After 64 tickets in a
row that could not win, all such tickets are taken out of the pool of that class. Nobody left: no more winners.

After all winners the reserves are drawn, prize by prize in the same order, by the same rule and with the counter going on:
a reserve counts as having won. So reserves change nothing about who wins, and are as fixed as the winners are.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import Final, NamedTuple

from forecourt.games.rules.chance import values

MISSES: Final = 64
_RANGE: Final = 1 << 64


class Ticket(NamedTuple):
    number: int
    weight: int
    holder: int


class Rank(NamedTuple):
    """A prize to draw: so many winners, or reserves; nobody twice among the ranks of one class, "" forbids nothing."""

    prize: str
    winners: int
    prize_class: str = ""
    is_reserve: bool = False


class Winner(NamedTuple):
    """`place` counts a prize's winners, or its reserves, from 1; `line` is the ticket's in the list, from 0; `counter` its
    value's.
    """

    prize: str
    place: int
    line: int
    counter: int
    is_reserve: bool = False


class Columns(NamedTuple):
    """A list by its columns."""

    numbers: list[int]
    weights: list[int]
    holders: list[int]


def list_text(tickets: Iterable[Ticket]) -> bytes:
    """The list as it is hashed and published."""
    return "".join([f"{number} {weight} {holder}\n" for number, weight, holder in tickets]).encode()


def columns_of(text: bytes) -> Columns:
    """A list's columns from its text; ValueError where it is none."""
    figures = list(map(int, text.split()))
    if len(figures) % 3:
        raise ValueError("the list has a line without number, weight and holder")
    return Columns(figures[0::3], figures[1::3], figures[2::3])


def hash_of(text: bytes) -> str:
    return sha256(text).hexdigest()


def draw_message(code: str, list_hash: str, entropy: str) -> str:
    """What the values are computed from."""
    return f"forecourt-draw-1|{code}|{list_hash}|{hash_of(entropy.encode())}"


class _Pool:
    """The tickets that a class still draws from, with their weights added up."""

    def __init__(self, indexes: Sequence[int], weights: Sequence[int]) -> None:
        self.indexes = indexes
        self.sums = list(accumulate(weights))
        self.weight = self.sums[-1] if self.sums else 0

    def at(self, place: int) -> int:
        return self.indexes[bisect_right(self.sums, place)]


def winners(
    seed: bytes, code: str, list_hash: str, entropy: str, tickets: Columns, ranks: Sequence[Rank]
) -> list[Winner]:
    """All winners and reserves, in the order of the ranks. A pure function of what is published."""
    weights, holders = tickets.weights, tickets.holders
    source = enumerate(values(seed, draw_message(code, list_hash, entropy)))
    everything = _Pool(range(len(weights)), weights)
    pools: dict[str, _Pool] = {}
    won: set[int] = set()
    holders_won: dict[str, set[int]] = {}
    found = []
    for rank in ranks:
        barred = holders_won.setdefault(rank.prize_class, set()) if rank.prize_class else set()
        pool = pools.get(rank.prize_class, everything)
        place, misses = 1, 0
        while place <= rank.winners and pool.weight:
            counter, value = next(source)
            if value >= _RANGE - _RANGE % pool.weight:
                continue
            index = pool.at(value % pool.weight)
            if index not in won and holders[index] not in barred:
                found.append(Winner(rank.prize, place, index, counter, rank.is_reserve))
                won.add(index)
                if rank.prize_class:
                    barred.add(holders[index])
                place, misses = place + 1, 0
                continue
            misses += 1
            if misses == MISSES:
                left = [one for one in pool.indexes if one not in won and holders[one] not in barred]
                pool = pools[rank.prize_class] = _Pool(left, [weights[one] for one in left])
                misses = 0
    return found
