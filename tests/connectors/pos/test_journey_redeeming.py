"""Which line of which basket a redemption was: one case for each answer, laws, and the whole real year."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.connectors.pos.journey import campaigns as reading
from forecourt.connectors.pos.journey import loading, redeeming
from forecourt.connectors.pos.journey.campaigns import Campaign, Campaigns, CouponKey, Redemption
from forecourt.connectors.pos.journey.redeeming import BasketLine, Match, Outcome, face_values, reconciled

DAY = date(2017, 5, 10)
MAY = Campaign(8, "Type A", date(2017, 5, 8), date(2017, 6, 25))
TEA, MILK = CouponKey(8, 51380041013), CouponKey(8, 10000085361)
PRODUCTS = {TEA: frozenset({1, 2}), MILK: frozenset({2, 3})}


def redemption(key=TEA, household=7, day=DAY, copy=1):
    return Redemption(household, key, day, copy)


def line(product=1, discount=100, *, basket=50, number=1, quantity=1, household=7, day=DAY):
    return BasketLine(
        household, day, basket, 330, number, product, quantity, discount, datetime(2017, 5, 10, tzinfo=UTC)
    )


def matched(redemptions, lines, members=(7,)) -> list[Match]:
    return reconciled(Campaigns({8: MAY}, {8: list(members)}, PRODUCTS, list(redemptions)), lines)


@pytest.mark.parametrize(
    ("asked", "lines", "answer"),
    [
        (redemption(), [line()], Outcome.RECONCILED),
        (redemption(CouponKey(8, 99)), [line()], Outcome.UNKNOWN_COUPON),
        (redemption(CouponKey(9, TEA.upc)), [line()], Outcome.UNKNOWN_COUPON),
        (redemption(household=6), [line(household=6)], Outcome.NOT_IN_CAMPAIGN),
        (redemption(day=date(2017, 5, 7)), [line(day=date(2017, 5, 7))], Outcome.OUTSIDE_DATES),
        (redemption(day=date(2017, 6, 25)), [line(day=date(2017, 6, 25))], Outcome.RECONCILED),
        (redemption(day=date(2017, 6, 26)), [line(day=date(2017, 6, 26))], Outcome.OUTSIDE_DATES),
        (redemption(), [line(day=date(2017, 5, 11)), line(household=6)], Outcome.NO_BASKET),
        (redemption(), [line(3)], Outcome.NO_PRODUCT),
        (redemption(), [line(discount=0), line(3)], Outcome.NO_DISCOUNT),
    ],
)
def test_every_redemption_has_its_answer(asked, lines, answer):
    [found] = matched([asked], lines)
    assert found.outcome is answer
    assert (found.line is not None) == (answer is Outcome.RECONCILED)


def test_a_line_of_one_unit_is_one_redemptions():
    first, second = matched([redemption(TEA), redemption(MILK)], [line(2)])
    assert (first.outcome, first.discount) == (Outcome.RECONCILED, Decimal("1.00"))
    assert (second.outcome, second.discount, second.line) == (Outcome.LINE_TAKEN, 0, None)


def test_a_line_of_two_units_is_shared_to_the_cent():
    first, second = matched([redemption(TEA), redemption(MILK)], [line(2, 125, quantity=2)])
    assert (first.discount, second.discount) == (Decimal("0.63"), Decimal("0.62"))
    assert (first.sharers, second.sharers) == (1, 1)


def test_whoever_has_another_line_leaves_the_only_one():
    """Tea could take either line, milk but the first: both are found, whoever comes first."""
    lines = [line(2, number=1), line(1, number=2)]
    tea, milk = matched([redemption(TEA), redemption(MILK)], lines)
    assert (tea.line.line, milk.line.line) == (2, 1)
    milk, tea = matched([redemption(MILK), redemption(TEA)], lines)
    assert (tea.line.line, milk.line.line) == (2, 1)


def test_of_several_baskets_the_earliest_is_taken_and_said():
    [found] = matched([redemption()], [line(basket=60), line(basket=51), line(discount=0, basket=40)])
    assert (found.line.basket, found.baskets) == (51, 2)


def test_a_coupon_is_worth_what_it_mostly_took_off():
    day = [
        line(1, cents, basket=50 + number, day=date(2017, 5, 10 + number)) for number, cents in enumerate((75, 50, 75))
    ]
    day.append(line(1, 300, basket=60, quantity=3, day=date(2017, 5, 20)))
    found = matched([redemption(day=one.day, copy=number) for number, one in enumerate(day, 1)], day)
    assert face_values(found) == {TEA: Decimal("0.75")}
    assert face_values(found[3:]) == {TEA: Decimal("3.00")}  # nothing better is known
    assert face_values(found[:2]) == {TEA: Decimal("0.50")}  # as often: the smaller one


def test_a_shared_line_does_not_tell_what_a_coupon_is_worth():
    assert face_values(matched([redemption(TEA), redemption(MILK)], [line(2, 125, quantity=2)])) == {}


lines_of_a_day = st.lists(
    st.builds(
        line,
        st.integers(1, 3),
        st.sampled_from([0, 1, 55, 100]),
        basket=st.integers(50, 52),
        number=st.integers(1, 9),
        quantity=st.integers(0, 3),
    ),
    max_size=6,
    unique_by=lambda one: (one.basket, one.line),
)
some_redemptions = st.lists(st.sampled_from([TEA, MILK, CouponKey(8, 99)]).map(redemption), max_size=5)


@given(some_redemptions, lines_of_a_day)
def test_no_line_gives_more_than_it_bears(asked, lines):
    found = matched(asked, lines)
    assert [one.redemption for one in found] == asked
    given_by = Counter()
    for one in found:
        if one.line is not None:
            assert one.line.product in PRODUCTS[one.redemption.key]
            assert one.line.discount > 0
            given_by[one.line] += one.discount
    seated = Counter(one.line for one in found if one.line is not None)
    for one, discount in given_by.items():
        assert discount == Decimal(one.discount).scaleb(-2)
        assert seated[one] <= max(1, one.quantity)


@given(some_redemptions, lines_of_a_day)
def test_the_order_of_lines_does_not_matter(asked, lines):
    assert matched(asked, lines) == matched(asked, lines[::-1])


@given(some_redemptions, lines_of_a_day)
def test_who_goes_without_could_only_have_had_lines_that_are_full(asked, lines):
    found = matched(asked, lines)
    seated = Counter(one.line for one in found if one.line is not None)
    for one in found:
        if one.outcome is Outcome.LINE_TAKEN:
            fitting = [item for item in lines if item.discount > 0 and item.product in PRODUCTS[one.redemption.key]]
            assert fitting
            assert all(seated[item] == max(1, item.quantity) for item in fitting)


@pytest.fixture(scope="module")
def real():
    """The package's own files: what is read of them, and what comes of the redemptions."""
    folder = loading.data_folder()
    campaigns = reading.read(folder)
    days = {(one.household, one.day) for one in campaigns.redemptions}
    return campaigns, reconciled(campaigns, redeeming.lines_of(folder / "transactions.parquet", days))


@pytest.mark.slow
def test_the_real_year_adds_up(real):
    campaigns, found = real
    counts = (len(campaigns.campaigns), len(campaigns.products), sum(map(len, campaigns.members.values())))
    assert counts == (27, 1197, 6589)
    assert Counter(one.outcome for one in found) == {
        Outcome.RECONCILED: 1112,
        Outcome.NO_DISCOUNT: 709,
        Outcome.NO_PRODUCT: 263,
        Outcome.LINE_TAKEN: 18,
    }
    assert len(found) == len(campaigns.redemptions) == 2102
    worth = Counter(str(value) for value in redeeming.face_values(found).values())
    assert (worth.total(), worth.most_common(3)) == (345, [("1.00", 178), ("0.50", 44), ("2.00", 32)])


@pytest.mark.slow
def test_timestamps_are_utc(real):
    """Read so, every redemption has a basket of its household on its day, and the year is a year of New York."""
    _, found = real
    assert not any(one.outcome is Outcome.NO_BASKET for one in found)
    assert all(one.line.day == one.line.at.date() == one.redemption.day for one in found if one.line)
