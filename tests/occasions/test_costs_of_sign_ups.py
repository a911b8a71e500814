"""What signing up for a member event costs, and to whom it goes back: households and merged members too."""

import pytest

from forecourt.customers import services as customers
from forecourt.kernel import sql
from forecourt.kernel.problems import Conflict
from forecourt.occasions import services
from forecourt.occasions.models import SignUp
from tests.occasions.at_events import a_household, begin, give, join, leave, states
from tests.occasions.conftest import furnished, opened
from tests.sales.scenes import (
    HEAD_OFFICE,
    Chain,
    catch_up,
    events,
    everything_proves,
    lots,
    points,
)


@pytest.fixture
def chain(committed) -> Chain:
    return furnished()


def test_signing_up_costs_points_which_come_back_to_their_lots(chain):
    rich, poor, waiting = chain.enrol(3)
    give(rich, 100), give(waiting, 60)
    before = lots(rich)
    event = opened(places=1, cost=60)
    assert join(event, rich) == "going"
    assert points(rich) == 40
    assert join(event, poor) == "waiting"
    assert join(event, waiting) == "waiting"
    assert points(waiting) == 60
    leave(event, rich)
    assert lots(rich) == before
    catch_up()
    assert states(event) == ["cancelled", "cancelled", "going"]
    assert [one["reason"] for one in events("member_event.sign_up_cancelled.v1")] == ["member", "points"]
    assert points(waiting) == 0
    with pytest.raises(Conflict, match="costs 60 points; 0 can be spent"):
        join(opened(cost=60), poor)
    assert SignUp.objects.count() == 3
    everything_proves()


@pytest.mark.parametrize("who", ["member", "organiser"])
def test_what_others_of_the_household_paid_goes_back_into_their_lots(chain, who):
    joins, pays = a_household(chain, 2)
    give(joins, 10), give(pays, 100)
    sql.run("UPDATE loyalty_entry SET expires_on = current_date + 90 WHERE points > 0")
    before = lots(joins), lots(pays)
    event = opened(cost=60)
    assert join(event, joins) == "going"
    assert points(joins) + points(pays) == 50
    if who == "member":
        leave(event, joins)
        leave(event, joins)
    else:
        services.cancel_event(HEAD_OFFICE, event, "台风")
    assert (lots(joins), lots(pays)) == before
    assert join(opened(cost=110), pays) == "going"
    everything_proves()


def test_who_moves_up_on_points_of_the_household_gives_them_back_too(chain):
    joins, pays = a_household(chain, 2)
    (first,) = chain.enrol()
    give(pays, 100), give(first, 60)
    event = opened(places=1, cost=60)
    join(event, first), join(event, joins)
    leave(event, first)
    catch_up()
    assert (points(joins), points(pays)) == (0, 40)
    customers.merge_customers(HEAD_OFFICE, first, pays)
    catch_up()
    leave(event, joins)
    assert (points(joins), points(first)) == (0, 160)
    everything_proves()


def test_merged_members_keep_one_sign_up_and_get_the_other_back(chain):
    first, second, third = chain.enrol(3)
    give(first, 20), give(second, 20)
    event = opened(places=2, cost=20, points=7)
    for one in (first, second, third):
        join(event, one)
    customers.merge_customers(HEAD_OFFICE, first, second)
    catch_up()
    assert states(event) == ["going", "cancelled", "cancelled"]  # the third cannot pay for the place that came free
    assert points(first) == 20
    begin(event)
    assert services.check_in(HEAD_OFFICE, event, f"#{second}").points == 7
    assert points(first) == 27
    assert services.check_in(HEAD_OFFICE, event, f"#{first}").was_there
    everything_proves()


def test_a_survivor_leaves_and_gets_back_what_the_merged_one_paid(chain):
    first, second = chain.enrol(2)
    give(second, 20)
    event = opened(cost=20)
    join(event, second)
    customers.merge_customers(HEAD_OFFICE, first, second)
    catch_up()
    leave(event, first)
    assert points(first) == 20
    everything_proves()
