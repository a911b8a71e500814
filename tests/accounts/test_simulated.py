"""What a simulation's points are worth as a liability: by the policy, or by what a point pays where there is none."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.accounts import queries
from forecourt.kernel import clock
from forecourt.loyalty import services as loyalty
from forecourt.sales import queries as sales
from forecourt.sales import services
from forecourt.sales.models import Simulation
from forecourt.sales.services import simulating
from forecourt.sales.values import SimulationAsked
from tests.accounts.scenes import a_policy, approve
from tests.api.conftest import new_caller
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, Chain, ago, open_chain


@pytest.fixture
def chain(db) -> Chain:
    chain = open_chain()
    chain.enrol(1)
    for number in range(5):
        chain.post_one(f"s{number}", 1, occurred_at=ago(3))
    return chain


def simulated_threefold() -> int:
    """Simulate the sales under a draft in which all earns three times as much."""
    rates = tuple(replace(rate, points=rate.points * 3) for rate in PROGRAMME.rates)
    loyalty.draft_programme(HEAD_OFFICE, replace(PROGRAMME, rates=rates))
    today = clock.now().date()
    asked = SimulationAsked(since=today - timedelta(days=20), until=today, programme="draft")
    number = services.ask_simulation(HEAD_OFFICE, asked, wait=True)
    assert queries.simulated_liability(sales.simulation(number)) is None
    Simulation.objects.filter(pk=number).update(state="done", result=simulating.simulate(asked))
    return number


def test_by_the_policy_in_force_on_the_last_day(chain):
    policy = approve(a_policy(valid_from=clock.now().date() - timedelta(days=10), tax_percent=Decimal(13)))
    worth = queries.simulated_liability(sales.simulation(simulated_threefold()))
    assert (worth.points_before, worth.points_after) == (100, 300)
    assert (worth.before, worth.after) == (Decimal("7.08"), Decimal("21.24"))
    assert (worth.point_value, worth.redemption_percent, worth.policy) == (Decimal("0.10"), Decimal(80), policy)


def test_without_a_policy_a_point_counts_what_it_pays(chain):
    worth = queries.simulated_liability(sales.simulation(simulated_threefold()))
    assert worth.policy is None
    assert (worth.before, worth.after, worth.change) == (Decimal("1.00"), Decimal("3.00"), Decimal("2.00"))
    assert (worth.point_value, worth.redemption_percent) == (PROGRAMME.point_value, Decimal(100))


def test_over_the_api(chain):
    number = simulated_threefold()
    reader = new_caller(HEAD_OFFICE, "offers:read")
    found = reader.get(f"/simulations/{number}/liability").json()
    assert (found["before"], found["after"], found["change"], found["policy"]) == ("1.00", "3.00", "2.00", None)
    assert reader.get("/simulations/4711/liability").status_code == 404
    assert new_caller(HEAD_OFFICE, "accounts:read").get(f"/simulations/{number}/liability").status_code == 403
    today = clock.now().date()
    waiting = services.ask_simulation(HEAD_OFFICE, SimulationAsked(since=today, until=today), wait=True)
    assert reader.get(f"/simulations/{waiting}/liability").status_code == 409
