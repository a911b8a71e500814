"""Many who sign up and cancel at once: never more than there are places, never in a ring."""

import random
import threading

import pytest
from django.db import connection

from forecourt.kernel import readers
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.occasions import queries, services
from tests.occasions.at_events import a_household, give
from tests.occasions.conftest import furnished, opened
from tests.sales.scenes import (
    HEAD_OFFICE,
    Chain,
    catch_up,
    everything_proves,
    points,
)

PAIRS = 30
"""Of events that two sign up for and cancel at once."""


@pytest.fixture
def chain(committed) -> Chain:
    return furnished()


def at_once(work: list) -> None:
    """Run these at once, each with a connection of its own."""
    gate = threading.Barrier(len(work))

    def run(one) -> None:
        gate.wait()
        try:
            one()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.slow
def test_of_two_who_take_the_last_place_at_once_one_gets_it_each_time(chain):
    members = chain.enrol(2)
    answers: list[str] = []

    waiting = [opened(places=1, has_waiting_list=bool(number % 2)) for number in range(2 * PAIRS)]
    both = threading.Barrier(2, timeout=60)

    def take(customer_id: int) -> None:
        for event in waiting:
            both.wait()
            try:
                answers.append(services.sign_up(HEAD_OFFICE, event, customer_id).state.value)
            except Conflict:
                answers.append("full")

    at_once([lambda one=one: take(one) for one in members])
    assert answers.count("going") == 2 * PAIRS
    assert (answers.count("full"), answers.count("waiting")) == (PAIRS, PAIRS)


@pytest.mark.slow
def test_signing_up_cancelling_and_moving_up_at_once_never_exceed_the_places(chain):
    members = chain.enrol(12)
    for one in members:
        give(one, 1000)
    event = opened(places=4, cost=10, points=3)
    stop = threading.Event()

    def restless(customer_id: int) -> None:
        chance = random.Random(customer_id)
        for _ in range(12):
            if chance.random() < 0.6:
                services.sign_up(HEAD_OFFICE, event, customer_id)
            else:
                try:
                    services.cancel_sign_up(HEAD_OFFICE, event, customer_id)
                except NotFound:
                    continue

    def reader() -> None:
        while not stop.is_set():
            readers.advance_all(seconds=1)
            stop.wait(0.02)
        connection.close()

    reading = threading.Thread(target=reader)
    reading.start()
    at_once([lambda one=one: restless(one) for one in members])
    stop.set()
    reading.join()
    catch_up()
    view = queries.member_event(event)
    assert view.going == min(4, view.going + view.waiting)
    assert sum(points(one) for one in members) == 12_000 - 10 * view.going
    everything_proves()


@pytest.mark.slow
def test_two_of_a_household_who_sign_up_and_cancel_at_once_never_wait_in_a_ring(chain):
    """The points are the third one's: each must hold its lock besides its own and the other's."""
    first, second, pays = a_household(chain, 3)
    give(pays, 100_000)
    waiting = [(opened(cost=5), opened(cost=5)) for _ in range(PAIRS)]
    both = threading.Barrier(2, timeout=60)
    done: list[int] = []

    def restless(customer_id: int, place: int) -> None:
        for pair in waiting:
            both.wait()
            services.sign_up(HEAD_OFFICE, pair[place], customer_id)
            both.wait()
            services.cancel_sign_up(HEAD_OFFICE, pair[place], customer_id)
            done.append(customer_id)

    at_once([lambda: restless(first, 0), lambda: restless(second, 1)])
    assert len(done) == 2 * PAIRS
    assert points(pays) == 100_000
    everything_proves()
