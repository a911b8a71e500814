"""Checking figures, trading days, flags, and what is left of a sale after refunds. No database."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.catalogue.values import Family, Kind, ProductFacts, Unit
from forecourt.customers.values import CustomerClaim
from forecourt.kernel.problems import Invalid
from forecourt.loyalty.rules import Rates
from forecourt.loyalty.values import EarnRate, Per, Programme, Standing, Tier
from forecourt.organisation.values import StationFacts
from forecourt.sales import rules
from forecourt.sales.services.posting import fingerprint
from forecourt.sales.values import Flag, KnownSale, NewLine, NewSale, NewTender, RatedLine, RefundLine

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Noon in Shanghai."""
PETROL = ProductFacts(id=1, code="92", name="92#", kind=Kind.FUEL, unit=Unit.VOLUME, family=Family.PETROL)
WATER = ProductFacts(id=2, code="690", name="water", kind=Kind.GOODS, unit=Unit.PIECE)
STATION = StationFacts(id=7, code="S001", name="Station", zone="Asia/Shanghai", day_rolls_at=time(6))


def a_line(quantity="1", amount="5.00", product="690", **more) -> NewLine:
    return NewLine(product=product, quantity=Decimal(quantity), amount=Decimal(amount), **more)


def a_sale(*lines: NewLine, **changes) -> NewSale:
    fields = {"station": "S001", "source": "pos-1", "source_ref": "1", "occurred_at": NOON}
    return NewSale(**fields | {"lines": lines or (a_line(),)} | changes)


@pytest.mark.parametrize(
    "line",
    [
        a_line("1", "5"),
        a_line("1.000", "5.00"),
        a_line("1.0000000", "5.000000"),
        a_line("1E0", "0.5E1", discount=Decimal("0.00")),
        a_line("1", "5", discount=Decimal("0E-9999")),
    ],
)
def test_equal_figures_become_equal_sales(line):
    checked = rules.checked(a_sale(line), 2)
    assert (str(checked.lines[0].quantity), str(checked.lines[0].amount)) == ("1.000", "5.00")
    assert str(checked.lines[0].discount) == "0"
    assert fingerprint(checked) == fingerprint(rules.checked(a_sale(), 2))


def test_nothing_below_zero_is_nothing():
    checked = rules.checked(a_sale(a_line("-0.000", "-0.00")), 2)
    assert (str(checked.lines[0].quantity), str(checked.lines[0].amount)) == ("0.000", "0.00")


def test_a_sale_in_canonical_form_is_handed_back_as_it_is():
    sale = a_sale(a_line("1.000", "5.00"), tenders=(NewTender(kind="cash", amount=Decimal("5.00")),))
    assert rules.checked(sale, 2) is sale


@given(st.decimals(allow_nan=True, allow_infinity=True), st.sampled_from(("quantity", "amount", "discount")))
def test_a_figure_is_taken_exactly_or_refused_with_its_name(figure, name):
    line = replace(a_line("1", "1"), **{name: figure})
    refused: set[str] = set()
    try:
        kept = getattr(rules.checked(a_sale(line), 2).lines[0], name)
    except Invalid as problem:
        refused = set(problem.fields)
    assert refused <= {f"lines.0.{name}", "lines.0.amount"}
    assert refused or kept == figure


@pytest.mark.parametrize(
    ("sale", "field", "words"),
    [
        (a_sale(a_line("NaN")), "lines.0.quantity", "is not a number; send digits"),
        (a_sale(a_line("sNaN")), "lines.0.quantity", "is not a number; send digits"),
        (a_sale(a_line(amount="Infinity")), "lines.0.amount", "Infinity is beyond 100000000; check the till"),
        (a_sale(a_line(), a_line("1e999")), "lines.1.quantity", "1E+999 is beyond 10000000"),
        (a_sale(a_line("1.0005")), "lines.0.quantity", "1.0005 has more than 3 decimal places; round it"),
        (a_sale(a_line(amount="5.001")), "lines.0.amount", "5.001 has more than 2 decimal places; round it"),
        (a_sale(a_line(discount=Decimal("0.001"))), "lines.0.discount", "0.001 has more than 2"),
        (a_sale(a_line(unit_price=Decimal("7.65001"))), "lines.0.unit_price", "7.65001 has more than 4"),
        (a_sale(a_line("-1", "5")), "lines.0.amount", "other sign than the quantity -1.000; make both negative"),
        (a_sale(a_line("1", "-5")), "lines.0.amount", "other sign than the quantity 1.000; make both negative"),
        (a_sale(a_line(product="69\0")), "lines.0.product", "leave it out"),
        (a_sale(source="\0"), "source", "leave it out"),
        (a_sale(source_ref="a\0"), "source_ref", "leave it out"),
        (a_sale(staff="\0E1"), "staff", "leave it out"),
        (a_sale(customer=CustomerClaim(phone="138\0")), "customer", "leave it out"),
        (a_sale(customer=CustomerClaim()), "customer", "names 0 identities; give exactly one"),
        (a_sale(customer=CustomerClaim(phone="1", card="2")), "customer", "names 2 identities; give exactly one"),
        (a_sale(tenders=(NewTender(kind="c\0", amount=Decimal(1)),)), "tenders.0.kind", "leave it out"),
        (a_sale(tenders=(NewTender(kind="c", amount=Decimal("1.001")),)), "tenders.0.amount", "more than 2"),
        (a_sale(occurred_at=datetime(1999, 1, 1, tzinfo=UTC)), "occurred_at", "send the time of the sale"),
        (a_sale(occurred_at=datetime(2100, 1, 1, tzinfo=UTC)), "occurred_at", "send the time of the sale"),
        (a_sale(a_line(amount="60000000"), a_line(amount="60000000")), "lines", "check the till"),
    ],
)
def test_a_refusal_names_the_field_the_value_and_the_remedy(sale, field, words):
    with pytest.raises(Invalid) as caught:
        rules.checked(sale, 2)
    assert list(caught.value.fields) == [field]
    assert words in caught.value.detail


def test_a_refusal_never_repeats_a_huge_value_whole():
    with pytest.raises(Invalid) as caught:
        rules.checked(a_sale(a_line("0." + "1" * 5000)), 2)
    assert len(caught.value.detail) < 200


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-03-02T05:59:59", date(2026, 3, 1)),
        ("2026-03-02T06:00:00", date(2026, 3, 2)),
        ("2026-03-03T00:10:00", date(2026, 3, 2)),
        ("2026-03-01T23:59:00", date(2026, 3, 1)),
    ],
)
def test_a_trading_day_rolls_at_six(local, day):
    sale = a_sale(occurred_at=datetime.fromisoformat(f"{local}+08:00"))
    assert rules.business_date_of(sale, STATION, NOON + timedelta(days=30)) == (day, False)


@pytest.mark.parametrize(
    ("stated", "day", "off"),
    [
        (None, date(2026, 3, 2), False),
        (date(2026, 3, 3), date(2026, 3, 3), False),
        (date(2026, 2, 28), date(2026, 2, 28), False),
        (date(2026, 2, 27), date(2026, 3, 2), True),
        (date(2026, 3, 5), date(2026, 3, 2), True),
        (date(1, 1, 1), date(2026, 3, 2), True),
        (date(9999, 12, 31), date(2026, 3, 2), True),
    ],
)
def test_the_tills_own_day_counts_within_two_days(stated, day, off):
    assert rules.business_date_of(a_sale(business_date=stated), STATION, NOON) == (day, off)


def test_a_sale_from_the_future_counts_today_and_is_flagged():
    ahead = a_sale(occurred_at=NOON + timedelta(days=40))
    assert rules.business_date_of(ahead, STATION, NOON) == (date(2026, 3, 2), True)
    assert rules.business_date_of(a_sale(occurred_at=NOON + timedelta(minutes=9)), STATION, NOON)[1] is False


@pytest.mark.parametrize(
    ("line", "flagged"),
    [
        (a_line("20.000", "153.00", unit_price=Decimal("7.65")), False),
        (a_line("20.000", "150.00", unit_price=Decimal("7.65"), discount=Decimal("3.00")), False),
        (a_line("20.005", "153.00", unit_price=Decimal("7.65")), False),
        (a_line("20.000", "153.06", unit_price=Decimal("7.65")), True),
        (a_line("20.000", "15.30", unit_price=Decimal("7.65")), True),
        (a_line("-20.000", "-153.00", unit_price=Decimal("7.65")), False),
        (a_line("20.000", "999.00"), False),
    ],
)
def test_amounts_that_pumps_do_not_round_to_are_flagged(line, flagged):
    assert (Flag.AMOUNT_MISMATCH in rules.flags_of(a_sale(line), [PETROL])) is flagged


def test_payments_must_add_up_and_products_be_known():
    short = a_sale(tenders=(NewTender(kind="cash", amount=Decimal("4.99")),))
    assert rules.flags_of(short, [None]) == [Flag.UNKNOWN_PRODUCT]
    assert rules.rate(known(short), RULINGS, state("gold")).flags == (Flag.TENDER_MISMATCH,)
    split = (NewTender(kind="cash", amount=Decimal("6.00")), NewTender(kind="change", amount=Decimal("-1.00")))
    assert rules.rate(known(a_sale(tenders=split)), RULINGS, state("gold")).flags == ()


PROGRAMME = Programme(
    version=3,
    name="P",
    rates=(
        EarnRate(code="fuel", points=Decimal(2), per=Per.UNIT, kind="fuel"),
        EarnRate(code="shop", points=Decimal(1), per=Per.CURRENCY, product="690"),
    ),
    tiers=(Tier(code="gold", name="Gold", threshold=Decimal(0), multiplier_percent=150),),
)


def known(sale: NewSale, *products, **changes) -> KnownSale:
    fields = {"customer_id": 1, "is_member": True, "products": products or (WATER,)}
    return KnownSale(sale=sale, station=STATION, business_date=date(2026, 3, 2), **fields | changes)


RULINGS = rules.Rulings(programme=PROGRAMME, rates=Rates(PROGRAMME.rates))


def state(tier: str) -> rules.State:
    return rules.State({1: Standing(customer_id=1, tier=tier)})


def test_an_outcome_says_its_totals_points_and_reasons():
    sale = a_sale(
        a_line("20.005", "150.00", "92", discount=Decimal("3.00")), a_line("2", "10.00"), a_line("1", "1.00", "?")
    )
    outcome = rules.rate(known(sale, PETROL, WATER, None), RULINGS, state("gold"))
    totals = outcome.totals
    assert (str(totals.gross), str(totals.discount), str(totals.net)) == ("164.00", "3.00", "161.00")
    assert outcome.fuel_quantity == Decimal("20.005")
    assert outcome.fuel_amount == Decimal("150.00")
    assert outcome.points_earned == 75  # (40.01 + 10.00) x 1.5 = 75.015
    assert [reason.code for reason in outcome.explanation] == [
        "earn.unit",
        "earn.currency",
        "earn.none",
        "tier.multiplier",
    ]
    assert outcome.explanation[0].points == "40.01"
    assert outcome.explanation[2].values == {"lines": "3"}


def test_strangers_and_blocked_customers_earn_nothing():
    stranger = rules.rate(known(a_sale(), is_member=False), RULINGS, state(""))
    assert (stranger.points_earned, stranger.explanation[-1].code) == (0, "points.no_member")
    blocked = rules.rate(known(a_sale(), flags=(Flag.BLOCKED_CUSTOMER,)), RULINGS, state("gold"))
    assert (blocked.points_earned, blocked.explanation[0].code) == (0, "flag.blocked_customer")


def sold(number: int, quantity: Decimal, amount: Decimal, discount: Decimal) -> RatedLine:
    return RatedLine(
        number=number,
        product=WATER,
        code="690",
        quantity=quantity,
        unit_price=None,
        amount=amount,
        discount=discount,
    )


pieces = st.integers(1, 50_000).map(lambda number: Decimal(number).scaleb(-3))
money = st.integers(0, 500_000).map(lambda number: Decimal(number).scaleb(-2))
baskets = st.lists(st.tuples(pieces, money, money, st.sampled_from((1, -1))), min_size=1, max_size=4).map(
    lambda rows: [sold(n, q * sign, a * sign, d * sign) for n, (q, a, d, sign) in enumerate(rows, 1)]
)


@given(baskets, st.data())
def test_refunds_in_any_split_add_up_to_the_whole_to_the_cent(basket, data):
    refunded: list[list[RatedLine]] = []
    for _ in range(data.draw(st.integers(0, 6))):
        rest = rules.Remaining(basket, refunded).after([])
        if not rest:
            break
        line = data.draw(st.sampled_from(rest))
        steps = int(abs(line.quantity).scaleb(3))
        part = Decimal(data.draw(st.integers(1, steps))).scaleb(-3).copy_sign(line.quantity)
        refunded.append(rules.Remaining(basket, refunded).refund([RefundLine(line=line.number, quantity=part)], 2))
    if rules.Remaining(basket, refunded).after([]):
        refunded.append(rules.Remaining(basket, refunded).refund(None, 2))
    for line in basket:
        taken = [part for refund in refunded for part in refund if part.number == line.number]
        assert sum(part.quantity for part in taken) == -line.quantity
        assert sum(part.amount for part in taken) == -line.amount
        assert sum(part.discount for part in taken) == -line.discount
        assert all(part.amount * line.amount <= 0 for part in taken), "a part must not turn the money round"
    with pytest.raises(Invalid, match="refunded whole"):
        rules.Remaining(basket, refunded).refund(None, 2)


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ([RefundLine(line=3)], "lines.0.line", "3 is not a line of this sale; it has 1 to 2"),
        ([RefundLine(line=1, quantity=Decimal("2.001"))], "lines.0.quantity", "2.001 cannot be taken from the 2"),
        ([RefundLine(line=1, quantity=Decimal(-1))], "lines.0.quantity", "-1 cannot be taken"),
        ([RefundLine(line=1, quantity=Decimal(0))], "lines.0.quantity", "0 cannot be taken"),
        ([RefundLine(line=1, quantity=Decimal("0.0001"))], "lines.0.quantity", "more than 3 decimal places"),
        ([RefundLine(line=1), RefundLine(line=1)], "lines", "names a line twice"),
        ([RefundLine(line=2)], "lines.0.line", "nothing is left of line 2"),
    ],
)
def test_more_than_is_left_is_refused(wanted, field, words):
    basket = [sold(n, Decimal("2.000"), Decimal("10.00"), Decimal(0)) for n in (1, 2)]
    gone = [replace(basket[1], quantity=-basket[1].quantity, amount=-basket[1].amount)]
    with pytest.raises(Invalid) as caught:
        rules.Remaining(basket, [gone]).refund(wanted, 2)
    assert list(caught.value.fields) == [field]
    assert words in caught.value.detail


def test_a_line_that_is_only_a_discount_can_be_refunded():
    basket = [sold(1, Decimal(0), Decimal("0.00"), Decimal("5.00"))]
    assert rules.Remaining(basket, []).refund(None, 2)[0].discount == Decimal("-5.00")


@pytest.mark.parametrize(
    ("paid", "value", "points"),
    [("3.05", "0.03", 102), ("0.01", "0.03", 1), ("3.00", "0.03", 100), ("-1.00", "0.01", 0)],
)
def test_a_payment_by_points_takes_the_fewest_that_are_worth_it(paid, value, points):
    sale = a_sale(tenders=(NewTender(kind="points", amount=Decimal(paid)),))
    assert rules.points_tendered(sale, Programme(point_value=Decimal(value))) == points
