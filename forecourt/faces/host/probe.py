"""Asking a door whether it lives, without waiting for the answer."""

import socket
import time
from typing import Final

_QUESTION: Final = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
_PATIENCE_SECONDS: Final = 10.0
_EVERY_SECONDS: Final = 5.0
_GRACE_SECONDS: Final = 30.0
"""A door that was just started may be silent for this long."""
_MISSES: Final = 3


class Probe:
    """Asks one door every five seconds; `is_dead` after three questions in a row that got no answer."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None
        self._sent = False
        self._asked = 0.0
        self._misses = 0
        self._since = time.monotonic()

    def reset(self) -> None:
        """The door was started anew."""
        self._close()
        self._misses = 0
        self._since = time.monotonic()

    @property
    def is_dead(self) -> bool:
        return self._misses >= _MISSES and time.monotonic() - self._since > _GRACE_SECONDS

    def step(self) -> None:
        """Go on with the question under way, or ask the next one when it is time."""
        now = time.monotonic()
        if self._socket is None:
            if now - self._asked > _EVERY_SECONDS:
                self._ask(now)
            return
        try:
            self._sent = self._sent or self._socket.send(_QUESTION) == len(_QUESTION)
            answered = self._socket.recv(64).startswith(b"HTTP/1.1 200")
        except (BlockingIOError, InterruptedError):
            if now - self._asked > _PATIENCE_SECONDS:
                self._miss()
        except OSError:
            self._miss()
        else:
            if answered:
                self._misses = 0
                self._close()
            else:
                self._miss()

    def _ask(self, now: float) -> None:
        self._asked = now
        self._sent = False
        self._socket = socket.socket(socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET)
        self._socket.setblocking(False)
        self._socket.connect_ex(self._address)

    def _miss(self) -> None:
        self._misses += 1
        self._close()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
