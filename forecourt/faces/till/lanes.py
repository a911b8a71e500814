"""Group commit: requests that arrive while a transaction is under way go into the next one together.

A lane is a thread with a database connection of its own. It takes all that waits, hands it to the engine as one list,
and gives every request its part of the answers. The more arrives, the longer the lists; alone, a sale waits for nobody.
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
Engine = Callable[[Sequence[Submission]], Sequence[Receipt | Quote | Problem]]


@dataclass(slots=True, eq=False)
class Waiting:
    """A request in a lane: its sales, and where its answers are awaited."""

    submissions: list[Submission]
    answers: "asyncio.Future[Sequence[Receipt | Quote | Problem]]"


class Lane:
    """Requests for one engine (posting or quoting), worked off by one thread, list by list."""

    def __init__(self, name: str, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[Waiting] = deque()
        self._arrived = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        with self._arrived:
            self._closing = True
            self._arrived.notify()
        self._thread.join()

    async def answer(self, submissions: list[Submission]) -> Sequence[Receipt | Quote | Problem]:
        """The engine's answers to these sales, once they are durable."""
        future: asyncio.Future[Sequence[Receipt | Quote | Problem]] = asyncio.get_running_loop().create_future()
        with self._arrived:
            self._waiting.append(Waiting(submissions, future))
            self._arrived.notify()
        return await future

    def _work(self) -> None:
        with translation.override("en"):  # the API's language, whatever the installation's
            while batch := self._next():
                self._carry_out(batch)
        connection.close()

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
            return batch

    def _carry_out(self, batch: list[Waiting]) -> None:
        try:
            answers = self._engine([submission for waiting in batch for submission in waiting.submissions])
        except (OperationalError, InterfaceError) as error:
            log.warning("database not available: %s", type(error).__name__)
            connection.close()
            away = Unavailable("The store cannot be reached just now. Nothing was recorded; send it again.")
            _deliver(batch, [[away] * len(waiting.submissions) for waiting in batch])
        except Exception as error:
            if len(batch) > 1:  # one request spoils the list: each by itself, so that only it fails
                for waiting in batch:
                    self._carry_out([waiting])
                return
            if isinstance(error, Problem):  # of the list as a whole, such as one to be sent again
                _deliver(batch, [[error] * len(batch[0].submissions)])
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
