"""Two tills at the same moment: the last piece, the last points, one code, a redemption that is cancelled and collected."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from forecourt.customers import services as customers
from forecourt.kernel.problems import Conflict, Problem
from forecourt.rewards import queries, services
from forecourt.rewards.models import MovementRow, RedemptionRow
from tests.rewards.windows import MUG, WASH, Window, give, pieces, rewards_prove
from tests.sales.scenes import catch_up, everything_proves, points

ROUNDS = 200


def at_once(*works: Sequence[Callable[[], object]]) -> list[list[object]]:
    """Each list of works on a thread and connection of its own, round by round together; what each answered or raised."""
    start = Barrier(len(works))
    answers: list[list[object]] = [[] for _ in works]

    def run(number: int) -> None:
        try:
            for work in works[number]:
                start.wait(60)
                try:
                    answers[number].append(work())
                except Problem as problem:
                    answers[number].append(problem)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def winners(answers: list[list[object]]) -> list[int]:
    """How many did not get a problem, round by round."""
    return [sum(not isinstance(answer, Problem) for answer in one) for one in zip(*answers, strict=True)]


@pytest.mark.slow
def test_the_last_piece_goes_to_one_of_two_tills_each_time(real_window: Window):
    codes = [f"MUG-{number}" for number in range(ROUNDS)]
    for code in codes:
        real_window.offer(MUG, pieces=1, code=code, points=1)
    members = [real_window.member(ROUNDS) for _ in range(2)]
    answers = at_once(
        *([lambda member=member, code=code: real_window.redeem(member, code) for code in codes] for member in members)
    )
    assert winners(answers) == [1] * ROUNDS
    lost = [answer for one in answers for answer in one if isinstance(answer, Problem)]
    assert {type(problem) for problem in lost} == {Conflict}
    assert all("None of" in problem.detail for problem in lost)
    assert sum(points(member) for member in members) == ROUNDS
    assert [pieces(code) for code in codes] == [0] * ROUNDS
    everything_proves()


@pytest.mark.slow
def test_the_last_points_are_spent_by_one_of_two_tills_each_time(real_window: Window):
    real_window.offer(WASH)
    members = [real_window.member(300) for _ in range(ROUNDS)]
    works = [lambda member=member: real_window.redeem(member, "WASH") for member in members]
    answers = at_once(works, works)
    assert winners(answers) == [1] * ROUNDS
    assert [points(member) for member in members] == [0] * ROUNDS
    assert RedemptionRow.objects.count() == ROUNDS
    everything_proves()


def test_one_code_is_handed_over_once(real_window: Window):
    real_window.offer(WASH)
    member = real_window.member(20 * 300)
    codes = [real_window.redeem(member, "WASH").code for _ in range(20)]
    works = [lambda code=code: services.collect_redemption(real_window.actor, code, "S001") for code in codes]
    assert winners(at_once(works, works)) == [1] * 20


def test_what_is_collected_is_not_cancelled_at_the_same_moment(real_window: Window):
    real_window.offer(MUG, pieces=20)
    member = real_window.member(20 * 500)
    redemptions = [real_window.redeem(member, "MUG") for _ in range(20)]
    clerk = real_window.actor.__class__(
        kind="staff", name="clerk", permissions=frozenset({"rewards.view", "rewards.collect", "rewards.cancel"})
    )
    answers = at_once(
        [lambda one=one: services.collect_redemption(clerk, one.code, "S001") for one in redemptions],
        [lambda one=one: services.cancel_redemption(clerk, one.id, "no") for one in redemptions],
    )
    assert winners(answers) == [1] * 20
    rewards_prove()


def test_a_limit_holds_for_two_tills(real_window: Window):
    real_window.offer(WASH, per_customer=1)
    members = [real_window.member(600) for _ in range(20)]
    works = [lambda member=member: real_window.redeem(member, "WASH") for member in members]
    assert winners(at_once(works, works)) == [1] * 20


def test_many_tills_and_one_stock_while_pieces_arrive_and_return(real_window: Window):
    """What 4 tills, a delivery and cancellations leave is what the movements say."""
    real_window.offer(MUG, pieces=10, points=1)
    members = [real_window.member(100) for _ in range(4)]

    def redeem_and_sometimes_cancel(member: int, number: int) -> None:
        redemption = real_window.redeem(member, "MUG")
        if number % 3 == 0:
            services.cancel_redemption(real_window.actor, redemption.id, "changed their mind")

    tills = [
        [lambda member=member, number=number: redeem_and_sometimes_cancel(member, number) for number in range(15)]
        for member in members
    ]
    deliveries = [lambda: services.add_stock(real_window.actor, "MUG", 2, "delivery") for _ in range(15)]
    at_once(*tills, deliveries)
    standing = RedemptionRow.objects.filter(state="open").count()
    assert pieces("MUG") == 10 + 30 - standing
    assert min(MovementRow.objects.values_list("pieces", flat=True)) >= 0
    everything_proves()


def test_expiry_runs_twice_at_once_and_gives_points_back_once(real_window: Window):
    real_window.offer(MUG, pieces=30, days_good=1)
    member = real_window.member(30 * 500)
    last = max(real_window.redeem(member, "MUG").expires_on for _ in range(30))
    after = last + timedelta(days=365)
    work = [lambda: services.expire_redemptions(real_window.actor, after)]
    ended = at_once(work, work)
    assert sum(one[0] for one in ended) == 30
    assert (points(member), pieces("MUG")) == (30 * 500, 30)
    everything_proves()


def test_open_redemptions_follow_a_merge_and_come_back(real_window: Window):
    real_window.offer(MUG, pieces=9)
    kept, other = real_window.member(1000), real_window.member(1500)
    before = real_window.redeem(other, "MUG")
    done = real_window.redeem(other, "MUG")
    services.collect_redemption(real_window.actor, done.code, "S001")
    merge = customers.merge_customers(real_window.actor, kept, other)
    catch_up()
    during = real_window.redeem(other, "MUG")
    holders = {row.id: row.customer_id for row in RedemptionRow.objects.all()}
    assert holders == {before.id: kept, done.id: other, during.id: kept}
    assert len(queries.of_customer(real_window.actor, kept)) == 3
    customers.undo_merge(real_window.actor, merge)
    catch_up()
    holders = {row.id: row.customer_id for row in RedemptionRow.objects.all()}
    assert holders == {before.id: other, done.id: other, during.id: kept}
    everything_proves()


def test_points_of_a_merged_customer_return_to_the_survivor(real_window: Window):
    real_window.offer(MUG, pieces=9)
    kept, other = real_window.member(100), real_window.member(500)
    redemption = real_window.redeem(other, "MUG")
    customers.merge_customers(real_window.actor, kept, other)
    catch_up()
    services.cancel_redemption(real_window.actor, redemption.id, "two accounts")
    assert (points(kept), points(other)) == (600, 0)
    give(kept, 1)
    everything_proves()


def test_a_merge_while_redeeming_loses_nothing(real_window: Window):
    real_window.offer(WASH)
    pairs = [(real_window.member(100), real_window.member(300)) for _ in range(15)]
    at_once(
        [lambda pair=pair: real_window.redeem(pair[1], "WASH") for pair in pairs],
        [lambda pair=pair: customers.merge_customers(real_window.actor, *pair) for pair in pairs],
    )
    catch_up()
    for row in RedemptionRow.objects.all():
        services.cancel_redemption(real_window.actor, row.id, "undone")
    assert [points(kept) + points(other) for kept, other in pairs] == [400] * 15
    everything_proves()
