"""Coupons as a sale meets them: found, locked, reserved, used, given back, taken back."""

from datetime import timedelta

import pytest

from forecourt.coupons import queries, records
from forecourt.coupons.values import CouponStatus
from forecourt.kernel import clock, ids, sql, stamps
from forecourt.kernel.problems import Conflict, Invalid
from tests.coupons.scenes import a_hold, a_use, give, make_generic, make_template, now_at, uses_of, why


def test_a_presented_coupon_is_found_however_it_is_written(chain):
    make_template()
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    printed = "-".join(coupon.code[start : start + 4] for start in range(0, 12, 4)).lower()
    assert [found.id for found in queries.for_sale([f" {printed} "], [])] == [coupon.id]
    assert queries.for_sale(["NO-SUCH", "a\0b", " - "], []) == []


def test_only_automatic_coupons_come_without_being_presented(chain):
    make_template()
    make_template("birthday", is_automatic=True)
    first, second = chain.enrol(2)
    give("wash", first)
    (own,) = give("birthday", first)
    give("birthday", second)
    assert [found.id for found in queries.for_sale([], [first], automatic=[own.template_id])] == [own.id]
    records.use([a_use(own, first)])
    assert queries.for_sale([], [first], automatic=[own.template_id]) == []


def test_automatic_coupons_that_ended_long_ago_are_not_read(chain):
    make_template("birthday", is_automatic=True, valid_days=5)
    (member,) = chain.enrol()
    (coupon,) = give("birthday", member, occurred_at=clock.now() - timedelta(days=90))
    automatic = [coupon.template_id]
    assert len(queries.for_sale([], [member], automatic=automatic)) == 1
    assert queries.for_sale([], [member], since=clock.now().date() - timedelta(days=40), automatic=automatic) == []


@pytest.mark.parametrize("size", [1, 60])
def test_any_number_takes_the_same_statements(chain, size):
    make_template()
    make_generic()
    make_generic("few", "FEW", limit=500)
    members = chain.enrol(size)
    coupons = give("wash", *members)
    with sql.watching() as statements:
        found = queries.for_sale([coupon.code for coupon in coupons] + ["SUMMER26", "FEW"], members, lock=True)
        queries.used_by(members, {coupon.template_id for coupon in found})
    assert len(statements) == 2
    generic = [coupon for coupon in found if coupon.is_generic]
    reservation = ids.uuid7()
    with sql.watching() as statements:
        records.reserve([a_hold(coupon, members[0], reservation) for coupon in [*coupons, *generic]])
    assert len(statements) == 3
    uses = [a_use(coupon, member, reservation_id=reservation) for coupon, member in zip(coupons, members, strict=True)]
    uses += [a_use(coupon, members[0], reservation_id=reservation) for coupon in generic]
    with sql.watching() as statements:
        told = records.use(uses)
    assert len(statements) == 3
    assert len(told) == size + 2
    with sql.watching() as statements:
        restored = records.restore([use.sale_id for use in uses])
    assert len(statements) == 2
    assert len(restored) == size + 2


def test_a_used_coupon_is_used_and_a_refund_gives_it_back_once(chain):
    make_template()
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    use = a_use(coupon, member)
    (told,) = records.use([use])
    assert (told.customer_id, told.coupon_id, told.template, told.sale_id) == (member, coupon.id, "wash", use.sale_id)
    assert (why(coupon.code, member), now_at(coupon.code).status) == ("used", CouponStatus.USED)
    with pytest.raises(Conflict, match="cannot be used so often"):
        records.use([a_use(coupon, member)])
    assert len(records.restore([use.sale_id])) == 1
    assert records.restore([use.sale_id]) == []
    assert (why(coupon.code, member), now_at(coupon.code).uses_left, uses_of(coupon)) == (None, 1, 0)


def test_a_coupon_that_ended_meanwhile_comes_back_but_stays_ended(chain):
    make_template(valid_days=5)
    (member,) = chain.enrol()
    (coupon,) = give("wash", member, occurred_at=clock.now() - timedelta(days=10))
    use = a_use(coupon, member)
    records.use([use])
    records.restore([use.sale_id])
    assert (now_at(coupon.code).status, why(coupon.code, member)) == (CouponStatus.ACTIVE, "expired")


def test_a_coupon_for_several_uses_is_used_up_one_by_one(chain):
    make_template(uses=3)
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    records.use([a_use(coupon, member), a_use(coupon, member)])
    assert (now_at(coupon.code).uses_left, why(coupon.code, member)) == (1, None)
    last = a_use(coupon, member)
    records.use([last])
    assert why(coupon.code, member) == "used"
    records.restore([last.sale_id])
    assert (now_at(coupon.code).uses_left, why(coupon.code, member)) == (1, None)


def test_a_generic_code_counts_its_limit_and_each_customers(chain):
    make_generic(limit=2, per_customer=1)
    first, second, third = chain.enrol(3)
    code = now_at("summer-26")
    assert why("SUMMER26") == "members"
    assert why("SUMMER26", -chain.station.id) == "members"
    records.use([a_use(code, first)])
    assert (why("SUMMER26", first), why("SUMMER26", second)) == ("customer_limit", None)
    records.use([a_use(code, second)])
    assert why("SUMMER26", third) == "limit"


def test_a_generic_code_without_a_limit_is_never_written(chain):
    make_generic()
    (member,) = chain.enrol()
    code = now_at("SUMMER26")
    before = sql.rows("SELECT xmin, ctid FROM coupons_coupon")
    records.reserve([a_hold(code, member, ids.uuid7())])
    use = a_use(code, member)
    records.use([use, a_use(code, member)])
    assert uses_of(code) == 2
    assert len(records.restore([use.sale_id])) == 1
    assert uses_of(code) == 1
    assert sql.rows("SELECT xmin, ctid FROM coupons_coupon") == before


def test_a_reserved_coupon_is_kept_for_its_reservation(chain):
    make_template()
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    mine, other = ids.uuid7(), ids.uuid7()
    records.reserve([a_hold(coupon, member, mine)])
    assert (why(coupon.code, member), why(coupon.code, member, reservation_id=other)) == ("reserved", "reserved")
    assert why(coupon.code, member, reservation_id=mine) is None
    assert why(coupon.code, member, days=400, reservation_id=mine) is None, "it was good when it was reserved"
    with pytest.raises(Conflict, match="cannot be reserved"):
        records.reserve([a_hold(coupon, member, other)])
    with pytest.raises(Conflict, match="cannot be used"):
        records.use([a_use(coupon, member)])
    records.use([a_use(coupon, member, reservation_id=mine)])
    assert why(coupon.code, member, reservation_id=mine) == "used"
    assert records.free([mine]) == []


def test_a_freed_coupon_can_be_used_by_others_again(chain):
    make_template()
    make_generic(limit=1)
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    generic = now_at("SUMMER26")
    reservation = ids.uuid7()
    records.reserve([a_hold(coupon, member, reservation), a_hold(generic, member, reservation)])
    assert (why(coupon.code, member), why("SUMMER26", member)) == ("reserved", "reserved")
    assert why("SUMMER26", member, reservation_id=reservation) is None
    assert sorted(records.free([reservation])) == sorted([coupon.id, generic.id])
    assert records.free([reservation]) == []
    assert (why(coupon.code, member), why("SUMMER26", member)) == (None, None)


def test_a_held_use_is_not_taken_twice(chain):
    make_generic(limit=2)
    first, second = chain.enrol(2)
    code = now_at("SUMMER26")
    reservation = ids.uuid7()
    records.reserve([a_hold(code, first, reservation)])
    records.use([a_use(code, second)])
    records.use([a_use(code, first, reservation_id=reservation)])
    assert (now_at("SUMMER26").uses_left, uses_of(code)) == (0, 2)
    assert sql.rows("SELECT count(*) FROM coupons_couponhold") == [(0,)]


def test_what_a_refunded_sale_gave_is_taken_back_unless_it_was_used(chain):
    make_template()
    make_template("double", uses=2)
    (member,) = chain.enrol()
    sale = ids.uuid7()
    unused, used = give("wash", member, origin=f"sale:{sale}")[0], give("double", member, origin=f"sale:{sale}")[0]
    records.use([a_use(used, member)])
    assert {found.id for found in queries.for_sale([], [], refunded=[sale])} == {unused.id, used.id}
    taken = records.void_issued_by([f"sale:{sale}", "sale:none"])
    assert {event.coupon_id for event in taken.voided} == {unused.id, used.id}
    assert [(gone.coupon_id, gone.origin, gone.uses) for gone in taken.used] == [(used.id, f"sale:{sale}", 1)]
    assert (why(unused.code, member), why(used.code, member)) == ("void", "void")
    again = records.void_issued_by([f"sale:{sale}"])
    assert (again.voided, len(again.used)) == ([], 1)


def test_a_used_coupon_that_was_voided_is_void_once_its_use_is_given_back(chain):
    make_template()
    (member,) = chain.enrol()
    sale = ids.uuid7()
    by_sale = give("wash", member, origin=f"sale:{sale}")[0]
    by_hand = give("wash", member)[0]
    uses = [a_use(coupon, member) for coupon in (by_sale, by_hand)]
    records.use(uses)
    taken = records.void_issued_by([f"sale:{sale}"])
    assert [gone.coupon_id for gone in taken.used] == [by_sale.id]
    assert len(records.void([by_hand.id], "stolen")) == 1
    assert records.void([by_hand.id], "stolen") == []
    assert (why(by_sale.code, member), why(by_hand.code, member)) == ("used", "used")
    records.restore([use.sale_id for use in uses])
    assert (why(by_sale.code, member), why(by_hand.code, member)) == ("void", "void")


def test_the_last_use_of_a_coupon_that_is_held_is_good_for_its_sale_alone_once_voided(chain):
    make_template(uses=2)
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    reservation = ids.uuid7()
    records.use([a_use(coupon, member)])
    records.reserve([a_hold(coupon, member, reservation)])
    records.void([coupon.id], "stolen")
    assert (why(coupon.code, member, reservation_id=reservation), why(coupon.code, member)) == (None, "void")
    records.free([reservation])
    assert (why(coupon.code, member), now_at(coupon.code).uses_left) == ("void", 1)


def test_the_same_origin_gives_once_even_after_the_coupon_changed_hands(chain):
    make_template()
    first, second = chain.enrol(2)
    (coupon,) = give("wash", first, origin="tier:gold")
    sql.run("UPDATE coupons_coupon SET customer_id = %(id)s", {"id": second})
    assert give("wash", first, origin="tier:gold") == []
    assert len(give("wash", second, origin="tier:gold")) == 1
    assert now_at(coupon.code).customer_id == second


def test_a_limit_of_a_template_counts_what_is_issued(chain):
    make_template(limit=3)
    members = chain.enrol(4)
    give("wash", *members[:2])
    with pytest.raises(Conflict, match="leaves 1 coupons"):
        give("wash", *members[2:])
    left = give("wash", *members[2:], leaving_out=True)
    assert [coupon.customer_id for coupon in left] == [members[2]]
    assert give("wash", members[3], leaving_out=True) == []


def test_what_cannot_be_issued_names_the_template(chain):
    make_generic()
    (member,) = chain.enrol()
    with pytest.raises(Invalid, match="SUMMER26; hand that out"):
        give("summer", member)
    with pytest.raises(Invalid, match="'none' is not a coupon template that is issued"):
        give("none", member)
    assert give("none", member, leaving_out=True) == []
    assert give("summer", member, leaving_out=True) == []


def test_uses_count_for_whoever_took_the_customer_over(chain):
    make_template()
    survivor, merged = chain.enrol(2)
    (coupon,) = give("wash", merged)
    records.use([a_use(coupon, merged)])
    sql.run("UPDATE customers_customer SET merged_into_id = %(to)s WHERE id = %(id)s", {"to": survivor, "id": merged})
    assert queries.used_by([survivor], [coupon.template_id]) == {(survivor, coupon.template_id): 1}


def test_templates_are_read_again_only_when_one_changed(chain):
    make_template()
    stamp = stamps.read()[queries.STAMP]
    known = queries.live_templates(stamp)
    assert known["wash"].template.name == "免费洗车"
    with sql.watching() as statements:
        assert queries.live_templates(stamp) is known
    assert statements == []
    make_template("coffee", name="咖啡")
    assert set(queries.live_templates(stamps.read()[queries.STAMP])) == {"wash", "coffee"}
