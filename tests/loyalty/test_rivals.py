"""Two at once, many times: points are spent once, an adjustment is decided once, and the books prove."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, transaction
from msgspec.structs import replace

from forecourt.customers import records as customer_records
from forecourt.customers import services as customer_services
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, Problem
from forecourt.loyalty import records, services
from forecourt.loyalty.values import Gift, Return, Spending
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, ago, events, everything_proves, points

pytestmark = pytest.mark.slow
TIMES = 200


def at_once(*acts: Callable[[], Any], times: int = TIMES) -> list[list[Any]]:
    """Each act so many times, in a thread and connection of its own, all together each time; what each came to."""
    barrier = threading.Barrier(len(acts))
    came_to: list[list[Any]] = [[] for _ in acts]

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            for _ in range(times):
                barrier.wait(60)
                try:
                    came_to[place].append(act())
                except Problem as problem:
                    came_to[place].append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert all(len(one) == times for one in came_to), [len(one) for one in came_to]
    return came_to


def give(customer_ids: Sequence[int], count: int) -> None:
    with transaction.atomic():
        records.lock_sharing(customer_ids)
        gifts = [Gift(customer_id=one, points=count, origin="gift:1", reason="", actor="") for one in customer_ids]
        records.give(gifts)


def counter() -> Callable[[], int]:
    numbers = iter(range(100_000))
    guard = threading.Lock()

    def following() -> int:
        with guard:
            return next(numbers)

    return following


def spend(customer_id: int, count: int, origin: str) -> bool:
    with transaction.atomic():
        records.lock_sharing([customer_id])
        spending = Spending(customer_id=customer_id, points=count, origin=origin, reason="", actor="")
        return records.spend([spending])[0][0].is_paid


def test_the_same_points_are_spent_once(real_chain):
    """There is one reward's worth of points each time; two tills take it at once."""
    (customer_id,) = real_chain.enrol()
    give([customer_id], TIMES * 5 + 4)
    number = counter()
    first, second = at_once(
        lambda: spend(customer_id, 5, f"x:{number()}"), lambda: spend(customer_id, 5, f"x:{number()}")
    )
    assert sum(first) + sum(second) == TIMES
    assert points(customer_id) == 4
    everything_proves()


def test_a_spending_and_its_return_and_another_return_at_once(real_chain):
    (customer_id,) = real_chain.enrol()
    give([customer_id], 10)

    def give_back() -> int:
        wanted = [Return(customer_id=customer_id, origin="hold:1", reason="", actor="")]
        with transaction.atomic():
            records.lock_sharing([customer_id], wanted)
            return sum(entry.points for entry in records.give_back_all(wanted))

    spent, *returned = at_once(lambda: spend(customer_id, 7, "hold:1"), give_back, give_back)
    left = give_back()
    assert points(customer_id) == 10
    assert sum(map(sum, returned)) + left == 7 * sum(spent)
    everything_proves()


def test_two_of_a_household_spend_its_points_at_once(real_chain):
    """Each locks the other one too, in the same order: nobody waits in a ring."""
    first, second, third = real_chain.enrol(3)
    real_chain.publish(replace(PROGRAMME, household_shares=True), valid_from=ago(1))
    customer_services.make_household(HEAD_OFFICE, "", [first, second, third])
    give([third, second], TIMES * 5 // 2)
    number = counter()
    came_to = at_once(
        lambda: spend(first, 5, f"x:{number()}"),
        lambda: spend(second, 5, f"x:{number()}"),
        lambda: spend(third, 5, f"x:{number()}"),
    )
    assert sum(map(sum, came_to)) == TIMES
    assert [points(one) for one in (first, second, third)] == [0, 0, 0]
    everything_proves()


def test_points_are_passed_on_or_spent_and_passed_back_at_once(real_chain):
    first, second = real_chain.enrol(2)
    give([first, second], 300)
    number = counter()

    def move(giver: int, taker: int) -> Callable[[], int]:
        def act() -> int:
            services.transfer_points(HEAD_OFFICE, giver, taker, 4, "x")
            return 4

        return act

    there, back, spent = at_once(
        move(first, second), move(second, first), lambda: spend(first, 3, f"x:{number()}"), times=TIMES
    )
    passed, returned = ([one for one in acts if one == 4] for acts in (there, back))
    assert all(isinstance(one, Invalid) or one == 4 for one in there + back)
    assert points(first) == 300 - sum(passed) + sum(returned) - 3 * sum(spent)
    assert points(second) == 300 + sum(passed) - sum(returned)
    assert points(first) >= 0
    everything_proves()


def test_an_adjustment_is_decided_once(real_chain):
    real_chain.publish(replace(PROGRAMME, adjust_limit=1), valid_from=ago(1))
    (customer_id,) = real_chain.enrol()
    waiting = iter([services.adjust_points(HEAD_OFFICE, customer_id, 5, "x").adjustment_id for _ in range(40)])
    current: dict[str, int] = {}
    arrived = threading.Barrier(3, action=lambda: current.update(id=next(waiting)))

    def decide(name: str, command: Callable[[Actor, int, str], Any]) -> Callable[[], Any]:
        def act() -> Any:
            arrived.wait(60)
            return command(replace(HEAD_OFFICE, name=name), current["id"], "x")

        return act

    came_to = at_once(
        decide("a", services.approve_adjustment),
        decide("b", services.approve_adjustment),
        decide("c", services.refuse_adjustment),
        times=40,
    )
    approved = 0
    for answers in zip(*came_to, strict=True):
        decided = [one for one in answers if not isinstance(one, Problem)]
        assert len(decided) == 1
        assert all(isinstance(one, Conflict) for one in answers if isinstance(one, Problem))
        approved += decided[0].is_approved
    assert points(customer_id) == 5 * approved
    assert len(events("points.adjusted.v1")) == approved
    assert sql.rows("SELECT count(*) FROM loyalty_adjustment WHERE decided_at IS NULL")[0][0] == 0
    everything_proves()


def test_an_apps_request_sent_twice_at_once_spends_once(real_chain):
    (customer_id,) = real_chain.enrol()
    give([customer_id], 3 * 40)
    app = replace(HEAD_OFFICE, kind="key", name="app")
    numbers = iter(range(40))
    current: dict[str, int] = {}
    arrived = threading.Barrier(2, action=lambda: current.update(id=next(numbers)))

    def act() -> Any:
        arrived.wait(60)
        return services.spend_points(app, customer_id, 3, f"order-{current['id']}")

    came_to = at_once(act, act, times=40)
    assert not [one for one in came_to[0] + came_to[1] if isinstance(one, Problem)]
    assert points(customer_id) == 0
    everything_proves()


def test_who_joins_a_household_that_is_spending_is_not_waited_for(real_chain):
    real_chain.publish(replace(PROGRAMME, household_shares=True), valid_from=ago(1))
    newcomer, spender, other = real_chain.enrol(3)
    household = customer_services.make_household(HEAD_OFFICE, "", [spender, other])
    give([newcomer, other], 300)
    joined, done = threading.Event(), threading.Event()

    def join_and_hold() -> None:
        try:
            customer_services.add_to_household(HEAD_OFFICE, household, [newcomer])
            with transaction.atomic():
                customer_records.lock([newcomer])
                joined.set()
                done.wait(60)
        finally:
            connection.close()

    def spend_of(count: int) -> Spending:
        return Spending(customer_id=spender, points=count, origin=f"order:{count}", reason="", actor="")

    thread = threading.Thread(target=join_and_hold)
    try:
        with transaction.atomic():
            records.lock_sharing([spender])
            thread.start()
            assert joined.wait(30)
            sql.run("SET LOCAL lock_timeout = '5s'")
            answers, _entries = records.spend([spend_of(301), spend_of(200)])
    finally:
        done.set()
        thread.join(60)
    assert [(answer.is_paid, answer.available) for answer in answers] == [(False, 300), (True, 300)]
    assert [points(one) for one in (newcomer, spender, other)] == [300, 0, 100]
    assert spend(spender, 400, "order:400")
    everything_proves()
