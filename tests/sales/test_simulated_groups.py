"""What a simulation found, by station, by tier and by who pays."""

from decimal import Decimal

import pytest

from forecourt.catalogue import services as catalogue
from forecourt.catalogue.values import NewCost
from forecourt.loyalty.values import EarnRate, Per, Programme
from forecourt.sales.services import simulating
from tests.bench.samples import open_sample_station
from tests.sales.scenes import HEAD_OFFICE, a_line, ago, water
from tests.sales.test_offers import per_litre, publish
from tests.sales.test_simulating import asked, draft, refund

HALF = [{"funder": "dealer", "percent": "50"}, {"funder": "supplier:a;b|c", "percent": "50"}]
"""A name with signs that part figures elsewhere."""
OLD = per_litre("old", "0.10", funding=[{"funder": "brand", "percent": "100"}])
NEW = per_litre("new", "0.40", funding=HALF, group="litre")
LESS = per_litre("less", "0.20", group="litre")
ADDED = (
    "sales", "volume", "gross", "discount_before", "discount_after", "points_before", "points_after", "costed", "cost",
    "margin_before", "margin_after", "own_margin_before", "own_margin_after",
)  # fmt: skip


@pytest.fixture
def told(chain) -> dict:
    """Two stations, two members and a stranger under one offer, simulated under two others in its place; a part refunded."""
    open_sample_station("S002")
    catalogue.note_costs(HEAD_OFFICE, [NewCost(product="92", cost=Decimal("6.50"), effective_from=ago(90))])
    publish(OLD, since=100)
    chain.enrol(2)
    for number, who, station, lines in (
        (0, 1, "S001", [a_line()]),
        (1, 1, "S002", [a_line()]),
        (2, 1, "S002", [a_line()]),
        (3, 2, "S001", [a_line("92", "10.000", "76.50")]),
        (4, None, "S002", [a_line("92", "10.000", "76.50")]),
        (5, 2, "S001", [water(2)]),
    ):
        changes = {"station": station, "occurred_at": ago(9 - number), "tenders": ()}
        receipt = chain.post_one(f"s{number}", who, *lines, **changes)
        if number == 3:
            refund(receipt, "r3")
    return simulating.simulate(asked(offers=draft(NEW, LESS), without=("old",)))


def figures(row: dict, *names: str) -> list[str]:
    return [f"{Decimal(row[name]):.2f}" if "." in str(row[name]) else str(row[name]) for name in names]


def test_stations_and_tiers_add_up_to_the_whole(told):
    for group in ("stations", "tiers"):
        rows = told[group]
        for name in ADDED:
            assert sum(Decimal(row[name]) for row in rows) == Decimal(told["total"][name]), (group, name)
        for name in ("winners", "losers", "unchanged"):
            assert sum(row[name] for row in rows) == told["members"][name], (group, name)
        for name in ("gain", "loss"):
            assert sum(Decimal(row[name]) for row in rows) == Decimal(told["members"][name])
        assert sum(row["conflicts"] for row in rows) == sum(count for *_kind, count in told["lost"])
    assert told["margin_after"] == told["total"]["margin_after"]


def test_a_station_tells_its_margins(told):
    """Of 50 litres at 7.65 that cost 6.50: 57.50 less what offers gave, and less only what the station gave itself."""
    there = next(row for row in told["stations"] if row["name"] == "S002")
    assert figures(there, "sales", "costed", "cost") == ["3", "3", "325.00"]
    assert figures(there, "discount_before", "margin_before", "own_margin_before") == ["5.00", "52.50", "57.50"]
    assert figures(there, "discount_after", "margin_after", "own_margin_after") == ["20.00", "37.50", "47.50"]
    here = next(row for row in told["stations"] if row["name"] == "S001")
    assert figures(here, "sales", "costed", "margin_after") == ["2", "1", "15.00"], "no cost of water is known"


def test_a_payer_tells_what_it_pays_and_on_what(told):
    paid = {row["name"]: row for row in told["funders"]}
    assert set(paid) == {"brand", "dealer", "supplier:a;b|c"}
    before = ("sales_before", "fuel_before", "discount_before")
    after = ("sales_after", "fuel_after", "discount")
    assert figures(paid["brand"], *before, *after) == ["4", "70.00", "7.00", "0", "0", "0"]
    for name in ("dealer", "supplier:a;b|c"):
        assert figures(paid[name], *before, *after) == ["0", "0", "0", "4", "70.00", "14.00"]
    assert figures(paid["dealer"], "margin_before", "margin_after") == ["73.50", "52.50"]


def test_members_count_where_they_buy_most_and_in_their_last_tier(told):
    assert (told["members"]["winners"], told["members"]["unchanged"]) == (1, 1)
    stations = {row["name"]: (row["winners"], row["unchanged"], row["gain"]) for row in told["stations"]}
    assert stations == {"S001": (0, 1, "0"), "S002": (1, 0, "18.00")}
    tiers = {row["name"]: (row["winners"], row["unchanged"]) for row in told["tiers"]}
    assert tiers == {"basic": (1, 1), "": (0, 0)}


def test_conflicts_are_told_where_they_are(told):
    assert told["lost"] == [["less", "new", "group", 5]]
    assert {row["name"]: row["conflicts"] for row in told["stations"]} == {"S001": 2, "S002": 3}
    assert {row["name"]: row["lost"] for row in told["tiers"]} == {
        "basic": [["less", "new", "group", 4]],
        "": [["less", "new", "group", 1]],
    }


def test_the_points_a_payer_gave_are_told_before_and_after(chain):
    chain.publish(Programme(name="none", rates=(EarnRate(code="none", points=Decimal(0), per=Per.UNIT),)))
    bonus = {"code": "bonus", "then": [{"give": "points", "points": 7}], "funding": HALF}
    publish(bonus, since=100)
    chain.enrol()
    chain.post_one("1", 1, occurred_at=ago(3), tenders=())
    found = simulating.simulate(asked())
    given = {row["name"]: (row["points_before"], row["points"]) for row in found["funders"]}
    assert sum(int(before) for before, _ in given.values()) == sum(int(after) for _, after in given.values()) == 7
