"""What happens to single coupons beside sales: given, claimed, transferred, handed over, made void, given back, told of."""

from datetime import timedelta

import pytest

from forecourt.coupons import permissions, queries, records, services
from forecourt.coupons.values import CouponStatus
from forecourt.customers import services as customer_services
from forecourt.kernel import clock, ids, sql
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from tests.coupons.scenes import HEAD_OFFICE, a_use, give, make_generic, make_template, now_at, uses_of, why
from tests.sales.scenes import catch_up, events


def test_coupons_are_given_by_hand_and_audited(chain):
    make_template()
    first, second = chain.enrol(2)
    made = services.issue_coupons(HEAD_OFFICE, "wash", [second, first, second], reason="rainy day")
    assert [coupon.customer_id for coupon in made] == [second, first, second]
    assert [(event["customer_id"], event["origin"]) for event in events("coupon.issued.v1")] == [
        (second, "hand"),
        (first, "hand"),
        (second, "hand"),
    ]
    assert len(services.issue_coupons(HEAD_OFFICE, "wash", [first, second], origin="campaign:rain")) == 2
    assert services.issue_coupons(HEAD_OFFICE, "wash", [first, second], origin="campaign:rain") == []
    audited = sql.rows("SELECT reason FROM kernel_audit WHERE action = 'coupon.issue' ORDER BY at LIMIT 1")
    assert audited == [("rainy day",)]


def test_giving_names_who_is_not_there(chain):
    make_template()
    (member,) = chain.enrol()
    with pytest.raises(NotFound, match="no customer 4711"):
        services.issue_coupons(HEAD_OFFICE, "wash", [member, 4711])
    with pytest.raises(Invalid, match="1 to 1000"):
        services.issue_coupons(HEAD_OFFICE, "wash", [])
    with pytest.raises(NotAllowed):
        services.issue_coupons(Actor(kind="staff", name="E1"), "wash", [member])


def test_a_bearer_coupon_is_claimed_by_its_code(chain):
    make_template()
    first, second = chain.enrol(2)
    (coupon,) = give("wash", None)
    claimed = services.claim_coupon(HEAD_OFFICE, coupon.code.lower(), first)
    assert claimed.customer_id == first
    assert services.claim_coupon(HEAD_OFFICE, coupon.code, first).customer_id == first, "twice is as good as once"
    with pytest.raises(Conflict, match="belong to whom they were given"):
        services.claim_coupon(HEAD_OFFICE, coupon.code, second)
    assert why(coupon.code, second) == "not_yours"
    assert [(event["customer_id"], event["giver_id"]) for event in events("coupon.transferred.v1")] == [(first, 0)]


def test_a_transferable_coupon_goes_where_it_is_sent_or_shared(chain):
    make_template(is_transferable=True)
    first, second, third = chain.enrol(3)
    (coupon,) = give("wash", first)
    assert services.transfer_coupon(HEAD_OFFICE, coupon.id, second).customer_id == second
    assert services.claim_coupon(HEAD_OFFICE, coupon.code, third).customer_id == third
    with pytest.raises(Conflict, match="already"):
        services.transfer_coupon(HEAD_OFFICE, coupon.id, third)
    records.use([a_use(now_at(coupon.code), third)])
    with pytest.raises(Conflict, match="was used on"):
        services.transfer_coupon(HEAD_OFFICE, coupon.id, first)
    moved = [(step.giver_id, step.taker_id, step.reason) for step in queries.steps(coupon.id)]
    assert moved == [(first, second, "given"), (second, third, "claimed")]


def test_a_blocked_members_coupons_are_neither_used_nor_passed_on(chain):
    make_template(is_transferable=True, handover="一次精洗")
    blocked, other = chain.enrol(2)
    (coupon,) = give("wash", blocked)
    customer_services.block_customer(HEAD_OFFICE, blocked, "欠款")
    for command in (
        lambda: services.transfer_coupon(HEAD_OFFICE, coupon.id, other),
        lambda: services.claim_coupon(HEAD_OFFICE, coupon.code, other),
        lambda: services.redeem_coupon(HEAD_OFFICE, coupon.code, "S001"),
        lambda: services.redeem_coupon(HEAD_OFFICE, coupon.code, "S001", blocked),
    ):
        with pytest.raises(Conflict, match="is blocked"):
            command()
    customer_services.unblock_customer(HEAD_OFFICE, blocked, "已还清")
    assert services.redeem_coupon(HEAD_OFFICE, coupon.code, "S001").customer_id == blocked


def test_no_coupon_comes_to_who_is_blocked(chain):
    make_template(is_transferable=True)
    blocked, other = chain.enrol(2)
    (bearers,), (held,) = give("wash", None), give("wash", other)
    customer_services.block_customer(HEAD_OFFICE, blocked, "欠款")
    for command in (
        lambda: services.claim_coupon(HEAD_OFFICE, bearers.code, blocked),
        lambda: services.transfer_coupon(HEAD_OFFICE, held.id, blocked),
    ):
        with pytest.raises(Conflict, match=f"Customer {blocked} is blocked"):
            command()
    assert (now_at(bearers.code).customer_id, now_at(held.code).customer_id) == (None, other)


def test_what_cannot_be_taken_over(chain):
    make_template()
    make_generic()
    first, second = chain.enrol(2)
    (coupon,) = give("wash", first)
    with pytest.raises(Conflict, match="belong to whom they were given"):
        services.transfer_coupon(HEAD_OFFICE, coupon.id, second)
    with pytest.raises(Conflict, match="one code for everybody"):
        services.claim_coupon(HEAD_OFFICE, "SUMMER26", second)
    with pytest.raises(NotFound, match="No coupon has this code"):
        services.claim_coupon(HEAD_OFFICE, "NOSUCHCODE", second)
    with pytest.raises(NotFound, match="no customer 4711"):
        services.claim_coupon(HEAD_OFFICE, coupon.code, 4711)
    with pytest.raises(NotFound, match="no coupon"):
        services.transfer_coupon(HEAD_OFFICE, ids.uuid7(), second)


def test_a_coupon_is_handed_over_without_a_sale(chain):
    make_template(per_customer=1)
    (member,) = chain.enrol()
    first, second = give("wash", member, member)
    done = services.redeem_coupon(HEAD_OFFICE, first.code, "S001")
    assert done.status is CouponStatus.USED
    (told,) = events("coupon.used.v1")
    assert (told["customer_id"], told["sale_id"]) == (member, None)
    (use,) = queries.uses(coupon_id=first.id)
    assert (use.customer_id, use.station_id, use.sale_id) == (member, chain.station.id, None)
    with pytest.raises(Conflict, match="was used on"):
        services.redeem_coupon(HEAD_OFFICE, first.code, "S001")
    with pytest.raises(Conflict, match="has used 1 of these coupons"):
        services.redeem_coupon(HEAD_OFFICE, second.code, "S001")


def test_a_bearer_coupon_is_handed_over_to_nobody_known(chain):
    make_template()
    make_template("off", handover="")
    bearer, priced = give("wash", None)[0], give("off", None)[0]
    services.redeem_coupon(HEAD_OFFICE, bearer.code, "S001")
    assert queries.uses(coupon_id=bearer.id)[0].customer_id == -chain.station.id
    with pytest.raises(Conflict, match="is used in a sale"):
        services.redeem_coupon(HEAD_OFFICE, priced.code, "S001")


def test_handing_over_needs_the_station_and_the_right_member(chain):
    make_template()
    first, second = chain.enrol(2)
    (coupon,) = give("wash", first)
    elsewhere = Actor(kind="staff", name="E1", permissions=frozenset(permissions.ROLES), stations=frozenset({999}))
    with pytest.raises(NotAllowed):
        services.redeem_coupon(elsewhere, coupon.code, "S001")
    with pytest.raises(Invalid, match="not a station"):
        services.redeem_coupon(HEAD_OFFICE, coupon.code, "none")
    with pytest.raises(Conflict, match="belongs to a member"):
        services.redeem_coupon(HEAD_OFFICE, coupon.code, "S001", second)


def test_a_use_is_given_back_by_hand_and_a_void_coupon_is_good_again(chain):
    make_template()
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    with pytest.raises(Conflict, match="was not used"):
        services.restore_coupon(HEAD_OFFICE, coupon.id, "why not")
    use = a_use(coupon, member)
    records.use([use])
    assert services.restore_coupon(HEAD_OFFICE, coupon.id, "the machine was broken").status is CouponStatus.ACTIVE
    assert uses_of(coupon) == 0
    assert records.restore([use.sale_id]) == [], "the refund gives nothing back a second time"
    assert services.void_coupons(HEAD_OFFICE, [coupon.id], "a mistake") == 1
    assert services.void_coupons(HEAD_OFFICE, [coupon.id], "a mistake") == 0
    assert why(coupon.code, member) == "void"
    assert services.restore_coupon(HEAD_OFFICE, coupon.id, "no mistake").status is CouponStatus.ACTIVE
    steps = [(step.step.value, step.reason) for step in queries.steps(coupon.id)]
    assert steps == [("restored", "the machine was broken"), ("voided", "a mistake"), ("revived", "no mistake")]


def test_seen_is_told_once(chain):
    make_template()
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    assert services.mark_seen(HEAD_OFFICE, [coupon.id]) == 1
    assert services.mark_seen(HEAD_OFFICE, [coupon.id, ids.uuid7()]) == 0
    assert len(events("coupon.seen.v1")) == 1


def test_coupons_go_with_a_merge_and_come_back_with_its_undoing(real_chain):
    make_template(is_transferable=True)
    survivor, merged, other = real_chain.enrol(3)
    own, moved, given_on = give("wash", survivor, merged, merged)
    records.use([a_use(moved, merged)])
    merge = customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert {coupon.id for coupon in queries.coupons_of([survivor])} == {own.id, moved.id, given_on.id}
    assert queries.used_by([survivor], [moved.template_id]) == {(survivor, moved.template_id): 1}
    services.transfer_coupon(HEAD_OFFICE, given_on.id, other)
    customer_services.undo_merge(HEAD_OFFICE, merge)
    catch_up()
    assert [coupon.id for coupon in queries.coupons_of([survivor])] == [own.id]
    assert [coupon.id for coupon in queries.coupons_of([merged])] == [moved.id]
    assert [coupon.id for coupon in queries.coupons_of([other])] == [given_on.id]


def test_a_second_merge_and_parting_leaves_what_was_given_since(real_chain):
    make_template(is_transferable=True)
    survivor, merged = real_chain.enrol(2)
    (coupon,) = give("wash", merged)
    first = customer_services.merge_customers(HEAD_OFFICE, survivor, merged)
    catch_up()
    customer_services.undo_merge(HEAD_OFFICE, first)
    catch_up()
    services.transfer_coupon(HEAD_OFFICE, coupon.id, survivor)
    second = customer_services.merge_customers(HEAD_OFFICE, survivor, merged)
    catch_up()
    customer_services.undo_merge(HEAD_OFFICE, second)
    catch_up()
    assert [held.id for held in queries.coupons_of([survivor])] == [coupon.id], "it was given, not merged"


def test_the_end_is_told_a_week_before_once(chain):
    make_template(valid_days=30)
    make_template("brief", valid_days=5)
    members = chain.enrol(5)
    coupons = give("wash", *members, occurred_at=clock.now() - timedelta(days=22))
    give("brief", members[0], occurred_at=clock.now() + timedelta(days=3))
    records.use([a_use(coupons[0], members[0])])
    services.void_coupons(HEAD_OFFICE, [coupons[1].id], "gone")
    (day,) = queries.days_to_tell(clock.now())
    assert coupons[0].expires_on == day + timedelta(days=7)
    rounds = 1
    while services.tell_expiring(SYSTEM, day, 2):
        rounds += 1
    assert rounds == 2
    told = events("coupon.expiring.v1")
    assert [event["customer_id"] for event in told] == members[2:]
    assert {event["expires_on"] for event in told} == {coupons[0].expires_on.isoformat()}
    assert not services.tell_expiring(SYSTEM, day)
    assert queries.days_to_tell(clock.now()) == []
    assert len(events("coupon.expiring.v1")) == 3


def test_days_on_which_nothing_ran_are_told_later(chain):
    (today,) = queries.days_to_tell(clock.now())
    services.tell_expiring(SYSTEM, today - timedelta(days=3))
    assert queries.days_to_tell(clock.now()) == [today - timedelta(days=2), today - timedelta(days=1), today]
