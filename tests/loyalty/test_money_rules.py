"""Points as money, and how long they live: pure."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.loyalty.rules import (
    Book,
    Lapse,
    available_from,
    inactive_since,
    last_day,
    points_for,
    spendable_points,
    worth,
)
from forecourt.loyalty.values import Expiry, Lot, Programme

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def programme(value="0.01", minimum=0, step=1, **more) -> Programme:
    return Programme(point_value=Decimal(value), spend_minimum=minimum, spend_step=step, **more)


@pytest.mark.parametrize(
    ("available", "due", "rules", "points"),
    [
        (1158, "5.00", programme(), 500),
        (120, "5.00", programme(), 120),
        (1158, "5.00", programme(minimum=600), 0),
        (1158, "5.55", programme(step=100), 500),
        (1158, "5.55", programme(minimum=150, step=100), 500),
        (199, "5.55", programme(minimum=150, step=100), 0),
        (0, "5.00", programme(), 0),
        (-20, "5.00", programme(), 0),
        (500, "0.00", programme(), 0),
        (500, "-3.00", programme(), 0),
        (500, "5.00", programme(value="0"), 0),
        (7, "0.01", programme(value="0.003"), 4),
        (2, "0.01", programme(value="0.003"), 0),
        (10, "1.00", programme(value="0.30"), 3),
    ],
)
def test_how_many_points_may_be_spent_on_a_sum(available, due, rules, points):
    assert spendable_points(available, Decimal(due), rules) == points


def test_worth_is_rounded_down_to_the_currency():
    assert worth(333, programme("0.0075")) == Decimal("2.49")
    assert worth(333, programme("0.0075"), digits=0) == Decimal(2)
    assert points_for(Decimal("2.49"), programme("0.0075")) == 332
    assert points_for(Decimal(0), programme()) == 0


def test_an_amount_cannot_be_paid_where_points_are_worth_nothing():
    with pytest.raises(ValueError, match="point_value"):
        points_for(Decimal(1), programme("0"))


point_values = st.decimals("0.0001", "5", places=4)
amounts = st.decimals("0", "500", places=2)


@given(
    st.integers(0, 100_000), amounts, point_values, st.integers(0, 2000), st.integers(1, 500), st.integers(0, 100_000)
)
def test_what_is_spent_fits_and_no_point_is_spent_for_nothing(available, due, value, minimum, step, other):
    rules = programme(value, minimum, step)
    points = spendable_points(available, due, rules)
    paid = worth(points, rules)
    assert 0 <= points <= available
    assert paid <= due
    assert points % step == 0
    assert points == 0 or (points >= minimum and paid > 0)
    if points - step >= max(minimum, 1):
        assert worth(points - step, rules) < paid
    other -= other % step
    if minimum <= other <= available and worth(other, rules) <= due:
        assert worth(other, rules) <= paid


@given(amounts, point_values)
def test_points_for_an_amount_pay_it_and_one_less_does_not(amount, value):
    rules = programme(value)
    points = points_for(amount, rules)
    assert worth(points, rules) >= amount
    assert points == 0 or worth(points - 1, rules) < amount


@pytest.mark.parametrize(
    ("expiry", "months", "last"),
    [
        (Expiry.FIXED, 24, date(2028, 3, 31)),
        (Expiry.CALENDAR, 12, date(2027, 12, 31)),
        (Expiry.CALENDAR, 9, date(2026, 12, 31)),
        (Expiry.CALENDAR, 10, date(2027, 12, 31)),
        (Expiry.ACTIVITY, 12, None),
        (Expiry.FIXED, 0, None),
        (Expiry.CALENDAR, 0, None),
    ],
)
def test_the_last_day_of_points(expiry, months, last):
    assert last_day(date(2026, 3, 15), programme(expiry=expiry, points_life_months=months)) == last


@pytest.mark.parametrize(
    ("ends", "earned", "last"),
    [
        ("06-30", date(2026, 3, 15), date(2027, 6, 30)),
        ("06-30", date(2026, 6, 15), date(2027, 6, 30)),
        ("06-30", date(2026, 7, 1), date(2028, 6, 30)),
        ("03-15", date(2026, 3, 1), date(2028, 3, 15)),
        ("02-31", date(2027, 1, 31), date(2028, 2, 29)),
        ("12-31", date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_a_year_of_points_ends_on_the_programmes_day(ends, earned, last):
    rules = programme(expiry=Expiry.CALENDAR, points_life_months=12, year_ends=ends)
    assert last_day(earned, rules) == last


def test_points_of_a_purchase_are_pending_for_as_many_days_as_the_programme_says():
    assert available_from(date(2026, 3, 15), programme(pending_days=14)) == date(2026, 3, 29)
    assert available_from(date(2026, 3, 15), programme()) is None


def lot(points: int, earned: date, **more) -> Lot:
    moment = datetime(earned.year, earned.month, earned.day, 4, tzinfo=UTC)
    return Lot(
        entry_id=UUID(int=points), remaining=points, expires_on=more.pop("expires_on", None), earned_at=moment, **more
    )


@given(days, days, st.integers(1, 36), days)
def test_points_that_live_with_visits_lapse_when_the_last_day_says_and_the_job_looks_then(earned, came, months, day):
    one = lot(10, earned)
    book = Book([one], lapse=Lapse(months, came, "Asia/Shanghai"))
    last = book.last_day(one)
    assert last >= max(earned, came)
    assert (last < day) == (max(earned, came) < inactive_since(day, months))
    assert (book.spendable(day) == 0) == (last < day)


def test_points_with_a_day_of_their_own_keep_it_where_others_live_with_visits():
    own = lot(5, date(2025, 1, 1), expires_on=date(2026, 1, 31))
    book = Book([own, lot(7, date(2025, 1, 1))], lapse=Lapse(12, date(2026, 2, 20), "Asia/Shanghai"))
    assert book.lapsing(date(2026, 1, 1), date(2027, 12, 31)) == {date(2026, 1, 31): 5, date(2027, 2, 28): 7}
    assert book.spendable(date(2026, 2, 21)) == 7


def test_pending_points_count_and_cannot_be_spent():
    day = date(2026, 1, 2)
    book = Book([lot(5, day, available_on=day + timedelta(days=3)), lot(7, day)])
    assert (book.available, book.pending(day), book.spendable(day)) == (12, 5, 7)
    assert (book.pending(day + timedelta(days=3)), book.spendable(day + timedelta(days=3))) == (0, 12)
