"""Limits of keys: a bucket for each, the same for all processes of a door, whatever becomes of them."""

import time
from pathlib import Path

import pytest

from forecourt.faces.api import limits
from forecourt.faces.api.problems import LimitReached
from forecourt.kernel.home import folder
from forecourt.kernel.shared_rows import MOST_ROWS, SharedRows
from tests.api.spending import DOOR, began_taken_ended, hammer
from tests.bench.victims import Victim

SECOND = 1_000_000_000


class Bench:
    """A door whose clock is ours, in seconds."""

    def __init__(self, door: str) -> None:
        self.now = 1_000_000.0
        self._buckets = limits.Buckets(door, lambda: int(self.now * SECOND))
        self._buckets.refill()

    def take(self, key_id: int = 7, per_second: int = 5) -> limits.Allowance:
        return self._buckets.take(key_id, per_second)

    def taken(self, key_id: int = 7, per_second: int = 5) -> int:
        """How many are let through at once."""
        count = 0
        while True:
            try:
                self.take(key_id, per_second)
            except LimitReached:
                return count
            count += 1


@pytest.fixture(scope="module")
def door() -> Bench:
    return Bench("with-our-clock")


def test_two_seconds_worth_at_once_then_as_much_as_time_brings(door):
    assert door.taken() == 10
    door.now += 0.19
    assert door.taken() == 0
    door.now += 0.011
    assert door.taken() == 1
    door.now += 1
    assert door.taken() == 5
    door.now += 100
    assert door.taken() == 10


def test_what_is_left_is_told(door):
    first = door.take(8)
    assert (first.remaining, first.reset_seconds) == (9, 1)
    assert first.headers() == {"RateLimit-Policy": '"key";q=10;w=2', "RateLimit": '"key";r=9;t=1'}
    assert [door.take(8).remaining for _ in range(9)] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    with pytest.raises(LimitReached, match="may send 5 requests a second; wait 1 s"):
        door.take(8)
    door.now += 1.9
    assert door.take(8).reset_seconds == 1


@pytest.mark.parametrize("per_second", [1, 2, 3, 7, 500, 10_000])
def test_a_bucket_holds_just_its_burst(door, per_second):
    assert door.taken(100 + per_second, per_second) == 2 * per_second


def test_each_key_has_its_own_and_a_key_that_is_given_more_has_more_at_once(door):
    assert (door.taken(20), door.taken(21)) == (10, 10)
    door.now += 1
    assert door.taken(20, per_second=50) == 50


def test_processes_of_a_door_share_a_bucket():
    others = [Victim(hammer, 1, 200, 2.0) for _ in range(2)]
    began, taken, ended = began_taken_ended(limits.Buckets(DOOR), 1, 200, 2.0)
    told = [(began, taken, ended), *(other.heard() for other in others)]
    seconds = (max(ended for _, _, ended in told) - min(began for began, _, _ in told)) / SECOND
    assert 400 <= sum(taken for _, taken, _ in told) <= 400 + 200 * seconds + len(told)


def test_killed_processes_leave_a_good_bucket_and_their_rows():
    here = limits.Buckets("of-kills")
    here.take(3, 10)
    victims = [Victim(hammer_at, "of-kills", 2, 100, 60.0) for _ in range(2)]
    for number in range(6):
        victims[number % 2].killed_after(0.02 + 0.013 * number)
        victims[number % 2] = Victim(hammer_at, "of-kills", 2, 100, 60.0)
    began, taken, ended = began_taken_ended(here, 2, 100, 1.0)
    for victim in victims:
        victim.killed_after(0)
    assert taken <= 200 + 100 * (ended - began) / SECOND + 3
    time.sleep(limits.BURST_SECONDS)
    began, taken, ended = began_taken_ended(here, 2, 100, 0.5)
    assert 200 <= taken <= 200 + 100 * (ended - began) / SECOND + 1, "alone again, the key gets all of it"
    assert here._shared().rows <= 4, "the rows of the dead were taken over"
    assert here.take(3, 10).remaining == 19


def hammer_at(say, door: str, key_id: int, per_second: int, seconds: float) -> None:
    began_taken_ended(limits.Buckets(door), key_id, per_second, seconds)


def test_nothing_outlives_a_start_of_the_machine():
    """Its clock begins anew then: what a file says of the time before would lock keys out."""
    path = folder("run") / "limits-of-yesterday"
    path.write_bytes(b"\x7f" * 8 * (1 + 2 * limits.BUCKETS))
    yesterday = limits.Buckets("of-yesterday")
    assert yesterday.take(1, 5).remaining == 9


def test_there_is_a_row_for_each_of_many_processes_and_the_file_stays_small(tmp_path: Path):
    rows = SharedRows(tmp_path / "rows", 2 * limits.BUCKETS)
    rows.write(5, -3)
    rows.add(5, 10)
    assert (list(rows.column(5)), rows.rows) == ([7], 1)
    assert (tmp_path / "rows").stat().st_blocks * 512 < 100_000, MOST_ROWS
