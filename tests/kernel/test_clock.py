"""What is told of the past happens then, for who tells it alone."""

import threading
from datetime import UTC, datetime, timedelta, timezone

from forecourt.kernel import clock

THEN = datetime(2026, 3, 8, 9, 30, tzinfo=timezone(timedelta(hours=8)))


def test_within_it_is_that_instant_and_afterwards_it_is_now_again():
    with clock.as_of(THEN):
        assert clock.now() == THEN
        assert clock.now().tzinfo is UTC
        with clock.as_of(THEN + timedelta(days=1)):
            assert clock.now() == THEN + timedelta(days=1)
        assert clock.now() == THEN
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_another_thread_keeps_its_own_time():
    seen = []
    with clock.as_of(THEN):
        beside = threading.Thread(target=lambda: seen.append(clock.now()))
        beside.start()
        beside.join()
    assert seen[0] != THEN
