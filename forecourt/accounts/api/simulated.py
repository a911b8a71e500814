"""What the points of a simulation are worth as a liability."""

from ninja import Router, Schema

from forecourt.accounts import queries
from forecourt.accounts.values import PartOfLiability
from forecourt.kernel.problems import Conflict
from forecourt.kernel.schemas import Figure, Id, KeyedRequest, needs
from forecourt.offers.permissions import VIEW_OFFERS
from forecourt.sales import queries as sales

router = Router()


class PartOfLiabilityOut(Schema):
    """What the points of a station's or a tier's sales are worth, by code, or those of the offers that `name` pays for."""

    name: str
    points_before: int
    points_after: int
    before: Figure
    after: Figure
    change: Figure

    @classmethod
    def of(cls, part: PartOfLiability) -> "PartOfLiabilityOut":
        return cls(**{name: getattr(part, name) for name in cls.model_fields})


class SimulatedLiabilityOut(Schema):
    """What the points earned are worth as a liability, as it was and as it would have been, in the company's currency.

    Points times `point_value` times `redemption_percent`, net of the VAT in `tax_percent`. The values are those of the
    accounting `policy`, by its number, in force on the simulation's last day; null where there was none: then the programme's
    value of a point, all redeemed. The books defer a little less: there a sale's goods and its points share its price.
    Parts are rounded each by itself; those of `funders` are points that offers gave, not all that were earned.
    """

    points_before: int
    points_after: int
    before: Figure
    after: Figure
    change: Figure
    point_value: Figure
    redemption_percent: Figure
    tax_percent: Figure
    policy: int | None
    stations: list[PartOfLiabilityOut]
    tiers: list[PartOfLiabilityOut]
    funders: list[PartOfLiabilityOut]


@router.get(
    "/simulations/{simulation_id}/liability",
    response=SimulatedLiabilityOut,
    operation_id="simulations_liability",
    summary="What the points of a simulation are worth",
    openapi_extra=needs("offers:read"),
)
def simulated_liability(request: KeyedRequest, simulation_id: Id) -> SimulatedLiabilityOut:
    """409 until the simulation is done."""
    request.actor.require(VIEW_OFFERS)
    worth = queries.simulated_liability(sales.simulation(simulation_id, request.actor))
    if worth is None:
        raise Conflict(f"Simulation {simulation_id} has no result yet; ask again once its state is done.")
    values = {name: getattr(worth, name) for name in SimulatedLiabilityOut.model_fields}
    for kind in ("stations", "tiers", "funders"):
        values[kind] = [PartOfLiabilityOut.of(part) for part in values[kind]]
    return SimulatedLiabilityOut(**values)
