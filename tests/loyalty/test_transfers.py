"""Points passed on: within a household, with their last day, and no more than can be spent."""

import pytest

from forecourt.customers import services as customer_services
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.loyalty import queries, services
from forecourt.loyalty.permissions import TRANSFER_POINTS
from forecourt.loyalty.services.transfers import MOST_A_DAY
from forecourt.loyalty.values import Expiry
from tests.loyalty.test_spending import give, household
from tests.sales.scenes import HEAD_OFFICE, ago, events, flat_books_agree, lots, points

AGENT = Actor(kind="staff", name="A1", permissions=frozenset({TRANSFER_POINTS}))


def test_points_go_over_with_their_last_day_soonest_first(chain):
    giver, taker = chain.enrol(2)
    household(giver, taker)
    give(giver, 10, "late")
    give(giver, 10, "soon")
    sql.run("UPDATE loyalty_entry SET expires_on = expires_on - 60 WHERE origin = 'soon'")
    (_, soon), (_, late) = lots(giver)
    has_giver, has_taker = services.transfer_points(AGENT, giver, taker, 14, " for the trip ")
    assert (has_giver.points, has_taker.points) == (6, 14)
    assert lots(taker) == [(10, soon), (4, late)]
    assert lots(giver) == [(6, late)]
    told = [(one["customer_id"], one["points"], one["other_id"]) for one in events("points.transferred.v1")]
    assert told == [(giver, -14, taker), (taker, 14, giver)]
    assert queries.entries([giver])[0].points == -14
    flat_books_agree()


def test_passing_points_on_does_not_make_them_live_longer(ruled):
    chain = ruled(expiry=Expiry.ACTIVITY, points_life_months=12)
    giver, taker = chain.enrol(2)
    household(giver, taker)
    give(giver, 10)
    sql.run("UPDATE loyalty_entry SET occurred_at = occurred_at - interval '300 days'")
    services.transfer_points(AGENT, giver, taker, 10)
    (lot,) = queries.books([taker])[taker].lots
    assert (lot.expires_on, lot.earned_at.date()) == (None, ago(300).date())


def test_only_what_can_be_spent_is_passed_on(ruled):
    giver, taker = ruled(pending_days=10).enrol(2)
    household(giver, taker)
    give(giver, 5)
    give(giver, 50, "bonus:1", is_pending=True)
    with pytest.raises(Invalid, match="6 is more than the 5 that can be passed on"):
        services.transfer_points(AGENT, giver, taker, 6)
    services.adjust_points(HEAD_OFFICE, taker, -3, "taken")
    services.transfer_points(AGENT, giver, taker, 5)
    assert (points(giver), lots(taker)[0][0]) == (50, 2)
    flat_books_agree()


def test_only_within_a_household_unless_one_may_otherwise(chain):
    giver, taker = chain.enrol(2)
    give(giver, 5)
    with pytest.raises(NotAllowed, match="not of one household"):
        services.transfer_points(AGENT, giver, taker, 5)
    services.transfer_points(HEAD_OFFICE, giver, taker, 5)
    with pytest.raises(NotAllowed):
        services.transfer_points(Actor(kind="staff", name="E1"), taker, giver, 1)


def test_nothing_is_passed_on_to_who_is_blocked(chain):
    giver, taker = chain.enrol(2)
    household(giver, taker)
    give(giver, 5)
    customer_services.block_customer(HEAD_OFFICE, taker, "fraud")
    with pytest.raises(Conflict, match=f"Customer {taker} is blocked"):
        services.transfer_points(AGENT, giver, taker, 5)
    assert (points(giver), points(taker)) == (5, 0)


@pytest.mark.parametrize("count", [0, -5, 1_000_001])
def test_a_number_that_makes_no_sense_is_refused(chain, count):
    giver, taker = chain.enrol(2)
    with pytest.raises(Invalid, match="is out of range"):
        services.transfer_points(AGENT, giver, taker, count)


def test_nobody_passes_points_on_to_themselves_or_to_nobody(real_chain):
    giver, alias = real_chain.enrol(2)
    with pytest.raises(NotFound, match="no customer 4711"):
        services.transfer_points(AGENT, giver, 4711, 1)
    customer_services.merge_customers(HEAD_OFFICE, giver, alias, "the same")
    with pytest.raises(Invalid, match="is the giver"):
        services.transfer_points(AGENT, giver, alias, 1)


def test_a_customer_passes_points_on_so_often_a_day(chain):
    giver, taker = chain.enrol(2)
    household(giver, taker)
    give(giver, 100)
    for _ in range(MOST_A_DAY):
        services.transfer_points(AGENT, giver, taker, 1)
    with pytest.raises(Conflict, match="10 times within a day"):
        services.transfer_points(AGENT, giver, taker, 1)
    sql.run("UPDATE loyalty_entry SET recorded_at = recorded_at - interval '1 day'")
    services.transfer_points(AGENT, giver, taker, 1)
    assert points(taker) == MOST_A_DAY + 1
