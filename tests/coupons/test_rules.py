"""Codes and dates, and why a coupon is not taken: laws over whatever is thrown at them."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from forecourt.coupons import rules
from forecourt.coupons.values import Coupon, CouponStatus, Template, WhyNot
from forecourt.kernel import ids

days = some.dates(date(2020, 1, 1), date(2040, 1, 1))
templates = some.builds(
    Template,
    code=some.just("wash"),
    name=some.just("洗车"),
    delay_days=some.integers(0, 400),
    valid_days=some.integers(0, 400),
    valid_until=some.none() | days,
    per_customer=some.integers(0, 3),
)
coupons = some.builds(
    Coupon,
    id=some.builds(ids.uuid7),
    code=some.just("ABCDEFGHJKLM"),
    template=some.just("wash"),
    customer_id=some.none() | some.integers(1, 3),
    status=some.sampled_from(CouponStatus),
    active_from=days,
    expires_on=some.none() | days,
    uses=some.sampled_from([0, 1, 5]),
    uses_left=some.integers(0, 1),
    reserved_by=some.none() | some.uuids(),
)


def test_codes_are_made_of_characters_that_are_not_mistaken_and_differ():
    codes = rules.new_codes(20_000)
    assert len(set(codes)) == 20_000
    assert {len(code) for code in codes} == {rules.CODE_LENGTH}
    assert set("".join(codes)) == set(rules.ALPHABET)
    assert not set("01IO") & set(rules.ALPHABET)


def test_every_character_is_as_likely_as_any_other():
    text = "".join(rules.new_codes(20_000))
    expected = len(text) / len(rules.ALPHABET)
    assert max(abs(text.count(letter) - expected) for letter in rules.ALPHABET) < 0.06 * expected


@given(some.text(alphabet=rules.ALPHABET, min_size=12, max_size=12), some.data())
def test_a_code_is_the_same_however_it_is_written(code, data):
    breaks = data.draw(some.lists(some.sampled_from([" ", "-", "_", ".", "", "·"]), min_size=12, max_size=12))
    written = "".join(letter + between for letter, between in zip(code.lower(), breaks, strict=True))
    assert rules.normal_code(written) == code
    assert rules.normal_code(rules.shown_code(code)) == code


@given(some.text(max_size=40))
def test_normal_codes_are_normal(text):
    once = rules.normal_code(text)
    assert rules.normal_code(once) == once


@given(templates, days)
def test_the_days_a_coupon_is_good_follow_its_template(template, issued_on):
    first, last = rules.good_days(template, issued_on)
    assert first == issued_on + timedelta(days=template.delay_days)
    if last is None:
        assert not template.valid_days
        assert template.valid_until is None
        return
    if template.valid_days:
        assert (last - first).days < template.valid_days
    if template.valid_until:
        assert last <= template.valid_until
    assert last in {template.valid_until, first + timedelta(days=template.valid_days - 1)}


@given(coupons, templates, days, some.none() | some.integers(-2, 3), some.integers(0, 4))
def test_a_coupon_is_taken_only_while_it_is_good_and_by_whom_it_belongs_to(coupon, template, day, customer, used):
    why = rules.why_not(coupon, template, day, customer, used)
    if why is not None:
        assert rules.sentence(why, coupon, template, UTC).strip()
        return
    assert coupon.status in (CouponStatus.ACTIVE, CouponStatus.USED)
    assert coupon.uses == 0 or coupon.uses_left > 0
    assert coupon.active_from <= day
    assert coupon.expires_on is None or day <= coupon.expires_on
    assert coupon.customer_id in (None, customer)
    if template.per_customer:
        assert customer is not None
        assert customer > 0
        assert used < template.per_customer


@given(coupons, templates, days, some.uuids())
def test_a_reservation_keeps_its_coupon_whatever_the_day(coupon, template, day, reservation):
    import msgspec

    held = msgspec.structs.replace(coupon, status=CouponStatus.RESERVED, reserved_by=reservation, uses=1, uses_left=1)
    assert rules.why_not(held, template, day, coupon.customer_id, 9, reservation) is None
    assert rules.why_not(held, template, day, coupon.customer_id, 0, None) is WhyNot.RESERVED


def test_reasons_say_their_figures():
    template = Template(code="wash", name="洗车", per_customer=2)
    coupon = Coupon(
        id=ids.uuid7(),
        code="X",
        template="wash",
        customer_id=None,
        status=CouponStatus.USED,
        active_from=date(2026, 3, 4),
        expires_on=date(2026, 5, 6),
        uses=100,
        used_at=datetime(2026, 4, 1, 20, tzinfo=UTC),
    )
    said = {why: rules.sentence(why, coupon, template, UTC) for why in WhyNot}
    assert len(set(said.values())) == len(WhyNot)
    for why, figure in (
        (WhyNot.NOT_YET, "2026-03-04"),
        (WhyNot.EXPIRED, "2026-05-06"),
        (WhyNot.USED, "2026-04-01"),
        (WhyNot.LIMIT, "100"),
        (WhyNot.CUSTOMER_LIMIT, "2"),
        (WhyNot.MEMBERS, "2"),
    ):
        assert figure in said[why]
    assert rules.why_not(None, None, date(2026, 1, 1), 1) is WhyNot.UNKNOWN
    assert rules.sentence(WhyNot.UNKNOWN, None, None)
