"""Posting side by side: while the database writes one list, the next is worked out."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from django.db import connection

from forecourt.connectors.pos.imports import posted
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Problem
from forecourt.sales.values import NewSale, Receipt

Answered = list[tuple[NewSale, Receipt | Problem]]
LIST: Final = 2000


class Lanes:
    """So many lanes, each a thread with a connection of its own; a single one posts where it is called.

    A customer's sales all go through one lane: they keep their order, and lanes never wait for each other's locks.
    """

    def __init__(self, actor: Actor, count: int) -> None:
        self._actor = actor
        self._waiting: list[list[NewSale]] = [[] for _ in range(count)]
        self._pools = [ThreadPoolExecutor(1, f"lane-{number}") for number in range(count)] if count > 1 else []
        self._working: dict[int, Future[Answered]] = {}

    def post(self, offered: Sequence[NewSale]) -> Iterator[Answered]:
        """Take sales; gives the answers that have come in so far, in lists."""
        count = len(self._waiting)
        for sale in offered:
            card = sale.customer.card if sale.customer else None
            lane = int(card[-4:]) % count if card else 0
            self._waiting[lane].append(sale)
            if len(self._waiting[lane]) >= LIST:
                yield from self._send(lane)

    def finish(self) -> Iterator[Answered]:
        """Post what is left, and give the answers that are still to come."""
        for lane in range(len(self._waiting)):
            yield from self._send(lane)
        for lane in sorted(self._working):
            yield self._working.pop(lane).result()

    def _send(self, lane: int) -> Iterator[Answered]:
        """Start on a lane's list; first wait for the one before it, so that no more than two are held."""
        sales, self._waiting[lane] = self._waiting[lane], []
        if not self._pools:
            yield self._post(sales)
            return
        before = self._working.pop(lane, None)
        if before is not None:
            yield before.result()
        self._working[lane] = self._pools[lane].submit(self._post, sales)

    def _post(self, sales: list[NewSale]) -> Answered:
        return list(zip(sales, posted(self._actor, sales), strict=True)) if sales else []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self._pools:
            pool.submit(_hang_up)
            pool.shutdown()


def _hang_up() -> None:
    """Close the connection of the thread this runs in."""
    connection.close()
