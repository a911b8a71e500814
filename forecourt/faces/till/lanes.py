"""Group commit: requests that arrive while a transaction is under way go into the next one together.

A lane takes all that waits, hands it to the engine as one list, and gives every request its part of the answers. The
more arrives, the longer the lists; alone, a sale waits for nobody. Its threads, each with a database connection of its own,
take turns: while one writes the list it has rated, the next already rates what has come in since.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import InterfaceError, OperationalError, connection
from django.utils import translation

from forecourt.kernel.problems import Problem, Unavailable
from forecourt.sales.services import Submission
from forecourt.sales.values import Quote, Receipt

log = logging.getLogger(__name__)

LONGEST_LIST: Final = 500
"""Sales in one transaction of single sales; a request that brings a list of its own is never split."""

Answers = list[Receipt | Problem] | list[Quote | Problem]
Engine = Callable[[Sequence[Submission], Callable[[], None]], Sequence[Receipt | Quote | Problem]]
"""Answers a list, and calls what it is given once the next list may begin."""


def alone(engine: Callable[[Sequence[Submission]], Sequence[Receipt | Quote | Problem]]) -> Engine:
    """An engine whose lists follow one another."""
    return lambda submissions, _next_may_begin: engine(submissions)


@dataclass(slots=True, eq=False)
class Waiting:
    """A request in a lane: its sales, and where its answers are awaited."""

    submissions: list[Submission]
    answers: "asyncio.Future[Sequence[Receipt | Quote | Problem]]"


class Lane:
    """Requests for one engine (posting or quoting), worked off by a number of threads in turn."""

    def __init__(self, name: str, engine: Engine, threads: int = 1) -> None:
        self._engine = engine
        self._waiting: deque[Waiting] = deque()
        self._arrived = threading.Condition()
        self._closing = False
        self._turn = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Finish what waits, then end the threads."""
        with self._arrived:
            self._closing = True
            self._arrived.notify_all()
        for thread in self._threads:
            thread.join()

    async def answer(self, submissions: list[Submission]) -> Sequence[Receipt | Quote | Problem]:
        """The engine's answers to these sales, once they are durable."""
        future: asyncio.Future[Sequence[Receipt | Quote | Problem]] = asyncio.get_running_loop().create_future()
        with self._arrived:
            self._waiting.append(Waiting(submissions, future))
            self._arrived.notify()
        return await future

    def _work(self) -> None:
        with translation.override("en"):  # the API's language, whatever the installation's
            while self._take_turn():
                pass
        connection.close()

    def _take_turn(self) -> bool:
        """Carry out what waits, once it is this thread's turn. False when the lane closes."""
        self._turn.acquire()
        holding = [self._turn]

        def pass_on() -> None:
            if holding:
                holding.pop().release()

        try:
            batch = self._next()
            if batch:
                self._carry_out(batch, pass_on)
        finally:
            pass_on()
        return bool(batch)

    def _next(self) -> list[Waiting]:
        """All that waits, up to the longest list; nothing when the lane closes."""
        with self._arrived:
            while not self._waiting:
                if self._closing:
                    return []
                self._arrived.wait()
            batch = [self._waiting.popleft()]
            count = len(batch[0].submissions)
            while self._waiting and count + len(self._waiting[0].submissions) <= LONGEST_LIST:
                batch.append(self._waiting.popleft())
                count += len(batch[-1].submissions)
            if self._waiting:
                self._arrived.notify()
            return batch

    def _carry_out(self, batch: list[Waiting], next_may_begin: Callable[[], None]) -> None:
        try:
            answers = self._engine(
                [submission for waiting in batch for submission in waiting.submissions], next_may_begin
            )
        except (OperationalError, InterfaceError) as error:
            log.warning("database not available: %s", type(error).__name__)
            connection.close()
            away = Unavailable("The store cannot be reached just now. Nothing was recorded; send it again.")
            _deliver(batch, [[away] * len(waiting.submissions) for waiting in batch])
        except Exception as error:
            if len(batch) > 1:  # one request spoils the list: each by itself, so that only it fails
                for waiting in batch:
                    self._carry_out([waiting], next_may_begin)
                return
            log.exception("a list could not be carried out")
            connection.close()
            waiting = batch[0]
            waiting.answers.get_loop().call_soon_threadsafe(_fail, waiting, error)
        else:
            parts = []
            start = 0
            for waiting in batch:
                parts.append(answers[start : start + len(waiting.submissions)])
                start += len(waiting.submissions)
            _deliver(batch, parts)


def _deliver(batch: list[Waiting], parts: Sequence[Sequence[Receipt | Quote | Problem]]) -> None:
    def hand_over() -> None:
        for waiting, part in zip(batch, parts, strict=True):
            if not waiting.answers.done():
                waiting.answers.set_result(part)

    batch[0].answers.get_loop().call_soon_threadsafe(hand_over)


def _fail(waiting: Waiting, error: Exception) -> None:
    if not waiting.answers.done():
        waiting.answers.set_exception(error)
