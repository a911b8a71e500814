"""What products cost the retailer, noted with the moment from which it holds."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions, queries
from forecourt.catalogue.models import Cost
from forecourt.catalogue.values import NewCost
from forecourt.kernel import audit, clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotAllowed
from forecourt.organisation import queries as organisation

_LARGEST: Final = Decimal(1_000_000)
_DIGITS: Final = Decimal("0.0001")


@transaction.atomic(durable=True)
def note_costs(actor: Actor, costs: Sequence[NewCost]) -> int:
    """Add what products cost to their history; each holds from its moment on, the later noted of two for the same one.

    Returns how many. Margin floors and simulations go by them. An actor for some stations notes costs there only. Invalid,
    naming the place in the list, for an unknown product or station and for a cost that is none.
    """
    actor.require(permissions.NOTE_COST)
    products = queries.products_by_code({cost.product for cost in costs})
    stations = organisation.station_facts({cost.station for cost in costs if cost.station})
    now = clock.now()
    rows = []
    for number, cost in enumerate(costs):
        if cost.product not in products:
            text = _("there is no product %(product)s; add it first or correct the code")
            raise Invalid.field(f"{number}.product", text % {"product": cost.product})
        if cost.station and cost.station not in stations:
            text = _("there is no station %(station)s; open it or correct the code")
            raise Invalid.field(f"{number}.station", text % {"station": cost.station})
        if not (0 <= cost.cost < _LARGEST and cost.cost == cost.cost.quantize(_DIGITS)):
            text = _("%(cost)s is no cost of a unit; give 0 or more, with four decimal places at most")
            raise Invalid.field(f"{number}.cost", text % {"cost": cost.cost})
        station_id = stations[cost.station].id if cost.station else None
        _require_in_scope(actor, station_id, cost.station)
        rows.append(
            Cost(
                product_id=products[cost.product].id,
                station_id=station_id,
                cost=cost.cost,
                effective_from=cost.effective_from,
                recorded_at=now,
                recorded_by=actor.label,
            )
        )
    Cost.objects.bulk_create(rows)
    stamps.bump("catalogue")
    audit.record(actor, "cost.note", "costs", detail={"count": len(rows)})
    return len(rows)


def _require_in_scope(actor: Actor, station_id: int | None, code: str) -> None:
    if station_id is not None:
        actor.require_station(station_id, code)
    elif actor.stations is not None:
        raise NotAllowed(_("%(who)s may note costs at some stations only; name the station.") % {"who": actor.name})
