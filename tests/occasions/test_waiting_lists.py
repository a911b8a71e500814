"""Places at member events and the waiting list: who moves up when, and who first."""

import pytest

from forecourt.customers import services as customers
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.occasions import queries, services
from tests.occasions.at_events import begin, give, in_tier, join, leave, states
from tests.occasions.conftest import an_event, furnished, opened, serving_first
from tests.sales.scenes import (
    HEAD_OFFICE,
    Chain,
    catch_up,
    events,
    everything_proves,
    points,
)


@pytest.fixture
def chain(committed) -> Chain:
    return furnished()


def test_who_comes_late_waits_and_moves_up_when_somebody_cancels(chain):
    first, second, third, fourth = chain.enrol(4)
    event = opened(places=2)
    assert [join(event, one) for one in (first, second, third, fourth)] == ["going", "going", "waiting", "waiting"]
    assert join(event, first) == "going"
    view = queries.member_event(event)
    assert (view.going, view.waiting, view.left) == (2, 2, 0)
    assert [one.place_in_line for one in queries.sign_ups(event)] == [0, 0, 1, 2]
    leave(event, first)
    leave(event, first)
    catch_up()
    assert states(event) == ["cancelled", "going", "going", "waiting"]
    assert [one["customer_id"] for one in events("member_event.moved_up.v1")] == [third]
    assert join(event, first) == "waiting"
    leave(event, fourth)
    catch_up()
    assert states(event) == ["cancelled", "going", "going", "cancelled", "waiting"]
    everything_proves()


def test_a_place_that_came_free_belongs_to_who_waits_not_to_who_comes(chain):
    first, second, third = chain.enrol(3)
    event = opened(places=1)
    join(event, first), join(event, second)
    leave(event, first)
    assert join(event, third) == "waiting"
    catch_up()
    assert states(event) == ["cancelled", "going", "waiting"]


def test_more_places_go_to_who_waits(chain):
    members = chain.enrol(4)
    event = opened(places=1)
    for one in members:
        join(event, one)
    starts_at = queries.member_event(event).starts_at
    services.change_event(HEAD_OFFICE, event, an_event(places=3, starts_at=starts_at))
    catch_up()
    assert states(event) == ["going", "going", "going", "waiting"]
    with pytest.raises(Invalid, match="3 are taken already"):
        services.change_event(HEAD_OFFICE, event, an_event(places=2, starts_at=starts_at))
    with pytest.raises(Invalid, match="cannot change any more"):
        services.change_event(HEAD_OFFICE, event, an_event(places=3, cost=1, starts_at=starts_at))


def test_members_who_are_served_first_move_up_first(chain):
    """Among them, and among all others, who signed up first; the place in line says so from the beginning."""
    chain.publish(serving_first("gold"))
    going, basic, gold, silver, later_gold = chain.enrol(5)
    in_tier(gold, "gold"), in_tier(later_gold, "gold"), in_tier(silver, "silver")
    event = opened(places=1)
    for one in (going, basic, gold, silver, later_gold):
        join(event, one)
    found = {one.customer_id: one for one in queries.sign_ups(event)}
    assert [found[one].place_in_line for one in (going, basic, gold, silver, later_gold)] == [0, 3, 1, 4, 2]
    assert [one for one in found if found[one].has_priority] == [gold, later_gold]
    starts_at = queries.member_event(event).starts_at
    moved = []
    for places in (2, 3, 4, 5):
        services.change_event(HEAD_OFFICE, event, an_event(places=places, starts_at=starts_at))
        catch_up()
        moved.append([one["customer_id"] for one in events("member_event.moved_up.v1")][-1])
    assert moved == [gold, later_gold, basic, silver]
    everything_proves()


def test_the_tier_of_today_and_of_who_the_member_is_now_counts(chain):
    chain.publish(serving_first("gold"))
    going, first, second, other = chain.enrol(4)
    event = opened(places=1)
    join(event, going), join(event, first), join(event, second)
    in_tier(second, "gold")
    assert [one.place_in_line for one in queries.sign_ups(event)] == [0, 2, 1]
    customers.merge_customers(HEAD_OFFICE, other, second, "同一人")
    catch_up()
    in_tier(other, "basic")
    assert [(one.place_in_line, one.has_priority) for one in queries.sign_ups(event)] == [
        (0, False),
        (1, False),
        (2, False),
    ]
    in_tier(other, "gold")
    leave(event, going)
    catch_up()
    assert [one["customer_id"] for one in events("member_event.moved_up.v1")] == [other]


def test_priority_changes_nothing_for_who_has_too_few_points(chain):
    chain.publish(serving_first("gold"))
    going, basic, gold = chain.enrol(3)
    give(going, 50), give(basic, 50), in_tier(gold, "gold")
    event = opened(places=1, cost=50)
    for one in (going, basic, gold):
        join(event, one)
    leave(event, going)
    catch_up()
    assert states(event) == ["cancelled", "going", "cancelled"]
    everything_proves()


def test_without_a_waiting_list_the_last_place_is_the_last(chain):
    first, second = chain.enrol(2)
    event = opened(places=1, has_waiting_list=False)
    join(event, first)
    with pytest.raises(Conflict, match="All 1 places are taken"):
        join(event, second)
    leave(event, first)
    assert join(event, second) == "going"


def test_who_is_blocked_is_passed_over_and_keeps_nobody_from_a_place(chain):
    first, blocked, third, fourth = chain.enrol(4)
    event = opened(places=1)
    for one in (first, blocked, third):
        join(event, one)
    customers.block_customer(HEAD_OFFICE, blocked, "欠款")
    assert [one.place_in_line for one in queries.sign_ups(event)] == [0, 0, 1]
    leave(event, first)
    catch_up()
    assert states(event) == ["cancelled", "waiting", "going"]
    leave(event, third)
    catch_up()
    assert join(event, fourth) == "going"
    everything_proves()


def test_who_is_unblocked_takes_a_place_that_was_free_all_the_while(chain):
    first, blocked, other = chain.enrol(3)
    event, full, begun = opened(places=1), opened(places=1), opened(places=1)
    for one in (event, begun):
        join(one, first), join(one, blocked)
    join(full, other), join(full, blocked)
    customers.block_customer(HEAD_OFFICE, blocked, "欠款")
    leave(event, first), leave(begun, first)
    catch_up()
    assert [states(one)[1] for one in (event, full, begun)] == ["waiting"] * 3
    begin(begun)
    customers.unblock_customer(HEAD_OFFICE, blocked, "已还款")
    catch_up()
    assert [states(one)[1] for one in (event, full, begun)] == ["going", "waiting", "waiting"]
    assert [one["event_id"] for one in events("member_event.moved_up.v1")] == [event]
    everything_proves()


def test_who_is_unblocked_moves_up_in_line_and_pays(chain):
    chain.publish(serving_first("gold"))
    going, basic, gold = chain.enrol(3)
    give(going, 50), give(basic, 50), give(gold, 50), in_tier(gold, "gold")
    event = opened(places=1, cost=50)
    for one in (going, basic, gold):
        join(event, one)
    for one in (basic, gold):
        customers.block_customer(HEAD_OFFICE, one, "欠款")
    leave(event, going)
    catch_up()
    for one in (basic, gold):
        customers.unblock_customer(HEAD_OFFICE, one, "已还款")
    catch_up()
    assert states(event) == ["cancelled", "waiting", "going"]
    assert (points(basic), points(gold)) == (50, 0)
    everything_proves()


def test_who_is_parted_from_who_was_blocked_takes_a_free_place(chain):
    first, survivor, other = chain.enrol(3)
    event = opened(places=1)
    join(event, first), join(event, other)
    merge_id = customers.merge_customers(HEAD_OFFICE, survivor, other, "同一人")
    customers.block_customer(HEAD_OFFICE, survivor, "欠款")
    leave(event, first)
    catch_up()
    assert states(event) == ["cancelled", "waiting"]
    customers.undo_merge(HEAD_OFFICE, merge_id)
    catch_up()
    assert states(event) == ["cancelled", "going"]
    everything_proves()
