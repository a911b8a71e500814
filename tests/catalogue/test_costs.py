"""What products cost is noted with its moment, by head office, and never changed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forecourt.catalogue import queries, services
from forecourt.catalogue.values import NewCost
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
    assert noted == 3
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
