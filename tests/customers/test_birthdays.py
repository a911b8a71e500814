"""Birthdays: month and day, whatever is sent; the year is never kept."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.customers import queries, rules, services
from forecourt.customers.models import Customer
from forecourt.customers.values import CustomerChanges
from forecourt.kernel.models import EventRow
from forecourt.kernel.problems import Invalid

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(days)
def test_a_day_with_its_year_and_without_is_the_same_birthday(day):
    birthday = rules.birthday_of(day.isoformat())
    assert birthday == rules.birthday_of(f"{day:%m-%d}") == rules.birthday_of(f"{day.month}-{day.day}")
    assert rules.birthday_of(rules.birthday_text(birthday)) == birthday == day.month * 100 + day.day


@given(days, st.integers(1900, 2100))
def test_every_birthday_is_kept_once_a_year_on_a_day_that_knows_it(born, year):
    birthday = rules.birthday_of(born.isoformat())
    kept = rules.birthday_in(birthday, year)
    assert kept.year == year
    assert birthday in rules.birthdays_on(kept)
    around = [kept + timedelta(days=shift) for shift in (-2, -1, 1, 2)]
    assert not any(birthday in rules.birthdays_on(day) for day in around)


def test_the_leap_day_is_kept_on_the_28th_in_other_years():
    assert rules.birthday_in(229, 2028) == date(2028, 2, 29)
    assert rules.birthday_in(229, 2026) == date(2026, 2, 28)
    assert rules.birthdays_on(date(2026, 2, 28)) == (228, 229)
    assert rules.birthdays_on(date(2028, 2, 28)) == (228,)


@pytest.mark.parametrize("text", ["13-01", "02-30", "2026-02-29", "3月5日", "0305", "5 March", "00-10", "10-00", "--"])
def test_what_is_no_day_is_refused_with_an_example(text):
    with pytest.raises(Invalid, match="give month and day such as 03-05"):
        rules.birthday_of(text)


def test_it_is_enrolled_changed_and_taken_away(enrol, clerk):
    customer_id = enrol("张伟", birthday="1992-02-29")
    assert queries.customer_card(customer_id).birthday == 229
    services.update_customer(clerk, customer_id, CustomerChanges(birthday="12-31"))
    assert queries.customer_card(customer_id).birthday == 1231
    services.update_customer(clerk, customer_id, CustomerChanges(name="张伟"))
    services.update_customer(clerk, customer_id, CustomerChanges(birthday=""))
    assert queries.customer_card(customer_id).birthday is None
    changed = EventRow.objects.filter(name="customer.changed.v1").values_list("body", flat=True)
    assert [body["fields"] for body in changed] == [["birthday"], ["birthday"]]


def test_a_bad_birthday_names_its_field(enrol):
    with pytest.raises(Invalid) as problem:
        enrol("张伟", birthday="31-12")
    assert list(problem.value.fields) == ["birthday"]
    assert not Customer.objects.exists()


def test_a_survivor_without_one_has_that_of_the_merged(enrol, clerk):
    first, second = enrol("张伟"), enrol("张 伟", birthday="03-05")
    merge = services.merge_customers(clerk, first, second)
    assert queries.customer_card(first).birthday == 305
    assert queries.buyers([first])[first].birthday == 305
    services.undo_merge(clerk, merge)
    assert queries.customer_card(first).birthday is None
