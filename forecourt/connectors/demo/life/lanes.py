"""Two lanes for what takes long: one here, one in a process beside this one. Both go by the ordinary commands."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from django.db import connection

from forecourt.kernel import clock, events, processes, readers
from forecourt.kernel.actors import Actor
from forecourt.sales import services
from forecourt.sales.values import NewSale

EVENTS_AT_ONCE: Final = 40_000
"""The same profile is computed once for each such list that names its customer."""
_WORTH: Final = 40
"""Sales in a list that are worth two lanes."""
_BESIDE: Final = ("games.", "sales.handlers.refresh_rollup")
"""Readers that the process beside this one lets read: about half of what there is to do."""


class Lanes:
    """Shares out lists of sales and readers of the event log; without a process beside it, does all of it here.

    A customer's sales all go through one lane, so that lanes never wait for each other's locks. `spare` is done here once
    this lane has posted its part and waits for the other.
    """

    def __init__(self, actor: Actor, *, is_alone: bool = True) -> None:
        self._actor = actor
        self.spare: Callable[[], object] | None = None
        self._pool: ProcessPoolExecutor | None = None
        if not is_alone:
            self._pool = processes.beside(1)
            self._pool.submit(wait_for_no_disk)

    def quote(self, sales: Sequence[NewSale], lanes: Sequence[int]) -> list[Any]:
        """What sales would come to, or the Problem, in their order. Sales of the same number in `lanes` go together."""
        return self._share(_quote, sales, lanes)

    def post(self, sales: Sequence[NewSale], lanes: Sequence[int]) -> list[Any]:
        """Make sales final; their receipts, or Problems, in their order."""
        return self._share(_post, sales, lanes, self.spare)

    def read_on(self, names: tuple[str, ...], limit: int = EVENTS_AT_ONCE) -> None:
        """Let the readers whose names begin so take what happened, up to `limit` events at a time."""
        wanted = [reader.name for reader in events.readers() if reader.name.startswith(names)]
        there = [name for name in wanted if name.startswith(_BESIDE)]
        here = [name for name in wanted if name not in there]
        if self._pool is None or not (here and there):
            _read_on(wanted, limit, clock.now())
            return
        beside = self._pool.submit(_read_on, there, limit, clock.now())
        _read_on(here, limit, clock.now())
        beside.result()

    def meanwhile(self, work: Callable[[Actor], int]) -> Future[int]:
        """Have something done beside while deeds go on here. Wait for its result before what needs it."""
        if self._pool is not None:
            return self._pool.submit(_do, work, self._actor, clock.now())
        done: Future[int] = Future()
        done.set_result(work(self._actor))
        return done

    def _share(
        self,
        work: Callable[..., list[Any]],
        sales: Sequence[NewSale],
        lanes: Sequence[int],
        spare: Callable[[], object] | None = None,
    ) -> list[Any]:
        if self._pool is None or len(sales) < _WORTH:
            return work(self._actor, sales, clock.now())
        beside = [number for number, lane in enumerate(lanes) if lane % 2]
        here = [number for number, lane in enumerate(lanes) if not lane % 2]
        others: Future[list[Any]] = self._pool.submit(
            work, self._actor, [sales[number] for number in beside], clock.now()
        )
        answers = dict(zip(here, work(self._actor, [sales[number] for number in here], clock.now()), strict=True))
        if spare is not None and not others.done():
            spare()
        answers.update(zip(beside, others.result(), strict=True))
        return [answers[number] for number in range(len(sales))]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def wait_for_no_disk() -> None:
    """Do not wait for the disk with each commit of this process: what a crash would take along is loaded anew."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def _do(work: Callable[[Actor], int], actor: Actor, now: datetime) -> int:
    with clock.as_of(now):
        return work(actor)


def _quote(actor: Actor, sales: Sequence[NewSale], now: datetime) -> list[Any]:
    with clock.as_of(now):
        return list(services.quote_sales(actor, sales))


def _post(actor: Actor, sales: Sequence[NewSale], now: datetime) -> list[Any]:
    with clock.as_of(now):
        return list(services.post_sales(actor, sales))


def _read_on(names: Sequence[str], limit: int, now: datetime) -> None:
    with clock.as_of(now):
        for reader in events.readers():
            if reader.name in names:
                while readers.advance(reader, limit=limit) == limit:
                    pass
