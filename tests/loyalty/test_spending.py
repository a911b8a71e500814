"""Points given, spent and given back for other things than sales; alone and with a household, before and after merges."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.loyalty import queries, records, services
from forecourt.loyalty.events import moved
from forecourt.loyalty.values import EntryKind, Gift, Return, Spending
from forecourt.organisation.queries import company_day
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    a_sale,
    ago,
    catch_up,
    events,
    everything_proves,
    flat_books_agree,
    lots,
    points,
    water,
)

APP = Actor(kind="key", name="app", permissions=frozenset({"loyalty.spend_points", "loyalty.view_points"}))


def give(customer_id: int, count: int, origin: str = "gift:1", **more) -> None:
    records.give([Gift(customer_id=customer_id, points=count, origin=origin, reason="a gift", actor="staff:x", **more)])


def spending(customer_id: int, count: int, origin: str = "thing:1") -> Spending:
    return Spending(customer_id=customer_id, points=count, origin=origin, reason="", actor="staff:x")


def back(customer_id: int, origin: str = "thing:1") -> Return:
    return Return(customer_id=customer_id, origin=origin, reason="cancelled", actor="staff:x")


def household(*customer_ids: int) -> int:
    return customer_services.make_household(HEAD_OFFICE, "", list(customer_ids))


def test_a_gift_is_given_once_for_its_origin(chain):
    (customer_id,) = chain.enrol()
    give(customer_id, 10)
    give(customer_id, 10)
    give(customer_id, 5, "gift:2")
    assert points(customer_id) == 15
    assert records.give([]) == []
    flat_books_agree()


def test_a_gift_that_hangs_on_a_purchase_is_pending_as_a_purchase_is(ruled):
    (customer_id,) = ruled(pending_days=14).enrol()
    give(customer_id, 10, "bonus:1", is_pending=True)
    give(customer_id, 3)
    has = queries.household_points(customer_id)
    assert (has.points, has.pending, has.available) == (13, 10, 3)
    (answer,), entries = records.spend([spending(customer_id, 4)])
    assert (answer.is_paid, answer.available, answer.balance, entries) == (False, 3, 13, [])


def test_spendings_follow_on_each_other_and_are_all_or_nothing(chain):
    first, second = chain.enrol(2)
    give(first, 10)
    answers, entries = records.spend(
        [spending(first, 6, "a"), spending(first, 6, "b"), spending(first, 4, "c"), spending(second, 1, "d")]
    )
    assert [(one.is_paid, one.balance, one.available) for one in answers] == [
        (True, 4, 10),
        (False, 4, 4),
        (True, 0, 4),
        (False, 0, 0),
    ]
    assert [event.points for event in moved(entries)] == [6, 4]
    flat_books_agree()


def test_what_was_spent_goes_back_into_its_lots_once(ruled):
    (customer_id,) = ruled(points_life_months=12).enrol()
    give(customer_id, 10)
    before = lots(customer_id)
    records.spend([spending(customer_id, 7)])
    assert records.give_back(customer_id, "thing:1", "cancelled", "staff:x").points == 7
    assert lots(customer_id) == before
    assert records.give_back(customer_id, "thing:1", "cancelled", "staff:x") is None
    assert records.give_back(customer_id, "thing:2", "cancelled", "staff:x") is None
    flat_books_agree()


def test_what_was_spent_again_after_it_was_given_back_can_be_given_back_again(chain):
    (customer_id,) = chain.enrol()
    give(customer_id, 10)
    for count in (7, 4):
        records.spend([spending(customer_id, count, "hold:1")])
        assert [entry.points for entry in records.give_back_all([back(customer_id, "hold:1")])] == [count]
    assert points(customer_id) == 10
    flat_books_agree()


@pytest.mark.parametrize("size", [1, 40])
def test_a_list_of_any_size_takes_the_same_statements(ruled, size):
    members = ruled(household_shares=True).enrol(size + 1)
    household(*members[:2])
    records.give([Gift(customer_id=one, points=10, origin="g", reason="", actor="") for one in members])
    records.lock_sharing(members)
    with sql.watching() as spent:
        records.spend([spending(one, 4, "x") for one in members])
    with sql.watching() as returned:
        entries = records.give_back_all([back(one, "x") for one in members])
    assert len(entries) >= size
    assert (len(spent), len(returned)) == (11, 11)
    flat_books_agree()


def test_a_household_spends_as_one_soonest_to_lapse_first(ruled):
    chain = ruled(household_shares=True)
    first, second, third, stranger = chain.enrol(4)
    household(first, second, third)
    give(second, 10, "old")
    sql.run("UPDATE loyalty_entry SET expires_on = expires_on - 60 WHERE origin = 'old'")
    give(first, 10)
    give(third, 30)
    give(stranger, 100)
    sql.run("UPDATE loyalty_entry SET expires_on = expires_on + 60 WHERE customer_id = %(id)s", {"id": third})
    assert queries.household_points(first).shared == 50
    assert queries.household_points(first).members == (first, second, third)
    before = [lots(one) for one in (first, second, third)]
    (answer,), entries = records.spend([spending(first, 25)])
    assert (answer.is_paid, answer.balance, answer.available) == (True, 0, 50)
    assert {entry.customer_id: entry.points for entry in entries} == {second: -10, first: -10, third: -5}
    flat_books_agree()
    returned = records.give_back_all([back(first)])
    assert {entry.customer_id: entry.points for entry in returned} == {second: 10, first: 10, third: 5}
    assert [lots(one) for one in (first, second, third)] == before
    assert records.give_back_all([back(first)]) == []
    flat_books_agree()


def test_a_household_spends_no_more_than_it_holds_less_what_it_owes(ruled):
    first, second, third = ruled(household_shares=True).enrol(3)
    household(first, second, third)
    give(second, 800)
    services.adjust_points(HEAD_OFFICE, first, -500, "owed")
    assert [queries.household_points(one).shared for one in (first, second, third)] == [300, 300, 300]
    (answer,), _ = records.spend([spending(third, 301)])
    assert (answer.is_paid, answer.available) == (False, 300)
    (some, more), _ = records.spend([spending(third, 300, "a"), spending(first, 1, "b")])
    assert (some.is_paid, more.is_paid, more.available) == (True, False, 0)
    assert (points(first), points(second)) == (-500, 500)
    services.adjust_points(HEAD_OFFICE, third, -600, "owed too")
    assert queries.household_points(second).shared == 0
    flat_books_agree()


def test_who_is_blocked_spends_nothing_and_nobody_spends_theirs(ruled):
    first, second = ruled(household_shares=True).enrol(2)
    household(first, second)
    give(first, 100), give(second, 10)
    services.spend_points(APP, first, 5, "before")
    customer_services.block_customer(HEAD_OFFICE, first, "欠款")
    assert not records.spend([spending(first, 1)])[0][0].is_paid
    (answer,), _ = records.spend([spending(second, 11)])
    assert (answer.is_paid, answer.available) == (False, 10)
    has, other = queries.household_points(first), queries.household_points(second)
    assert (has.points, has.available, has.shared, has.members) == (95, 0, 0, ())
    assert (other.available, other.shared, other.members) == (10, 10, ())
    with pytest.raises(Conflict, match="is blocked") as refused:
        services.spend_points(APP, first, 1, "order")
    assert set(refused.value.fields) == {"customer"}
    with pytest.raises(Conflict, match="is blocked"):
        services.transfer_points(HEAD_OFFICE, first, second, 1)
    assert services.spend_points(APP, first, 5, "before").points == 95
    services.return_points(APP, first, "before")
    assert (points(first), points(second)) == (100, 10)
    customer_services.unblock_customer(HEAD_OFFICE, first, "已还清")
    assert queries.household_points(second).shared == 110
    flat_books_agree()


def test_who_left_the_household_gets_back_what_was_taken_for_it(ruled):
    first, second = ruled(household_shares=True).enrol(2)
    number = household(first, second)
    give(second, 10)
    assert records.spend([spending(first, 8)])[0][0].is_paid
    customer_services.remove_from_household(HEAD_OFFICE, number, second)
    assert not records.spend([spending(first, 1, "more")])[0][0].is_paid
    assert [entry.customer_id for entry in records.give_back_all([back(first)])] == [second]
    assert points(second) == 10


def test_a_household_does_not_share_unless_the_programme_says_so(chain):
    first, second = chain.enrol(2)
    household(first, second)
    give(second, 10)
    assert not records.spend([spending(first, 1)])[0][0].is_paid
    has = queries.household_points(first)
    assert (has.shared, has.members) == (0, ())


def test_everybody_whose_points_may_be_spent_or_given_back_is_locked_at_once(ruled):
    first, second = ruled(household_shares=True).enrol(2)
    number = household(first, second)
    give(second, 10)
    with sql.watching() as statements:
        assert records.lock_sharing([second]) == {second: None}
    assert sum("FOR NO KEY UPDATE" in one for one in statements) == 1
    records.spend([spending(first, 8)])
    customer_services.dissolve_household(HEAD_OFFICE, number)
    assert records.lock_sharing([], [back(first)]) == {first: None}


def test_points_spent_before_a_merge_come_back_to_the_survivor_with_their_days(real_chain):
    survivor, merged = real_chain.enrol(2)
    give(merged, 10)
    give(survivor, 3, "other")
    records.spend([spending(merged, 8)])
    expires_on = lots(merged)[0][1]
    merge = customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert (points(survivor), points(merged)) == (5, 0)
    entries = records.give_back_all([back(survivor)])
    assert [(entry.customer_id, entry.kind, entry.points) for entry in entries] == [
        (merged, EntryKind.RETURN, 8),
        (merged, EntryKind.TRANSFER, -8),
        (survivor, EntryKind.TRANSFER, 8),
    ]
    assert [event.points for event in moved(entries)] == [8]
    assert (points(survivor), points(merged)) == (13, 0)
    assert {day for _, day in lots(survivor)} == {expires_on}
    assert records.give_back_all([back(merged), back(survivor)]) == []
    everything_proves()
    customer_services.undo_merge(HEAD_OFFICE, merge)
    catch_up()
    assert (points(survivor), points(merged)) == (3, 10)
    assert records.give_back_all([back(merged)]) == []
    everything_proves()


def test_an_app_spends_and_gives_back_each_thing_once(chain):
    (customer_id,) = chain.enrol()
    give(customer_id, 20)
    assert services.spend_points(APP, customer_id, 8, "wash-1", "car wash").points == 12
    assert services.spend_points(APP, customer_id, 8, "wash-1", "car wash").points == 12
    with pytest.raises(Conflict, match="8 points were spent for 'wash-1' already"):
        services.spend_points(APP, customer_id, 9, "wash-1")
    with pytest.raises(Conflict, match="13 points were asked for and 12 can be spent"):
        services.spend_points(APP, customer_id, 13, "wash-2")
    assert services.return_points(APP, customer_id, "wash-1", "closed").points == 20
    assert services.return_points(APP, customer_id, "wash-1", "closed").points == 20
    with pytest.raises(Conflict, match="given back already"):
        services.spend_points(APP, customer_id, 8, "wash-1")
    assert [event["points"] for event in events("points.spent.v1")] == [8]
    assert [event["points"] for event in events("points.returned.v1")] == [8]
    flat_books_agree()


def test_an_app_is_told_what_it_got_wrong(chain):
    (customer_id,) = chain.enrol()
    with pytest.raises(NotFound, match="No points were spent for 'x'"):
        services.return_points(APP, customer_id, "x")
    with pytest.raises(NotFound, match="no customer 4711"):
        services.spend_points(APP, 4711, 1, "x")
    for count, origin, field in ((0, "x", "points"), (1, " ", "origin"), (1, "x" * 65, "origin")):
        with pytest.raises(Invalid) as caught:
            services.spend_points(APP, customer_id, count, origin)
        assert list(caught.value.fields) == [field]
    with pytest.raises(NotAllowed):
        services.spend_points(Actor(kind="key", name="k"), customer_id, 1, "x")


def test_two_apps_do_not_meet_under_one_name(chain):
    (customer_id,) = chain.enrol()
    give(customer_id, 20)
    services.spend_points(APP, customer_id, 8, "1")
    services.spend_points(replace(APP, name="other"), customer_id, 9, "1")
    assert points(customer_id) == 3


def test_a_sales_points_are_spent_after_as_many_days_as_the_programme_says(chain):
    """What is pending shows, counts in the balance and can be spent from its day on."""
    (customer_id,) = chain.enrol()
    chain.publish(replace(PROGRAMME, pending_days=3), valid_from=ago(9))
    chain.post(a_sale("1", 1, water(2), occurred_at=ago(5)), a_sale("2", 1, water(4), occurred_at=ago(1)))
    has = queries.household_points(customer_id)
    assert (has.points, has.pending, has.available) == (30, 20, 10)
    assert queries.books([customer_id])[customer_id].spendable(company_day() + timedelta(days=2)) == 30
