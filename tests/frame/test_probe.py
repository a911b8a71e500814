"""A door is asked whether it lives: one that is overloaded is left to its work, one that is gone or stuck is found."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from forecourt.faces.host.probe import Patience, Probe
from tests.bench.live import free_port

QUICK = Patience(every=0.02, answer=0.05, grace=0.1, refusals=3, silence=1.5)
WELL = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


@pytest.fixture
def door() -> Iterator[Callable[[Callable[[socket.socket], None]], Probe]]:
    """A door that takes connections and does with each what it is told to; gives the probe that asks it."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=200)
    stop = threading.Event()
    taken: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def open_door(serve: Callable[[socket.socket], None]) -> Probe:
        def run() -> None:
            listening.settimeout(0.1)
            while not stop.is_set():
                try:
                    client, _ = listening.accept()
                except TimeoutError:
                    continue
                taken.append(client)
                serve(client)

        thread = threading.Thread(target=run)
        threads.append(thread)
        thread.start()
        return Probe(listening.getsockname(), QUICK)

    yield open_door
    stop.set()
    for thread in threads:
        thread.join(5)
    for one in (*taken, listening):
        one.close()


def is_dead_within(probe: Probe, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        probe.step()
        if probe.is_dead:
            return True
        time.sleep(0.005)
    return False


def test_a_door_that_answers_lives(door):
    assert not is_dead_within(door(lambda client: client.sendall(WELL)), 2)


def test_a_door_that_takes_connections_and_is_silent_is_busy_for_long_and_dead_in_the_end(door):
    probe = door(lambda client: None)
    assert not is_dead_within(probe, 1)
    assert is_dead_within(probe, 3)


def test_a_busy_door_that_answers_now_and_then_lives(door):
    asked = []

    def serve(client: socket.socket) -> None:
        asked.append(client)
        if len(asked) % 8 == 0:
            client.sendall(WELL)

    assert not is_dead_within(door(serve), 3)


def test_a_door_that_turns_questions_away_is_dead_soon(door):
    assert is_dead_within(door(lambda client: client.sendall(b"HTTP/1.1 500 no\r\n\r\n")), 1)


def test_a_door_nobody_stands_behind_is_dead_soon():
    assert is_dead_within(Probe(("127.0.0.1", free_port()), QUICK), 1)


def test_a_door_that_was_just_started_has_time():
    probe = Probe(("127.0.0.1", free_port()), Patience(every=0.01, grace=1))
    assert not is_dead_within(probe, 0.7)
    probe.reset()
    assert not is_dead_within(probe, 0.7)
    assert is_dead_within(probe, 2)
