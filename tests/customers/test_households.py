"""Households: who is in one, its limit, what merges do to it; two who take its last place at once."""

import threading

import pytest
from django.db import connection

from forecourt.customers import queries, services
from forecourt.customers.models import Customer, Household
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import AuditEntry, EventRow
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound


def members(household_id: int) -> list[int]:
    return [member.customer_id for member in queries.household(household_id).members]


def told(name: str) -> list[tuple[int, int]]:
    events = EventRow.objects.filter(name=name).order_by("recorded_at", "id")
    return [(event.customer_id, event.body["household_id"]) for event in events]


@pytest.fixture
def four(enrol):
    return [enrol(name) for name in ("张伟", "王芳", "张小明", "李娜")]


def test_a_household_is_made_joined_left_and_ended(four, clerk):
    first, second, third, fourth = four
    household = services.make_household(clerk, " 张家 ", [second, first, second])
    assert members(household) == [first, second]
    services.add_to_household(clerk, household, [third, first])
    assert queries.customer_card(third).household == queries.household(household)
    assert queries.household(household).name == "张家"
    services.rename_household(clerk, household, "张家四口")
    services.remove_from_household(clerk, household, first)
    assert members(household) == [second, third]
    assert queries.household_of([first, second]) == {first: (first,), second: (second, third)}
    services.dissolve_household(clerk, household)
    assert queries.customer_card(second).household is None
    assert told("household.joined.v1") == [(first, household), (second, household), (third, household)]
    assert told("household.left.v1") == [(first, household), (second, household), (third, household)]
    actions = AuditEntry.objects.filter(action__startswith="household").order_by("at").values_list("action", flat=True)
    assert list(actions) == [f"household.{verb}" for verb in ("make", "add", "rename", "remove", "dissolve")]
    with pytest.raises(NotFound, match=f"no household {household}"):
        services.add_to_household(clerk, household, [fourth])


def test_the_last_to_leave_ends_it(four, clerk):
    household = services.make_household(clerk, "", four[:1])
    services.remove_from_household(clerk, household, four[0])
    assert not Household.objects.exists()


def test_what_cannot_be_says_why(four, clerk, reader):
    first, second, third, fourth = four
    household = services.make_household(clerk, "张家", [first])
    with pytest.raises(Conflict, match=f"{first} is in household {household} already"):
        services.make_household(clerk, "李家", [first, second])
    assert Household.objects.count() == 1
    with pytest.raises(NotFound, match="no customer 999"):
        services.add_to_household(clerk, household, [second, 999])
    with pytest.raises(Invalid, match="nobody is named"):
        services.make_household(clerk, "", [])
    with pytest.raises(NotFound, match=f"{fourth} is not in household"):
        services.remove_from_household(clerk, household, fourth)
    with pytest.raises(NotAllowed):
        services.make_household(reader, "", [second])
    services.set_household_size(clerk, 2)
    with pytest.raises(Invalid, match="would be 3; a household has at most 2"):
        services.add_to_household(clerk, household, [second, third])
    services.add_to_household(clerk, household, [second])
    with pytest.raises(Invalid, match="give 1 to 100"):
        services.set_household_size(clerk, 101)
    with pytest.raises(NotAllowed, match="all stations"):
        services.set_household_size(Actor(**{**_fields(clerk), "stations": frozenset({1})}), 5)


def _fields(actor: Actor) -> dict:
    return {name: getattr(actor, name) for name in actor.__struct_fields__}


def test_ten_are_the_most_unless_somebody_says_otherwise(enrol, clerk):
    eleven = [enrol(f"会员{number}") for number in range(11)]
    with pytest.raises(Invalid, match="would be 11; a household has at most 10"):
        services.make_household(clerk, "", eleven)
    assert len(members(services.make_household(clerk, "", eleven[:10]))) == 10


def test_a_survivor_without_a_household_comes_into_the_merged_ones_and_leaves_it_when_parted(four, clerk):
    first, second, third, _ = four
    household = services.make_household(clerk, "", [second, third])
    before = list(Customer.objects.order_by("id").values())
    merge = services.merge_customers(clerk, first, second)
    assert members(household) == [first, third]
    assert told("household.joined.v1")[-1] == (first, household)
    services.undo_merge(clerk, merge)
    assert list(Customer.objects.order_by("id").values()) == before
    assert members(household) == [second, third]
    assert told("household.left.v1") == [(first, household)]


def test_a_survivor_keeps_its_own_household(four, clerk):
    first, second, third, fourth = four
    own = services.make_household(clerk, "", [first, third])
    other = services.make_household(clerk, "", [second, fourth])
    merge = services.merge_customers(clerk, first, second)
    assert (members(own), members(other)) == ([first, third], [fourth])
    services.undo_merge(clerk, merge)
    assert (members(own), members(other)) == ([first, third], [second, fourth])


def test_who_left_with_those_merged_into_it_does_not_come_back_when_they_part(four, clerk):
    first, second, third, _ = four
    household = services.make_household(clerk, "", [second, third])
    merge = services.merge_customers(clerk, first, second)
    services.remove_from_household(clerk, household, second)  # an alias is as good as its survivor
    assert members(household) == [third]
    services.undo_merge(clerk, merge)
    assert members(household) == [third]


def test_an_ended_household_stays_ended_for_the_merged(four, clerk):
    first, second, third, _ = four
    household = services.make_household(clerk, "", [second, third])
    merge = services.merge_customers(clerk, first, second)
    services.dissolve_household(clerk, household)
    assert told("household.left.v1") == [(first, household), (third, household)]
    services.undo_merge(clerk, merge)
    assert not Customer.objects.filter(household_id__isnull=False).exists()


def test_whoever_moved_on_since_the_merge_stays_where_it_is(four, clerk):
    first, second, third, fourth = four
    household = services.make_household(clerk, "", [second, third])
    merge = services.merge_customers(clerk, first, second)
    services.remove_from_household(clerk, household, first)
    other = services.make_household(clerk, "", [first, fourth])
    services.undo_merge(clerk, merge)
    assert members(other) == [first, fourth]


def test_of_many_who_take_the_last_place_at_once_one_gets_it(committed, clerk):
    from tests.customers.conftest import new_customer

    ids = [services.create_customer(clerk, new_customer(f"会员{number}")) for number in range(9)]
    services.set_household_size(clerk, 2)
    household = services.make_household(clerk, "", ids[:1])
    answers: list[str] = []
    gate = threading.Barrier(8)

    def join(customer_id: int) -> None:
        gate.wait()
        try:
            services.add_to_household(clerk, household, [customer_id])
            answers.append("in")
        except Invalid:
            answers.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=join, args=(customer_id,)) for customer_id in ids[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["full"] * 7 + ["in"]
    assert len(members(household)) == 2
