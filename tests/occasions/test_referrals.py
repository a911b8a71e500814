"""Referrals: made, qualified by real purchases, cooled, rewarded on both sides once; frauds wait for a person."""

import threading
from datetime import timedelta

import msgspec
import pytest
from django.db import connection

from forecourt.coupons import services as coupon_services
from forecourt.customers import services as customers
from forecourt.customers.models import Customer, FormerMark, Identity
from forecourt.customers.values import IdentityKind, NewCustomer, NewIdentity, NewVehicle
from forecourt.kernel import clock, readers, sql
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.occasions import queries, services
from forecourt.occasions.models import Referral
from forecourt.occasions.values import Flag, ReferralState, RulesKind
from forecourt.sales import services as sales
from forecourt.sales.values import NewRefund
from tests.occasions.conftest import REFERRAL, coupons_of, furnished, hold, set_back
from tests.sales.scenes import HEAD_OFFICE, Chain, a_sale, ago, catch_up, events, everything_proves, points, water


@pytest.fixture
def chain(committed) -> Chain:
    return furnished()


@pytest.fixture
def pair(chain) -> tuple[int, int]:
    """Member 1, and member 2 whom it brought."""
    old, new = chain.enrol(2)
    set_back("customers_customer", "joined_at", 400, id=old)
    services.make_referral(HEAD_OFFICE, new, services.referral_code(HEAD_OFFICE, old))
    return old, new


def only() -> Referral:
    return Referral.objects.get()


def buy(chain: Chain, ref: str = "s1", who: int = 2, **changes):
    return chain.post_one(ref, who, **{"occurred_at": ago(0.001)} | changes)


def a_week_later() -> None:
    """The cooling time of all referrals is over."""
    sql.run(
        "UPDATE occasions_referral SET terms = terms || '{\"cooling_days\": 0}', due_at = due_at - interval '8 days'"
    )


def test_a_member_has_one_code_which_leads_to_it(chain):
    first, second = chain.enrol(2)
    code = services.referral_code(HEAD_OFFICE, first)
    assert services.referral_code(HEAD_OFFICE, first) == code != services.referral_code(HEAD_OFFICE, second)
    assert queries.owner_of_code(f"{code[:4].lower()} {code[4:]}") == first
    assert queries.owner_of_code("XXXXXXXX") is None
    customers.merge_customers(HEAD_OFFICE, second, first)
    assert queries.owner_of_code(code) == second
    with pytest.raises(NotFound):
        services.referral_code(HEAD_OFFICE, 10**9)


def test_a_purchase_that_stands_for_the_cooling_time_rewards_both_once(chain, pair):
    old, new = pair
    buy(chain)
    catch_up()
    assert only().state == ReferralState.QUALIFIED
    assert services.reward_referrals(SYSTEM) == 0
    assert only().due_at > clock.now() + timedelta(days=6)
    a_week_later()
    assert services.reward_referrals(SYSTEM) == 1
    assert services.reward_referrals(SYSTEM) == 0
    catch_up()
    origin = f"referral:{only().id}"
    assert (points(old), coupons_of(old)) == (300, [("wash", origin)])
    assert coupons_of(new) == [("coffee", origin)]
    assert points(new) == 20 + 200
    assert [(event["customer_id"], event["is_referrer"]) for event in events("referral.rewarded.v1")] == [
        (old, True),
        (new, False),
    ]
    assert [event["customer_id"] for event in events("referral.qualified.v1")] == [new]
    everything_proves()


def test_a_refund_within_the_cooling_time_takes_it_back_and_a_new_purchase_brings_it_again(chain, pair):
    old, _ = pair
    receipt = buy(chain)
    catch_up()
    sales.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r1"))
    catch_up()
    assert (only().state, only().reason) == (ReferralState.REVERSED, "refund")
    a_week_later()
    assert services.reward_referrals(SYSTEM) == 0
    assert points(old) == 0
    buy(chain, "s2")
    catch_up()
    assert only().state == ReferralState.QUALIFIED
    assert [event["customer_id"] for event in events("referral.reversed.v1")] == [pair[1]]


def test_a_refund_that_no_reader_has_seen_yet_counts_too(chain, pair):
    receipt = buy(chain)
    catch_up()
    a_week_later()
    sales.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r1"))
    assert services.reward_referrals(SYSTEM) == 0
    assert only().state == ReferralState.REVERSED


def test_too_little_waits_and_time_runs_out(chain, pair):
    chain.post_one("s1", 2, water(3), occurred_at=ago(0.001))
    catch_up()
    assert only().state == ReferralState.PENDING
    assert services.reward_referrals(SYSTEM) == 0
    set_back("occasions_referral", "joined_at", 34)
    assert services.reward_referrals(SYSTEM) == 0
    assert (only().state, only().reason) == (ReferralState.REFUSED, "late")
    assert [event["reason"] for event in events("referral.refused.v1")] == ["late"]


def test_the_code_can_be_given_when_joining(chain):
    (old,) = chain.enrol()
    code = services.referral_code(HEAD_OFFICE, old)
    (new, other) = customers.create_customers(
        HEAD_OFFICE,
        [
            NewCustomer(name="新会员", referred_by=f"{code[:4]}-{code[4:].lower()}"),
            NewCustomer(name="新", referred_by="ZZ"),
        ],
    )
    catch_up()
    referral = only()
    assert (referral.referrer_id, referral.referred_id, referral.state) == (old, new, ReferralState.PENDING)
    assert [(one["customer_id"], one["reason"]) for one in events("referral.not_made.v1")] == [(other, "unknown")]


def test_what_cannot_be_a_referral_says_why(chain, pair):
    old, new = pair
    third, late = chain.enrol(2)
    code = services.referral_code(HEAD_OFFICE, old)
    assert services.make_referral(HEAD_OFFICE, new, code) == only().id
    with pytest.raises(Conflict, match="brought by another member"):
        services.make_referral(HEAD_OFFICE, new, services.referral_code(HEAD_OFFICE, third))
    with pytest.raises(Invalid, match="nobody's referral code"):
        services.make_referral(HEAD_OFFICE, third, "NOBODY22")
    with pytest.raises(Invalid, match="nobody brings themselves"):
        services.make_referral(HEAD_OFFICE, third, services.referral_code(HEAD_OFFICE, third))
    Customer.objects.filter(id=old).update(joined_at=clock.now())
    with pytest.raises(Invalid, match="cannot bring one another"):
        services.make_referral(HEAD_OFFICE, old, services.referral_code(HEAD_OFFICE, new))
    set_back("customers_customer", "joined_at", 9, id=late)
    with pytest.raises(Invalid, match="until 7 days after joining"):
        services.make_referral(HEAD_OFFICE, late, code)
    with pytest.raises(NotFound):
        services.make_referral(HEAD_OFFICE, 10**9, code)
    services.stop_rules(HEAD_OFFICE, RulesKind.REFERRAL)
    with pytest.raises(Conflict, match="publish the referral rules"):
        services.make_referral(HEAD_OFFICE, third, code)
    nobody = Actor(kind="staff", name="x")
    for command in (
        lambda: services.make_referral(nobody, third, code),
        lambda: services.referral_code(nobody, third),
        lambda: services.approve_referral(nobody, 1),
        lambda: services.refuse_referral(nobody, 1, "x"),
        lambda: services.reward_referrals(nobody),
    ):
        with pytest.raises(NotAllowed):
            command()
    assert Referral.objects.count() == 1


def enrolled(chain: Chain, old: int, **more) -> Referral:
    """A referral of a new member who was enrolled with these details."""
    new = customers.create_customer(HEAD_OFFICE, NewCustomer(name="新会员", **more))
    code = services.referral_code(HEAD_OFFICE, old)
    return Referral.objects.get(id=services.make_referral(HEAD_OFFICE, new, code))


def test_what_looks_like_fraud_is_flagged(chain):
    old = customers.create_customer(
        HEAD_OFFICE,
        NewCustomer(
            name="张伟",
            identities=(NewIdentity(kind=IdentityKind.PHONE, value="13900001234"),),
            vehicles=(NewVehicle(plate="粤B12345"),),
        ),
    )
    set_back("customers_customer", "joined_at", 400, id=old)
    alike = enrolled(chain, old, vehicles=(NewVehicle(plate="粤C12345"),))
    assert alike.flags == [Flag.ALIKE]
    staff = enrolled(chain, old, tags=("员工",))
    assert set(staff.flags) == {Flag.STAFF, Flag.BURST}
    set_back("occasions_referral", "joined_at", 1)
    household = customers.create_customer(HEAD_OFFICE, NewCustomer(name="王芳"))
    customers.make_household(HEAD_OFFICE, "", [old, household])
    code = services.referral_code(HEAD_OFFICE, old)
    row = Referral.objects.get(id=services.make_referral(HEAD_OFFICE, household, code))
    assert row.flags == [Flag.HOUSEHOLD]


@pytest.mark.parametrize("kind", [IdentityKind.PHONE, IdentityKind.EMAIL])
def test_who_gives_up_a_number_and_enrols_with_it_again_is_no_friend(chain, kind):
    mark = NewIdentity(kind=kind, value="13900001234" if kind is IdentityKind.PHONE else "zhang@example.com")
    old = customers.create_customer(HEAD_OFFICE, NewCustomer(name="张伟", identities=(mark,)))
    set_back("customers_customer", "joined_at", 400, id=old)
    customers.remove_identity(HEAD_OFFICE, old, Identity.objects.get(customer_id=old).pk)
    assert enrolled(chain, old, identities=(mark,)).flags == [Flag.ALIKE]


@pytest.mark.parametrize("kind", [IdentityKind.PHONE, IdentityKind.EMAIL])
def test_who_gave_up_a_number_before_a_new_key_is_no_friend_either(rotate, chain, kind):
    mark = NewIdentity(kind=kind, value="13900001234" if kind is IdentityKind.PHONE else "zhang@example.com")
    old = customers.create_customer(HEAD_OFFICE, NewCustomer(name="张伟", identities=(mark,)))
    set_back("customers_customer", "joined_at", 400, id=old)
    customers.remove_identity(HEAD_OFFICE, old, Identity.objects.get(customer_id=old).pk)
    rotate()
    customers.reseal(SYSTEM)
    assert enrolled(chain, old, identities=(mark,)).flags == [Flag.ALIKE]


def test_what_was_given_up_is_forgotten_after_a_year(chain):
    plate = NewVehicle(plate="粤B12345")
    old, other = (customers.create_customer(HEAD_OFFICE, NewCustomer(name=name)) for name in ("张伟", "李娜"))
    customers.remove_vehicle(HEAD_OFFICE, old, customers.add_vehicle(HEAD_OFFICE, old, plate))
    assert FormerMark.objects.filter(customer_id=old).exists()
    customers.remove_vehicle(HEAD_OFFICE, other, customers.add_vehicle(HEAD_OFFICE, other, plate))
    assert customers.forget_given_up(SYSTEM) == 0
    set_back("customers_formermark", "given_up_at", 366, customer_id=old)
    assert customers.forget_given_up(SYSTEM) == 1
    assert [mark.customer_id for mark in FormerMark.objects.all()] == [other]
    with pytest.raises(NotAllowed):
        customers.forget_given_up(Actor(kind="staff", name="E1", permissions=frozenset({"customers.edit"})))


def test_two_who_buy_together_wait_for_a_person_who_lets_it_pass(chain, pair):
    old, _ = pair
    at = ago(0.001)
    chain.post(a_sale("o1", 1, occurred_at=at - timedelta(minutes=3)), a_sale("n1", 2, occurred_at=at))
    catch_up()
    assert only().flags == [Flag.TOGETHER]
    a_week_later()
    assert services.reward_referrals(SYSTEM) == 0
    (waiting,) = queries.referrals(is_flagged=True)
    assert waiting.open_flags == (Flag.TOGETHER,)
    services.approve_referral(HEAD_OFFICE, waiting.id, "认识的两位司机")
    with pytest.raises(Conflict, match="Nothing that a person can let pass"):
        services.approve_referral(HEAD_OFFICE, waiting.id)
    assert queries.referrals(is_flagged=True) == []
    assert services.reward_referrals(SYSTEM) == 1
    assert points(old) == 20 + 300
    with pytest.raises(Conflict, match="has ended"):
        services.refuse_referral(HEAD_OFFICE, waiting.id, "太晚")


def test_a_person_refuses_and_says_why(chain, pair):
    services.refuse_referral(HEAD_OFFICE, only().id, "同一司机")
    buy(chain)
    catch_up()
    a_week_later()
    assert services.reward_referrals(SYSTEM) == 0
    assert (only().state, only().reason) == (ReferralState.REFUSED, "同一司机")
    with pytest.raises(NotFound):
        services.refuse_referral(HEAD_OFFICE, 10**6, "x")


def test_beyond_the_limits_of_a_month_a_person_decides(chain):
    ids = chain.enrol(6)
    for one in ids:
        set_back("customers_customer", "joined_at", 400, id=one)
    code = services.referral_code(HEAD_OFFICE, ids[0])
    hold(RulesKind.REFERRAL, msgspec.structs.replace(REFERRAL, minutes=0, cooling_days=0))
    for one in ids[1:]:
        Customer.objects.filter(id=one).update(joined_at=clock.now())
        services.make_referral(HEAD_OFFICE, one, code)
    chain.post(*(a_sale(f"s{number}", number, occurred_at=ago(0.001)) for number in range(2, 7)))
    catch_up()
    assert services.reward_referrals(SYSTEM) == 3
    waiting = queries.referrals(is_flagged=True)
    assert [one.open_flags for one in waiting] == [(Flag.MONTH,)] * 2
    assert points(ids[0]) == 900
    services.approve_referral(HEAD_OFFICE, waiting[-1].id)
    assert services.reward_referrals(SYSTEM) == 1
    assert points(ids[0]) == 1200
    everything_proves()


def test_a_coupon_that_is_not_issued_any_more_holds_the_reward_until_it_is(chain, pair):
    buy(chain)
    catch_up()
    a_week_later()
    coupon_services.retire_template(HEAD_OFFICE, "wash")
    assert services.reward_referrals(SYSTEM) == 0
    assert only().flags == [Flag.TEMPLATE]
    with pytest.raises(Conflict):
        services.approve_referral(HEAD_OFFICE, only().id)
    coupon_services.revive_template(HEAD_OFFICE, "wash")
    assert services.reward_referrals(SYSTEM) == 1
    assert only().flags == []


def test_one_person_is_not_rewarded_for_itself_and_is_two_again_when_parted(chain, pair):
    old, new = pair
    merge = customers.merge_customers(HEAD_OFFICE, old, new)
    catch_up()
    assert (only().state, only().reason) == (ReferralState.REFUSED, "same_person")
    customers.undo_merge(HEAD_OFFICE, merge)
    catch_up()
    assert only().state == ReferralState.PENDING
    buy(chain)
    catch_up()
    assert only().state == ReferralState.QUALIFIED


def test_rewards_go_to_the_survivors_of_merged_members(chain, pair):
    old, new = pair
    first, second = chain.enrol(2)
    customers.merge_customers(HEAD_OFFICE, first, old)
    customers.merge_customers(HEAD_OFFICE, second, new)
    catch_up()
    buy(chain)
    catch_up()
    a_week_later()
    assert services.reward_referrals(SYSTEM) == 1
    assert points(first) == 300
    assert points(second) == 220
    view = queries.referral(only().id)
    assert (view.referrer_id, view.referred_id) == (first, second)
    brought_by, brought = queries.referrals_of([second, new])
    assert brought_by == view
    assert brought == []
    everything_proves()


def test_the_report_tells_what_each_brought_and_cost(chain, pair):
    old, new = pair
    buy(chain)
    catch_up()
    a_week_later()
    services.reward_referrals(SYSTEM)
    catch_up()
    (line,) = queries.referral_report(ago(1), ago(-1))
    assert (line.referrer_id, line.made, line.qualified, line.rewarded) == (old, 1, 1, 1)
    assert (line.points, line.coupons, line.cost, line.spend) == (500, 2, 45, 153)
    assert queries.referral_report(ago(9), ago(2)) == []
    assert queries.state_counts(ago(1), ago(-1)) == {"rewarded": 1, "made": 1, "flagged": 0}
    assert new in queries.survivor_ids([new])


def test_many_runs_at_once_reward_each_referral_once_and_keep_the_limit(chain):
    ids = chain.enrol(7)
    hold(RulesKind.REFERRAL, msgspec.structs.replace(REFERRAL, minutes=0, cooling_days=0, most_a_month=4))
    code = services.referral_code(HEAD_OFFICE, ids[0])
    for one in ids[1:]:
        services.make_referral(HEAD_OFFICE, one, code)
    chain.post(*(a_sale(f"s{number}", number, occurred_at=ago(0.001)) for number in range(2, 8)))
    catch_up()
    counts: list[int] = []

    def run() -> None:
        counts.append(services.reward_referrals(SYSTEM))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 4
    assert points(ids[0]) == 1200
    assert sql.rows("SELECT count(*) FROM coupons_coupon")[0][0] == 8
    everything_proves()


def test_events_that_come_twice_change_nothing(chain, pair):
    buy(chain)
    catch_up()
    sql.run("UPDATE kernel_cursor SET xid = 0, position = 0 WHERE reader LIKE 'occasions.%%'")
    readers.advance_all()
    assert [event["customer_id"] for event in events("referral.qualified.v1")] == [pair[1]]
    a_week_later()
    assert services.reward_referrals(SYSTEM) == 1
    sql.run("UPDATE kernel_cursor SET xid = 0, position = 0 WHERE reader LIKE 'occasions.%%'")
    readers.advance_all()
    assert only().state == ReferralState.REWARDED
    assert points(pair[0]) == 300


def test_only_who_works_for_all_stations_decides(chain, pair):
    manager = Actor(
        kind="staff", name="m", permissions=frozenset({"occasions.decide_referrals"}), stations=frozenset({1})
    )
    for command in (
        lambda: services.approve_referral(manager, only().pk),
        lambda: services.refuse_referral(manager, only().pk, "x"),
    ):
        with pytest.raises(NotAllowed, match="some stations only"):
            command()
