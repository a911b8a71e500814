"""What products cost the retailer, noted with the moment from which it holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions, queries, records, rules
from forecourt.catalogue.models import Cost
from forecourt.catalogue.services import places
from forecourt.catalogue.values import NewCost, NotedCosts, ProductFacts
from forecourt.kernel import audit, clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotAllowed, Problem
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts

Row = tuple[int, int | None, Decimal, datetime]
"""Product, station (None: everywhere), cost, from when."""


@transaction.atomic(durable=True)
def note_costs(actor: Actor, costs: Sequence[NewCost]) -> NotedCosts:
    """Add what products cost to their history; each holds from its moment on, the later noted of two for the same one.

    A cost that stands there already is not added again. Margin floors and simulations go by costs as of the time of a sale;
    what was rated already stays as it is. An actor for some stations notes costs there only. Invalid, naming the place in
    the list, for an unknown product or station and for a cost that is none.
    """
    actor.require(permissions.NOTE_COST)
    path = "" if len(costs) == 1 else "{}."
    rows = []
    for found in _resolved(actor, costs, path):
        if isinstance(found, Problem):
            raise found
        rows.append(found)
    new = _new(rows)
    _note(actor, list(new))
    return NotedCosts(noted=len(new), known=len(rows) - len(new))


@transaction.atomic(durable=True)
def note_good_costs(actor: Actor, costs: Sequence[NewCost], *, dry_run: bool = False) -> list[bool | Problem]:
    """Note those of a list that can be, as `note_costs` does. For each, in order: whether it is new, or why it is refused.

    With `dry_run` nothing is noted.
    """
    actor.require(permissions.NOTE_COST)
    resolved = _resolved(actor, costs, "")
    new = _new([found for found in resolved if not isinstance(found, Problem)])
    if not dry_run and new:
        _note(actor, list(new))
    told: list[bool | Problem] = []
    for found in resolved:
        # the same cost twice in a list is new once
        told.append(found if isinstance(found, Problem) else new.pop(found, None) is not None)
    return told


def _new(rows: Sequence[Row]) -> dict[Row, int]:
    """The rows that do not stand in the history, in their order; of several for one moment the last. Others wait meanwhile."""
    records.lock_costs()
    present = records.same_costs(rows)
    last = {(product_id, station_id, since): row for row in rows for product_id, station_id, _cost, since in [row]}
    kept = set(last.values())
    return {row: place for place, row in enumerate(rows) if place not in present and row in kept}


def _note(actor: Actor, rows: Sequence[Row]) -> None:
    now = clock.now()
    Cost.objects.bulk_create(
        [
            Cost(
                product_id=product_id,
                station_id=station_id,
                cost=cost,
                effective_from=effective_from,
                recorded_at=now,
                recorded_by=actor.label,
            )
            for product_id, station_id, cost, effective_from in rows
        ],
        batch_size=5000,
    )
    stamps.bump("catalogue")
    audit.record(actor, "cost.note", "costs", detail={"count": len(rows)})


def _resolved(actor: Actor, costs: Sequence[NewCost], path: str) -> list[Row | Problem]:
    """Each cost with product and station looked up, all in two statements, or why it cannot be noted."""
    products = queries.products_by_code({cost.product for cost in costs})
    stations = organisation.station_facts({cost.station for cost in costs if cost.station})
    found: list[Row | Problem] = []
    for number, cost in enumerate(costs):
        try:
            found.append(_one_resolved(actor, cost, products, stations, path.format(number)))
        except Problem as problem:
            found.append(problem)
    return found


def _one_resolved(
    actor: Actor,
    cost: NewCost,
    products: Mapping[str, ProductFacts],
    stations: Mapping[str, StationFacts],
    path: str,
) -> Row:
    rules.valid_cost(cost, path)
    product, station = places.found(cost, products, stations, path)
    if station is not None:
        actor.require_station(station.id, station.code)
    elif actor.stations is not None:
        raise NotAllowed(_("%(who)s may note costs at some stations only; name the station.") % {"who": actor.name})
    return product.id, station.id if station else None, cost.cost, cost.effective_from
