"""Asking a door whether it lives, without waiting for the answer."""

import socket
import time
from dataclasses import dataclass
from typing import Final

_QUESTION: Final = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Patience:
    """How long a door may take, in seconds: it is asked `every` so often and may think for `answer`.

    `grace` is for one that was just started. One that turns `refusals` questions in a row away is dead. One that is
    silent while its socket takes connections is busy, on a machine with too much to do, and dead only after `silence`:
    starting it again would add to the load and lose what it was about to answer.
    """

    every: float = 5.0
    answer: float = 10.0
    grace: float = 30.0
    refusals: int = 3
    silence: float = 300.0


class Probe:
    """Asks one door again and again; `is_dead` once it turns questions away, or was silent for very long."""

    def __init__(self, address: tuple[str, int], patience: Patience = Patience()) -> None:
        self._address = address
        self._patience = patience
        self._socket: socket.socket | None = None
        self._sent = False
        self._asked = 0.0
        self.reset()

    def reset(self) -> None:
        """The door was started anew."""
        self._close()
        self._refusals = 0
        self._since = self._answered = time.monotonic()

    @property
    def is_dead(self) -> bool:
        now = time.monotonic()
        if now - self._since <= self._patience.grace:
            return False
        return self._refusals >= self._patience.refusals or now - self._answered > self._patience.silence

    def step(self) -> None:
        """Go on with the question under way, or ask the next one when it is time."""
        now = time.monotonic()
        if self._socket is None:
            if now - self._asked > self._patience.every:
                self._ask(now)
            return
        try:
            self._sent = self._sent or self._socket.send(_QUESTION) == len(_QUESTION)
            is_well = self._socket.recv(64).startswith(b"HTTP/1.1 200")
        except (BlockingIOError, InterruptedError):
            if now - self._asked > self._patience.answer:
                self._refusals = 0
                self._close()
        except OSError:
            self._refuse()
        else:
            if not is_well:
                self._refuse()
                return
            self._refusals = 0
            self._answered = now
            self._close()

    def _ask(self, now: float) -> None:
        self._asked = now
        self._sent = False
        self._socket = socket.socket(socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET)
        self._socket.setblocking(False)
        self._socket.connect_ex(self._address)

    def _refuse(self) -> None:
        self._refusals += 1
        self._close()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
