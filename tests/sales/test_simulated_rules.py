"""What a simulation is of: drafts as they read when it was asked for, what is in review as handed in, other combining."""

from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from forecourt.catalogue import services as catalogue
from forecourt.catalogue.values import NewCost
from forecourt.kernel.problems import Invalid
from forecourt.loyalty import services as loyalty
from forecourt.offers import services as offers
from forecourt.offers.rules.offer import Policy
from forecourt.offers.values import FloorChange
from forecourt.sales import queries, services
from forecourt.sales.services import simulating
from forecourt.sales.values import SimulationAsked
from tests.api.conftest import new_caller
from tests.bench.samples import open_sample_station
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, ago, set_floor
from tests.sales.test_offers import per_litre, publish
from tests.sales.test_simulated_spans import decoded
from tests.sales.test_simulating import asked, draft


@pytest.fixture(autouse=True)
def sold(chain):
    """Forty litres by a member, in two sales."""
    chain.enrol()
    for number in range(2):
        chain.post_one(f"s{number}", 1, occurred_at=ago(5 - number), tenders=())
    return chain


def ask(**more) -> int:
    return services.ask_simulation(HEAD_OFFICE, asked(**more), wait=True)


def total(number: int) -> dict:
    """What it finds, run as a worker does."""
    row = queries.simulation(number)
    services.stop_simulation(HEAD_OFFICE, number)  # so that none waits
    result = simulating.simulate(msgspec.convert(row.asked, SimulationAsked), queries.frozen_rules(row))
    return result["total"]


def tenfold() -> None:
    rates = tuple(replace(rate, points=rate.points * 10) for rate in PROGRAMME.rates)
    loyalty.draft_programme(HEAD_OFFICE, replace(PROGRAMME, rates=rates))


def test_a_draft_is_simulated_as_it_read_when_it_was_asked_for():
    number = ask(offers=draft(per_litre()))
    assert not queries.changed_since(queries.simulation(number))
    offers.change_offer(HEAD_OFFICE, "litre", decoded(per_litre(off="1.00")))
    assert total(number)["discount_after"] == "12.00"
    assert queries.changed_since(queries.simulation(number)).offers == ("litre",)
    assert total(ask(offers=("litre",)))["discount_after"] == "40.00"
    offers.discard_offer(HEAD_OFFICE, "litre")
    assert total(number)["discount_after"] == "12.00"


def test_what_is_in_review_is_simulated_as_it_was_handed_in():
    publish(per_litre(), since=100)
    offers.change_offer(HEAD_OFFICE, "litre", decoded(per_litre(off="0.50")))
    offers.submit_offer(HEAD_OFFICE, "litre")
    offers.change_offer(HEAD_OFFICE, "litre", decoded(per_litre(off="1.00")))
    number = ask(reviewed=("litre",))
    assert total(number)["discount_after"] == "20.00"
    assert not queries.changed_since(queries.simulation(number)), "what was handed in stands"
    assert total(ask(offers=("litre",)))["discount_after"] == "40.00"
    for wanted in ({"reviewed": ("litre",), "offers": ("litre",)}, {"reviewed": ("other",)}, {"offers": ("other",)}):
        with pytest.raises(Invalid):
            ask(**wanted)
    offers.withdraw_offer(HEAD_OFFICE, "litre")
    assert total(number)["discount_after"] == "20.00"
    with pytest.raises(Invalid, match="not in review"):
        ask(reviewed=("litre",))


def test_a_programme_is_simulated_as_it_was_drafted_or_handed_in():
    with pytest.raises(Invalid, match="no programme is in review"):
        ask(programme="review")
    tenfold()
    drafted = ask(programme="draft")
    loyalty.submit_programme(HEAD_OFFICE)
    loyalty.draft_programme(HEAD_OFFICE, PROGRAMME)
    assert total(drafted)["points_after"] == "400"
    assert queries.changed_since(queries.simulation(drafted)).programme
    reviewed = ask(programme="review")
    assert total(reviewed)["points_after"] == "400"
    assert not queries.changed_since(queries.simulation(reviewed))
    assert total(ask(programme="draft"))["points_after"] == "40"


def test_other_combining_and_other_floors_are_simulated():
    catalogue.note_costs(HEAD_OFFICE, [NewCost(product="92", cost=Decimal("6.50"), effective_from=ago(90))])
    open_sample_station("S002")
    drafts = draft(per_litre(off="1.00"), per_litre("more", "0.50"))
    assert total(ask(offers=drafts))["discount_after"] == "60.00"
    assert total(ask(offers=drafts, policy=Policy(most_offers=1)))["discount_after"] == "40.00"
    assert total(ask(offers=drafts, policy=Policy(most_percent=Decimal(10))))["discount_after"] == "30.60"
    set_floor("92", "0.15", at=ago(90))
    assert total(ask(offers=drafts))["discount_after"] == "40.00"
    for floors, comes_to in (
        ([FloorChange(product="92", margin=Decimal("0.95"))], "8.00"),
        ([FloorChange(product="92")], "60.00"),
        ([FloorChange(product="92", station="S001", margin=Decimal("0.65"))], "20.00"),
        ([FloorChange(product="92", station="S002", margin=Decimal("0.65"))], "40.00"),
    ):
        assert total(ask(offers=drafts, floors=tuple(floors)))["discount_after"] == comes_to
    with pytest.raises(Invalid, match="not a product"):
        ask(floors=(FloorChange(product="no"),))
    with pytest.raises(Invalid, match="not a station"):
        ask(floors=(FloorChange(product="92", station="no"),))


def test_the_api_takes_them_and_keeps_what_was_simulated():
    writer = new_caller(HEAD_OFFICE, "offers:write")
    draft(per_litre())
    span = {"since": str(asked().since), "until": str(asked().until)}
    body = span | {"offers": ["litre"], "policy": {"most_offers": 1}, "floors": [{"product": "92", "margin": "0.20"}]}
    made = writer.post("/simulations", body).json()
    assert made["asked"]["policy"]["most_offers"] == 1
    assert made["asked"]["floors"] == [{"product": "92", "station": "", "margin": "0.20"}]
    assert made["rules"]["offers"][0]["offer"]["then"] == [{"give": "per_unit", "off": "0.30"}]
    assert made["changed"] == {"offers": [], "programme": False}
    offers.change_offer(HEAD_OFFICE, "litre", decoded(per_litre(off="1.00")))
    assert writer.get(f"/simulations/{made['id']}").json()["changed"] == {"offers": ["litre"], "programme": False}
    for wrong in ({"reviewed": ["litre"]}, {"floors": [{"product": "no"}]}, {"policy": {"most_percent": "101"}}):
        assert writer.post("/simulations", span | wrong).status_code == 422


def test_what_is_left_out_has_to_be_an_offer():
    publish(per_litre(), since=100)
    ask(without=("litre",))
    with pytest.raises(Invalid, match="without: 'liter' is not an offer"):
        ask(without=("liter",))
