"""When customers held coupons: what a coupon's past says of it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from forecourt.coupons.values import HeldSpan

Times = tuple[datetime, datetime | None]
"""From when until when; None: until now."""


class Move(NamedTuple):
    """A coupon changed hands; nobody held a bearer's coupon before it was claimed."""

    giver_id: int | None
    at: datetime


class Past(NamedTuple):
    """What became of a coupon: whose it is, how it changed hands, when it was used and given back, when it was voided.

    `uses` is how often it can be used in all.
    """

    template: str
    customer_id: int | None
    issued_to: int | None
    origin: str
    issued_at: datetime
    voided_at: datetime | None
    active_from: date
    expires_on: date | None
    uses: int
    moves: tuple[Move, ...] = ()
    used: tuple[Times, ...] = ()


def held_spans(past: Past) -> list[HeldSpan]:
    """When who held the coupon, and it was neither used up nor void; one after the other."""
    return [
        HeldSpan(
            customer_id=holder,
            template=past.template,
            since=since,
            until=until,
            active_from=past.active_from,
            expires_on=past.expires_on,
            origin=past.origin,
            issued_to=past.issued_to,
        )
        for holder, hands in _hands(past)
        for good in _good(past)
        for since, until in _both(hands, good)
    ]


def _hands(past: Past) -> Iterator[tuple[int, Times]]:
    """Who held it when."""
    since = past.issued_at
    for move in past.moves:
        if move.giver_id is not None:
            yield move.giver_id, (since, move.at)
        since = move.at
    if past.customer_id is not None:
        yield past.customer_id, (since, None)


def _good(past: Past) -> Iterator[Times]:
    """When uses of it were left, until it was voided."""
    changes = [(at, 1) for at, _ in past.used] + [(back, -1) for _, back in past.used if back is not None]
    since: datetime | None = past.issued_at
    count = 0
    for at, change in sorted(changes):
        count += change
        if since is not None and count >= past.uses:
            yield from _both((since, at), (past.issued_at, past.voided_at))
            since = None
        elif since is None and count < past.uses:
            since = at
    if since is not None:
        yield from _both((since, None), (past.issued_at, past.voided_at))


def _both(one: Times, other: Times) -> Iterable[Times]:
    """What two times have in common, if anything."""
    since = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    until = min(ends, default=None)
    return [(since, until)] if until is None or since < until else []
