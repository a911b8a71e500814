"""Simulations through the API: of which stations, and who is told what they found."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from forecourt.catalogue import services as catalogue
from forecourt.catalogue.values import NewCost
from forecourt.kernel import clock
from forecourt.sales import queries, services
from forecourt.sales.models import Simulation
from forecourt.sales.services import simulating
from forecourt.sales.values import SimulationAsked
from tests.api.conftest import new_caller
from tests.api.test_offers import read
from tests.bench.samples import open_sample_station
from tests.sales.scenes import HEAD_OFFICE, WATER, Chain, ago, open_chain
from tests.sales.test_offers import per_litre, publish


@pytest.fixture
def chain(db) -> Chain:
    """Two stations, at each a sale; costs are known."""
    chain = open_chain()
    open_sample_station("S002")
    catalogue.note_costs(
        HEAD_OFFICE,
        [NewCost(product=product, cost=Decimal("1.50"), effective_from=ago(90)) for product in ("92", WATER)],
    )
    publish(per_litre(), {"code": "gift", "then": [{"give": "gift", "product": WATER}]}, since=100)
    chain.enrol()
    for station in ("S001", "S002"):
        chain.post_one(station, 1, station=station, occurred_at=ago(3), tenders=())
    return chain


def simulated(*stations: str) -> int:
    today = clock.now().date()
    asked = SimulationAsked(since=today - timedelta(days=20), until=today, stations=stations, without=("litre",))
    number = services.ask_simulation(HEAD_OFFICE, asked, wait=True)
    Simulation.objects.filter(pk=number).update(state="done", result=simulating.simulate(asked))
    return number


def test_costs_margins_and_ids_of_members_have_scopes_of_their_own(chain):
    number = simulated()
    whole = queries.simulation(number).result
    assert whole["members"]["least"]
    assert Decimal(whole["total"]["cost"]) > 0
    assert any(Decimal(one["gifts"]) for one in whole["offers"])

    def told(*scopes: str) -> dict:
        return new_caller(HEAD_OFFICE, *scopes).get(f"/simulations/{number}").json()["result"]

    plain = told("offers:read")
    for name in ("cost", "margin", "own_margin", "gifts", "most", "least"):
        assert f'"{name}' not in json.dumps(plain), name
    assert plain["total"]["discount_before"] == whole["total"]["discount_before"]
    assert plain["members"]["losers"] == whole["members"]["losers"] == 1
    assert told("offers:read", "costs:read")["total"] == whole["total"]
    assert told("offers:read", "customers:read")["members"] == whole["members"]
    assert told("offers:read", "costs:read", "customers:read") == whole


def test_a_key_of_some_stations_reads_and_stops_what_is_of_them_alone(chain):
    everywhere, own, other, both = simulated(), simulated("S001"), simulated("S002"), simulated("S001", "S002")
    local = new_caller(HEAD_OFFICE, "offers:write", station="S001")
    for number, status in ((everywhere, 403), (own, 200), (other, 403), (both, 403)):
        assert local.get(f"/simulations/{number}").status_code == status
        assert local.get(f"/simulations/{number}/liability").status_code == status
        assert local.post(f"/simulations/{number}/stop", None).status_code == status
    assert [one["id"] for one in local.get("/simulations").json()["items"]] == [own]
    assert len(new_caller(HEAD_OFFICE, "offers:read").get("/simulations").json()["items"]) == 4


def test_a_key_of_some_stations_that_names_none_simulates_its_own(chain):
    local = new_caller(HEAD_OFFICE, "offers:write", station="S001")
    span = {"since": str(ago(9).date()), "until": str(ago(0).date())}
    answer = local.post("/simulations", span, idempotency_key="own")
    assert (answer.status_code, answer.json()["asked"]["stations"]) == (202, ["S001"])
    assert local.post("/simulations", span | {"stations": ["S002"]}, idempotency_key="no").status_code == 403


def test_simulations_come_in_pages_the_newest_first(chain):
    numbers = [simulated("S001"), simulated("S002"), simulated("S001"), simulated("S001", "S002")]
    caller = new_caller(HEAD_OFFICE, "offers:read")
    assert read(caller, "/simulations?limit=3", "id") == [numbers[:0:-1], numbers[:1]]
    local = new_caller(HEAD_OFFICE, "offers:read", station="S001")
    assert read(local, "/simulations?limit=1", "id") == [[numbers[2]], [numbers[0]]]
    assert caller.get("/simulations?cursor=x").status_code == 422
