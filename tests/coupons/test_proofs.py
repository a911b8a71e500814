"""The proofs of coupons: silent while the books agree, loud when somebody meddled."""

import pytest

from forecourt import coupons
from forecourt.coupons import records, services
from forecourt.kernel import ids, sql
from forecourt.kernel.actors import SYSTEM
from tests.coupons.scenes import HEAD_OFFICE, a_hold, a_use, give, make_generic, make_template, now_at

PROOFS = ("prove_uses", "prove_status", "prove_sales", "prove_issued")


def found_by(*names: str) -> list[str]:
    """Which of the proofs find something."""
    return [name for name in names if sql.rows(sql.load(coupons.__file__, name))]


def proven() -> None:
    """Every proof but the one of sales, for uses whose sales are made up."""
    assert found_by("prove_uses", "prove_status", "prove_issued") == []


@pytest.fixture
def books(chain):
    """Coupons in every state: used in a sale, handed over, reserved, held, void, given back, of a batch."""
    make_template(uses=1)
    make_template("three", uses=3, limit=10)
    make_generic(limit=5)
    make_generic("any", "ANY")
    (member,) = chain.enrol()
    sale = chain.post_one("1", 1).id
    wash = give("wash", *[member] * 6)
    three = give("three", member, member)
    records.use([a_use(wash[0], member, sale_id=sale), a_use(three[0], member, sale_id=sale)])
    services.redeem_coupon(HEAD_OFFICE, wash[1].code, "S001")
    reservation = ids.uuid7()
    records.reserve(
        [a_hold(coupon, member, reservation) for coupon in (wash[2], wash[5], three[1], now_at("SUMMER26"))]
    )
    services.void_coupons(HEAD_OFFICE, [wash[3].id, wash[5].id, three[0].id], "x")
    records.use([a_use(now_at("ANY"), member, sale_id=sale)])
    back = chain.post_one("2", 1).id
    records.use([a_use(wash[4], member, sale_id=back)])
    records.restore([back])
    services.extend_batch(SYSTEM, services.create_batch(HEAD_OFFICE, "three", "x", 7), 5)
    return chain


def test_books_in_every_state_agree(books):
    assert found_by(*PROOFS) == []


@pytest.mark.parametrize(
    ("meddling", "proofs"),
    [
        ("UPDATE coupons_coupon SET uses_left = 1, status = 'active' WHERE status = 'used' AND uses = 1", ["prove_uses"]),
        ("UPDATE coupons_coupon SET status = 'active' WHERE status = 'used'", ["prove_status"]),
        ("UPDATE coupons_coupon SET reserved_by = NULL WHERE status = 'reserved'", ["prove_status"]),
        ("UPDATE coupons_coupon SET status = 'active', reserved_by = NULL WHERE status = 'reserved' AND voided_at IS NOT NULL",
         ["prove_status"]),
        ("DELETE FROM coupons_couponhold", ["prove_uses"]),
        ("UPDATE coupons_couponuse SET restored_at = now() WHERE sale_id IS NULL", ["prove_uses"]),
        ("INSERT INTO coupons_couponuse (coupon_id, template_id, customer_id, used_at) "
         "SELECT coupon_id, template_id, customer_id, now() FROM coupons_couponuse WHERE sale_id IS NULL", ["prove_uses"]),
        ("DELETE FROM coupons_coupon WHERE status = 'used'", ["prove_uses"]),
        ("UPDATE coupons_couponuse SET sale_id = gen_random_uuid() WHERE sale_id IS NOT NULL", ["prove_sales"]),
        ("UPDATE coupons_couponbatch SET made = made + 1", ["prove_issued"]),
        ("UPDATE coupons_coupontemplate SET issued = issued + 1 WHERE code = 'three'", ["prove_issued"]),
    ],
)  # fmt: skip
def test_meddling_is_found(books, meddling, proofs):
    assert sql.run(meddling) > 0
    assert found_by(*PROOFS) == proofs
