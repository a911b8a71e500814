"""The same coupon wanted by two connections at once, two hundred times: once each."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from forecourt.coupons import queries, records, rules, services
from forecourt.coupons.values import Coupon, CouponStatus
from forecourt.customers import records as customer_records
from forecourt.kernel import clock, ids, sql
from forecourt.kernel.problems import Conflict, Problem
from tests.coupons.scenes import HEAD_OFFICE, a_hold, a_use, give, make_generic, make_template, now_at, uses_of
from tests.coupons.test_proofs import proven

ROUNDS = 200
FEWER = 60
"""Where no sale is rated: the same lock, asked for by other commands."""


def race(*work: Callable[[int], object], rounds: int = ROUNDS) -> list[list[object]]:
    """Have each piece of work do its rounds on a connection of its own, each round begun by all together.

    Returns the answers of every round; a problem is an answer.
    """
    gate = threading.Barrier(len(work), timeout=60)
    answers: list[list[object]] = [[None] * len(work) for _ in range(rounds)]
    wrong: list[BaseException] = []

    def run(place: int) -> None:
        try:
            for number in range(rounds):
                gate.wait()
                try:
                    answers[number][place] = work[place](number)
                except Problem as problem:
                    answers[number][place] = problem
        except BaseException as error:
            wrong.append(error)
            gate.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not wrong, wrong
    return answers


@transaction.atomic
def sell(code: str, member: int, reservation=None) -> bool:
    """What a sale does with a coupon: lock, ask, use; whether it was taken."""
    customer_records.lock([member])
    (coupon,) = queries.for_sale([code], [member], lock=True, reservations=[reservation] if reservation else [])
    template = queries.templates([coupon.template])[coupon.template].template
    used = queries.used_by([member], [coupon.template_id]).get((member, coupon.template_id), 0)
    if rules.why_not(coupon, template, clock.now().date() + timedelta(days=1), member, used, reservation):
        return False
    records.use([a_use(coupon, member, reservation_id=reservation)])
    return True


@transaction.atomic
def keep(code: str, member: int, reservation) -> bool:
    """What a reservation does: lock, ask, reserve; whether it was kept."""
    customer_records.lock([member])
    (coupon,) = queries.for_sale([code], [member], lock=True)
    template = queries.templates([coupon.template])[coupon.template].template
    if rules.why_not(coupon, template, clock.now().date() + timedelta(days=1), member):
        return False
    records.reserve([a_hold(coupon, member, reservation)])
    return True


def bearers(count: int) -> list[Coupon]:
    return give("wash", *[None] * count)


def test_two_tills_use_the_same_bearer_coupon_once(real_chain):
    make_template()
    first, second = real_chain.enrol(2)
    coupons = bearers(ROUNDS)
    answers = race(lambda number: sell(coupons[number].code, first), lambda number: sell(coupons[number].code, second))
    assert all(sorted(round_) == [False, True] for round_ in answers)
    assert {uses_of(coupon) for coupon in coupons} == {1}
    assert len(set(map(tuple, answers))) == 2, "each till won some"
    proven()


def test_two_counters_hand_the_same_coupon_over_once(real_chain):
    make_template()
    coupons = bearers(FEWER)
    answers = race(
        *[lambda number: services.redeem_coupon(HEAD_OFFICE, coupons[number].code, "S001")] * 2, rounds=FEWER
    )
    for one, other in answers:
        lost, won = (one, other) if isinstance(one, Problem) else (other, one)
        assert isinstance(lost, Conflict)
        assert isinstance(won, Coupon)
    proven()


def test_a_reservation_and_a_sale_want_the_same_coupon(real_chain):
    make_template()
    first, second = real_chain.enrol(2)
    coupons = bearers(ROUNDS)
    reservations = ids.uuid7s(ROUNDS)
    answers = race(
        lambda number: keep(coupons[number].code, first, reservations[number]),
        lambda number: sell(coupons[number].code, second),
    )
    assert all(sorted(round_) == [False, True] for round_ in answers)
    for number, (was_kept, _sold) in enumerate(answers):
        if was_kept:
            assert not sell(coupons[number].code, second)
            assert sell(coupons[number].code, first, reservations[number])
    assert {uses_of(coupon) for coupon in coupons} == {1}
    proven()


def test_the_last_use_of_a_code_for_everybody_goes_once(real_chain):
    make_generic(limit=ROUNDS)
    members = real_chain.enrol(4)
    answers = race(*[lambda number, member=member: sell("SUMMER26", member) for member in members], rounds=80)
    taken = sum(answer is True for round_ in answers for answer in round_)
    assert taken == ROUNDS
    assert (now_at("SUMMER26").uses_left, uses_of(now_at("SUMMER26"))) == (0, ROUNDS)
    assert now_at("SUMMER26").status is CouponStatus.USED
    proven()


def test_holds_and_sales_share_the_uses_of_a_code(real_chain):
    make_generic(limit=100)
    first, second = real_chain.enrol(2)
    reservations = ids.uuid7s(80)

    def hold(number: int) -> bool:
        return keep("SUMMER26", first, reservations[number])

    answers = race(hold, lambda number: sell("SUMMER26", second), rounds=80)
    assert sum(answer is True for round_ in answers for answer in round_) == 100
    proven()
    kept = [reservations[number] for number, round_ in enumerate(answers) if round_[0] is True]
    with transaction.atomic():
        records.free(kept[::2])
    for reservation in kept[1::2]:
        assert sell("SUMMER26", first, reservation)
    assert now_at("SUMMER26").uses_left == len(kept[::2])
    proven()


def test_a_coupon_goes_to_one_of_two_who_want_it(real_chain):
    make_template(is_transferable=True)
    giver, first, second = real_chain.enrol(3)
    coupons = give("wash", *[giver] * FEWER)
    answers = race(
        lambda number: services.transfer_coupon(HEAD_OFFICE, coupons[number].id, first),
        lambda number: services.transfer_coupon(HEAD_OFFICE, coupons[number].id, second),
        rounds=FEWER,
    )
    for coupon, round_ in zip(coupons, answers, strict=True):
        holders = [answer.customer_id for answer in round_ if isinstance(answer, Coupon)]
        moves = [(step.giver_id, step.taker_id) for step in queries.steps(coupon.id)]
        assert len(moves) == len(holders)
        assert now_at(coupon.code).customer_id == moves[-1][1]
        assert all(
            move[0] == before for move, before in zip(moves, [giver, *(step[1] for step in moves)], strict=False)
        )
    proven()


def test_a_coupon_that_is_claimed_and_used_at_once_is_used_once(real_chain):
    make_template()
    first, second = real_chain.enrol(2)
    coupons = bearers(ROUNDS)
    answers = race(
        lambda number: services.claim_coupon(HEAD_OFFICE, coupons[number].code, first),
        lambda number: sell(coupons[number].code, second),
    )
    seen: Counter[str] = Counter()
    for coupon, (claimed, sold) in zip(coupons, answers, strict=True):
        assert isinstance(claimed, Coupon) != sold
        assert uses_of(coupon) == int(bool(sold))
        seen["sold" if sold else "claimed"] += 1
    assert sum(seen.values()) == ROUNDS
    proven()


def test_lists_that_share_coupons_in_other_orders_do_not_block_each_other(real_chain):
    make_template(uses=1000)
    first, second = real_chain.enrol(2)
    codes = [coupon.code for coupon in bearers(12)]

    @transaction.atomic
    def use_all(member: int, order: list[str]) -> int:
        customer_records.lock([member])
        coupons = queries.for_sale(order, [member], lock=True)
        records.use([a_use(coupon, member) for coupon in coupons])
        return len(coupons)

    answers = race(lambda _number: use_all(first, codes), lambda _number: use_all(second, codes[::-1]), rounds=60)
    assert all(round_ == [12, 12] for round_ in answers)
    assert sql.rows("SELECT DISTINCT uses_left FROM coupons_coupon") == [(1000 - 120,)]
    proven()


@pytest.mark.parametrize("attempt", range(3))
def test_a_limit_of_a_template_holds_at_once(real_chain, attempt):
    make_template(limit=30)
    members = real_chain.enrol(2)

    def one(number: int, member: int) -> object:
        return services.issue_coupons(HEAD_OFFICE, "wash", [member])

    answers = race(*[lambda number, member=member: one(number, member) for member in members], rounds=25)
    assert sum(isinstance(answer, list) for round_ in answers for answer in round_) == 30
    assert sql.rows("SELECT count(*) FROM coupons_coupon") == [(30,)]
    proven()
