"""What products cost is noted with its moment, by head office, and never changed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forecourt.catalogue import queries, services
from forecourt.catalogue.values import NewCost, NotedCosts
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Invalid, NotAllowed


def test_costs_stand_in_their_order_everywhere_and_at_a_station(fuels, stations):
    now = clock.now()
    earlier, later = now - timedelta(days=30), now - timedelta(days=2)
    noted = services.note_costs(
        SYSTEM,
        [
            NewCost(product="92", cost=Decimal("6.95"), effective_from=later),
            NewCost(product="92", cost=Decimal("6.80"), effective_from=earlier),
            NewCost(product="92", cost=Decimal("6.9050"), effective_from=earlier, station="S1"),
        ],
    )
    assert noted == NotedCosts(noted=3, known=0)
    assert queries.costs([fuels["92"]]) == {
        (fuels["92"], None): [(earlier, Decimal("6.80")), (later, Decimal("6.95"))],
        (fuels["92"], stations["S1"]): [(earlier, Decimal("6.905"))],
    }
    assert AuditEntry.objects.get(action="cost.note").detail == {"count": 3}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (NewCost(product="no such", cost=Decimal(1), effective_from=clock.now()), "1.product"),
        (NewCost(product="92", cost=Decimal(1), effective_from=clock.now(), station="no such"), "1.station"),
        (NewCost(product="92", cost=Decimal("-0.01"), effective_from=clock.now()), "1.cost"),
        (NewCost(product="92", cost=Decimal("1.23456"), effective_from=clock.now()), "1.cost"),
    ],
)
def test_a_cost_that_cannot_be_is_refused_by_its_place_and_nothing_is_noted(fuels, stations, wrong, field):
    good = NewCost(product="92", cost=Decimal("6.80"), effective_from=clock.now())
    with pytest.raises(Invalid) as refused:
        services.note_costs(SYSTEM, [good, wrong])
    assert field in refused.value.fields
    assert queries.products_with_costs() == []


def test_a_stations_manager_notes_none(fuels, stations, manager):
    here = NewCost(product="92", cost=Decimal("6.80"), effective_from=clock.now(), station="S1")
    with pytest.raises(NotAllowed):
        services.note_costs(manager, [here])


def test_the_same_cost_again_and_of_two_for_one_moment_the_last(fuels, stations):
    since = clock.now() - timedelta(days=3)
    wrong, right = (NewCost(product="92", cost=Decimal(cost), effective_from=since) for cost in ("9.99", "6.99"))
    assert services.note_costs(SYSTEM, [wrong, right, right]) == NotedCosts(noted=1, known=2)
    assert services.note_costs(SYSTEM, [wrong, right]) == NotedCosts(noted=0, known=2)
    assert queries.costs([fuels["92"]]) == {(fuels["92"], None): [(since, Decimal("6.99"))]}
    # a correction, and back again
    assert services.note_costs(SYSTEM, [wrong]).noted == 1
    assert services.note_costs(SYSTEM, [right]).noted == 1
    assert queries.costs([fuels["92"]])[fuels["92"], None][-1] == (since, Decimal("6.99"))


def test_of_a_list_the_good_ones_are_noted_and_each_other_is_told_why(fuels, stations):
    since = clock.now() - timedelta(days=3)
    good = NewCost(product="92", cost=Decimal("6.80"), effective_from=since)
    bad = NewCost(product="no such", cost=Decimal(1), effective_from=since)
    assert services.note_good_costs(SYSTEM, [good, bad], dry_run=True)[0] is True
    assert queries.products_with_costs() == []
    told = services.note_good_costs(SYSTEM, [good, bad, good])
    assert (told[0], list(told[1].fields), told[2]) == (True, ["product"], False)
    assert services.note_good_costs(SYSTEM, [good]) == [False]


@pytest.mark.parametrize("cost", ["NaN", "Infinity", "1000000", "1E+30"])
def test_what_is_no_cost_is_refused_in_words(fuels, stations, cost):
    with pytest.raises(Invalid, match="no cost of a unit"):
        services.note_costs(SYSTEM, [NewCost(product="92", cost=Decimal(cost), effective_from=clock.now())])


def test_a_product_is_without_a_cost_until_one_is_known_at_every_open_station(fuels, stations):
    def note(since: timedelta, *places: str) -> None:
        at = clock.now() + since
        services.note_costs(
            SYSTEM,
            [NewCost(product="92", cost=Decimal(7), effective_from=at, station=place) for place in places],
        )

    def is_without() -> bool:
        listed = [one.code for one in queries.list_products(SYSTEM, costless=True)]
        is_told = fuels["92"] in queries.products_without_cost()
        assert is_told == ("92" in listed)
        return is_told

    first, *others = stations
    assert is_without()
    note(-timedelta(days=3), first)
    note(timedelta(days=3), *others)
    assert is_without()
    note(-timedelta(days=2), *others)
    assert not is_without()
