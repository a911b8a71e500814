"""Points that lapse: each after its own months, at the end of a year, or when their member stays away; and the warning."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotAllowed
from forecourt.loyalty import queries, services
from forecourt.loyalty.services import expiry
from forecourt.loyalty.values import Expiry
from forecourt.organisation.queries import company_day
from tests.loyalty.test_spending import give
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, ago, day_of, events, flat_books_agree, lots, points


def came(customer_id: int, days: int) -> None:
    sql.run(
        "UPDATE loyalty_balance SET last_sale_at = %(at)s WHERE customer_id = %(id)s",
        {"at": ago(days), "id": customer_id},
    )


def earned(days: int) -> None:
    """All that is in the ledger was earned so long ago."""
    sql.run("UPDATE loyalty_entry SET occurred_at = %(at)s", {"at": ago(days)})


def months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def expire(day: date) -> int:
    return services.expire_points(HEAD_OFFICE, day)


def test_points_expire_at_the_end_of_a_calendar_year(ruled):
    (customer_id,) = ruled(expiry=Expiry.CALENDAR, points_life_months=12).enrol()
    give(customer_id, 10)
    last = date(months_on(company_day(), 12).year, 12, 31)
    assert lots(customer_id) == [(10, last)]
    assert (expire(last), expire(last + timedelta(days=1)), points(customer_id)) == (0, 10, 0)
    flat_books_agree()


def test_all_points_live_as_long_as_their_member_comes(ruled):
    chain = ruled(expiry=Expiry.ACTIVITY, points_life_months=6)
    comes, stays_away, never_came = chain.enrol(3)
    for customer_id in (comes, stays_away, never_came):
        give(customer_id, 10)
    earned(300)
    came(comes, 20)
    came(stays_away, 250)
    assert lots(comes) == [(10, None)]
    today = company_day()
    assert queries.household_points(stays_away).available == 0
    assert expire(today) == 20
    assert [points(one) for one in (comes, stays_away, never_came)] == [10, 0, 0]
    gone = months_on(day_of(ago(20)), 7)
    assert (expire(gone - timedelta(days=1)), expire(gone)) == (0, 10)
    flat_books_agree()


def test_a_gift_to_who_stayed_away_lives_its_months(ruled):
    (customer_id,) = ruled(expiry=Expiry.ACTIVITY, points_life_months=6).enrol()
    give(customer_id, 10, "old")
    earned(300)
    came(customer_id, 280)
    give(customer_id, 5)
    assert expire(company_day()) == 10
    assert lots(customer_id) == [(5, None)]


def test_points_with_a_day_of_their_own_keep_it_when_the_programme_changes(ruled):
    (customer_id,) = ruled(points_life_months=1).enrol()
    give(customer_id, 10)
    last = lots(customer_id)[0][1]
    ruled(expiry=Expiry.ACTIVITY, points_life_months=6)
    came(customer_id, 0)
    assert (expire(last), expire(last + timedelta(days=1))) == (0, 10)


def test_points_that_lived_with_visits_get_a_day_when_the_programme_gives_days_again(chain):
    lives = replace(PROGRAMME, expiry=Expiry.ACTIVITY, points_life_months=6)
    chain.publish(lives, valid_from=ago(100))
    chain.publish(replace(lives, name="renamed"), valid_from=ago(60))
    comes, stays_away, spends = chain.enrol(3)
    for customer_id in (comes, stays_away, spends):
        give(customer_id, 10)
    earned(70)
    came(comes, 0)
    began = day_of(ago(40))
    chain.publish(replace(PROGRAMME, points_life_months=1), valid_from=ago(40))
    chain.publish(replace(PROGRAMME, points_life_months=12), valid_from=ago(30))
    last = months_on(began, 2) - timedelta(days=1)
    services.adjust_points(HEAD_OFFICE, spends, -10, "taken")
    assert [lots(one) for one in (comes, spends)] == [[(10, None)], []]
    assert services.warn_of_expiry(HEAD_OFFICE, last - timedelta(days=31)) == 0
    assert services.warn_of_expiry(HEAD_OFFICE, last) == 2
    assert (expire(last), expire(last + timedelta(days=1)), expire(last + timedelta(days=2))) == (0, 20, 0)
    assert [points(one) for one in (comes, stays_away, spends)] == [0, 0, 0]
    flat_books_agree()


def test_points_that_lived_with_visits_live_for_ever_where_the_programme_says_so_and_others_always_did(chain):
    customer_id, other = chain.enrol(2)
    chain.publish(replace(PROGRAMME, points_life_months=0), valid_from=ago(300))
    give(other, 7)
    earned(250)
    chain.publish(replace(PROGRAMME, expiry=Expiry.ACTIVITY, points_life_months=6), valid_from=ago(200))
    give(customer_id, 10)
    sql.run("UPDATE loyalty_entry SET occurred_at = %(at)s WHERE points = 10", {"at": ago(150)})
    chain.publish(replace(PROGRAMME, points_life_months=0), valid_from=ago(100))
    assert expire(company_day() + timedelta(days=4000)) == 0
    chain.publish(replace(PROGRAMME, points_life_months=1), valid_from=ago(50))
    assert expire(company_day() + timedelta(days=4000)) == 0
    flat_books_agree()


def test_points_for_ever_never_expire(ruled):
    (customer_id,) = ruled(points_life_months=0).enrol()
    give(customer_id, 10)
    earned(5000)
    assert expire(company_day()) == 0


def test_pending_points_expire_too_and_what_is_owed_is_left_alone(ruled):
    first, second = ruled(points_life_months=1, pending_days=10).enrol(2)
    give(first, 10, is_pending=True)
    sql.run("UPDATE loyalty_entry SET available_on = expires_on + 9")
    services.adjust_points(HEAD_OFFICE, second, -5, "taken")
    assert expire(lots(first)[0][1] + timedelta(days=1)) == 10
    assert (points(first), points(second)) == (0, -5)
    flat_books_agree()


def test_everybody_is_reached_whatever_the_size_of_a_page(ruled, monkeypatch):
    monkeypatch.setattr(expiry, "EXPIRY_BATCH", 2)
    members = ruled(points_life_months=1).enrol(5)
    for customer_id in members:
        give(customer_id, 10)
    assert expire(lots(members[0])[0][1] + timedelta(days=1)) == 50


def test_members_are_warned_once_for_a_month_in_which_points_lapse(ruled):
    (customer_id,) = ruled(points_life_months=2).enrol()
    give(customer_id, 10, "a")
    give(customer_id, 5, "b")
    ((_, last), _) = lots(customer_id)
    assert services.warn_of_expiry(HEAD_OFFICE, last - timedelta(days=31)) == 0
    assert services.warn_of_expiry(HEAD_OFFICE, last - timedelta(days=30)) == 1
    assert services.warn_of_expiry(HEAD_OFFICE, last - timedelta(days=29)) == 0
    (told,) = events("points.expiring.v1")
    assert (told["customer_id"], told["points"], told["expires_on"]) == (customer_id, 15, last.isoformat())
    sql.run("UPDATE loyalty_entry SET expires_on = expires_on + 28 WHERE origin = 'b'")
    assert services.warn_of_expiry(HEAD_OFFICE, last) == 1
    assert events("points.expiring.v1")[1]["points"] == 5


def test_who_stays_away_is_warned_and_a_visit_puts_it_off(ruled):
    (customer_id,) = ruled(expiry=Expiry.ACTIVITY, points_life_months=6).enrol()
    give(customer_id, 10)
    earned(400)
    came(customer_id, 20)
    last = months_on(day_of(ago(20)), 7) - timedelta(days=1)
    assert services.warn_of_expiry(HEAD_OFFICE, last - timedelta(days=31)) == 0
    assert services.warn_of_expiry(HEAD_OFFICE, last - timedelta(days=5)) == 1
    came(customer_id, -40)
    assert services.warn_of_expiry(HEAD_OFFICE, last) == 0
    assert expire(last + timedelta(days=1)) == 0


def test_what_expires_soon_shows(ruled):
    (customer_id,) = ruled(points_life_months=1).enrol()
    give(customer_id, 10)
    last = lots(customer_id)[0][1]
    sql.run("UPDATE loyalty_entry SET expires_on = %(day)s", {"day": company_day() + timedelta(days=30)})
    has = queries.household_points(customer_id)
    assert (has.expiring, has.expiring_on) == (10, company_day() + timedelta(days=30))
    assert queries.expiring([customer_id], company_day() + timedelta(days=29)) == 0
    assert last > company_day()


def test_the_jobs_ask_for_permission(chain):
    for job in (services.expire_points, services.warn_of_expiry):
        with pytest.raises(NotAllowed):
            job(Actor(kind="staff", name="E1"), company_day())
