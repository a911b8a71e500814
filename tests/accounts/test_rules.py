"""The rules of accounting for points: the allocation, the cumulative formula, and what holds for any course of events."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.accounts import rules
from forecourt.accounts.values import Change, Figures, Kind, Policy, Role, Unit
from forecourt.kernel.money import ZERO

COHORT = date(2026, 1, 1)
POLICY = Policy(valid_from=COHORT, point_value=Decimal("0.01"), redemption_percent=Decimal(80))


MONTHS = {"2026-01": Decimal(60), "2026-02": Decimal(60), "2026-03": Decimal(70)}


@pytest.mark.parametrize(
    ("since", "until", "percent"),
    [
        (date(2026, 1, 5), date(2026, 2, 3), 60),
        (date(2026, 2, 1), date(2026, 3, 31), 80),
        (date(2026, 3, 1), date(2026, 3, 1), 70),
        (date(2025, 11, 1), date(2026, 1, 1), 80),
        (date(2025, 1, 1), date(2025, 12, 31), 80),
    ],
)
def test_a_span_has_its_months_estimate_where_they_agree(since, until, percent):
    policy = Policy(
        valid_from=date(2025, 1, 1),
        point_value=Decimal("0.05"),
        redemption_percent=Decimal(80),
        cohort_percents=MONTHS,
    )
    assert rules.percent_of_span(policy, since, until) == percent


def test_points_of_a_simulation_are_worth_what_a_provision_for_them_would_be():
    policy = Policy(
        valid_from=date(2026, 1, 1),
        point_value=Decimal("0.05"),
        redemption_percent=Decimal(80),
        tax_percent=Decimal(13),
        version=3,
    )
    worth = rules.simulated_liability(1000, 2500, policy, Decimal(80), 2)
    assert (worth.before, worth.after, worth.change) == (Decimal("35.40"), Decimal("88.50"), Decimal("53.10"))
    assert worth.policy == 3


def test_vector_of_the_standard():
    """9,000 allocated; 4,500 redeemed of 9,700 expected -> 4,175; then 8,500 of 9,900 -> +3,552."""
    first = rules.recognised(Decimal(9000), 4500, 9700, 0)
    assert first == 4175
    assert rules.recognised(Decimal(9000), 8500, 9900, 0) - first == 3552


def test_the_vector_day_by_day_through_versions_of_the_estimate():
    start = rules.advanced(Figures(), Change(points=10_000, allocated=Decimal(9000)), Decimal(97), 0)
    year_one = rules.advanced(start, Change(redeemed=4500), Decimal(97), 0)
    assert year_one.recognised == 4175
    year_two = rules.advanced(year_one, Change(redeemed=4000), Decimal(99), 0)
    assert year_two.recognised - year_one.recognised == 3552
    assert year_two.liability == 9000 - 4175 - 3552


def test_allocation_by_relative_stand_alone_price():
    """Example 22 of IFRS 15 in small: goods for 100,000 and 10,000 points worth 1 at 95% -> 91,324 and 8,676."""
    policy = Policy(valid_from=COHORT, point_value=Decimal(1), redemption_percent=Decimal(95))
    assert rules.deferred(Decimal(100_000), 10_000, policy, Decimal(95), 0) == 8676
    taxed = Policy(valid_from=COHORT, point_value=Decimal(1), redemption_percent=Decimal(95), tax_percent=Decimal(13))
    assert rules.deferred(Decimal(113_000), 11_300, taxed, Decimal(95), 0) == 8676


def test_nothing_is_deferred_where_nothing_was_paid():
    assert rules.deferred(ZERO, 500, POLICY, Decimal(80), 2) == 0
    assert rules.provided(500, POLICY, Decimal(80), 2) == Decimal("4.00")


def test_a_cohort_may_have_its_own_estimate():
    policy = Policy(
        valid_from=COHORT,
        point_value=Decimal("0.01"),
        redemption_percent=Decimal(80),
        cohort_percents={"2026-01": Decimal(60)},
    )
    assert policy.percent_of(COHORT) == 60
    assert policy.percent_of(date(2026, 2, 1)) == 80


def test_expiry_of_the_last_point_releases_the_rest():
    state = rules.advanced(Figures(), Change(points=1000, allocated=Decimal(8)), Decimal(80), 2)
    state = rules.advanced(state, Change(redeemed=300), Decimal(80), 2)
    assert state.recognised == Decimal("3.00")
    state = rules.advanced(state, Change(expired=700), Decimal(80), 2)
    assert state.recognised == state.allocated
    assert state.expired_amount == Decimal("5.00")


def test_a_lower_estimate_of_redemption_brings_revenue_forward_cumulatively():
    state = rules.advanced(Figures(), Change(points=1000, allocated=Decimal(8), redeemed=400), Decimal(80), 2)
    lower = rules.advanced(state, Change(), Decimal(50), 2)
    assert lower.estimate_amount == Decimal("2.40")  # 8 x 400/500 - 8 x 400/800
    assert rules.advanced(lower, Change(), Decimal(80), 2).recognised == state.recognised


def test_taking_back_in_proportion_moves_no_revenue():
    state = rules.advanced(Figures(), Change(points=1000, allocated=Decimal(8), redeemed=400), Decimal(80), 2)
    less = rules.advanced(state, Change(points=-100, allocated=Decimal("-0.80")), Decimal(80), 2)
    assert less.recognised == state.recognised


def test_the_policy_in_force_is_the_latest_that_has_begun():
    old = Policy(valid_from=COHORT, point_value=Decimal(1), redemption_percent=Decimal(80), version=1)
    new = Policy(valid_from=date(2026, 3, 1), point_value=Decimal(1), redemption_percent=Decimal(70), version=2)
    mended = Policy(valid_from=date(2026, 3, 1), point_value=Decimal(1), redemption_percent=Decimal(71), version=3)
    assert rules.in_force([old, new, mended], date(2025, 12, 31)) is None
    assert rules.in_force([old, new, mended], date(2026, 2, 28)) is old
    assert rules.in_force([old, mended, new], date(2026, 3, 1)) is mended


steps = st.lists(
    st.tuples(
        st.sampled_from(["earn", "take_back", "spend", "return", "expire", "estimate"]),
        st.integers(1, 400),
        st.integers(1, 100),
    ),
    max_size=40,
)


def _course(taken, is_gift):
    """Play a course of events on one unit, a day each; what is impossible of a step (more than is open) is left out."""
    state, percent, lines = Figures(), Decimal(80), []
    unit = Unit(cohort=COHORT, entity_id=0, is_gift=is_gift)
    for what, size, wanted in [*taken, ("expire", 10**9, 0)]:
        few = min(size, state.open)
        change = Change()
        owed = {}
        if what == "earn":
            amount = rules.deferred(Decimal(size), size, POLICY, percent, 2)
            change, owed = Change(points=size, allocated=amount), {Kind.EARNED: amount}
        elif what == "take_back" and few:
            amount = (state.allocated * few / state.points).quantize(Decimal("0.01"))
            change, owed = Change(points=-few, allocated=-amount), {Kind.TAKEN_BACK: -amount}
        elif what == "spend":
            change = Change(redeemed=few)
        elif what == "return":
            change = Change(redeemed=-min(size, state.redeemed))
        elif what == "expire":
            change = Change(expired=few)
        else:
            percent = Decimal(wanted)
        after = rules.advanced(state, change, percent, 2)
        lines += rules.postings(unit, owed, rules.movements(state, after), POLICY)
        yield state, after, lines
        state = after


@given(steps, st.booleans())
def test_whatever_happens_the_books_hold(taken, is_gift):
    for _before, after, lines in _course(taken, is_gift):
        assert 0 <= after.recognised <= after.allocated
        assert rules.balanced(lines)
        assert all((line.debit > 0) != (line.credit > 0) and min(line.debit, line.credit) == 0 for line in lines)
        owed = Role.PROMOTION_LIABILITY if is_gift else Role.CONTRACT_LIABILITY
        booked = sum((line.credit - line.debit for line in lines if line.role is owed), ZERO)
        assert booked == after.liability
    assert after.open == 0
    assert after.recognised == after.allocated


@given(steps)
def test_revenue_is_what_the_cumulative_formula_says_whatever_the_way_there(taken):
    for _before, after, _lines in _course(taken, False):
        due = rules.expected_redeemed(after.points, after.redeemed, after.expired, after.percent)
        assert after.recognised == rules.recognised(after.allocated, after.redeemed, due, 2)
