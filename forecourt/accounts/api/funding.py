"""The route of what offers cost those who pay for them."""

from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import Field

from forecourt.accounts import queries
from forecourt.accounts.queries.claims import Wanted
from forecourt.accounts.values import FundingBy
from forecourt.kernel.problems import Invalid
from forecourt.kernel.schemas import Day, Figure, KeyedRequest, needs
from forecourt.organisation import queries as organisation

router = Router()


class FundingFilter(Schema):
    """Which awards: of these business dates, both included; of one funder, at one station (its code), at those of one legal
    entity (its name). `by`: what each line stands for.
    """

    since: Day
    until: Day
    by: FundingBy = FundingBy.FUNDER
    funder: Annotated[str, Field(max_length=60)] = ""
    station: Annotated[str, Field(max_length=32)] = ""
    entity: Annotated[str, Field(max_length=160)] = ""


class FundingLineOut(Schema):
    """What awards cost whoever pays, by `key`: a funder, the id of an offer, a station or a legal entity (0: none), or a
    month. `total` is discount, value of points and cost of gifts together; points count as on the last day.
    Of an offer that several pay for, `uses` and `quantity` are counted with the first of them only; `sales` with each.
    """

    key: str
    name: str
    sales: int
    uses: int
    quantity: Figure
    discount: Figure
    points: int
    points_value: Figure
    gifts: Figure
    total: Figure


@router.get(
    "/funding",
    response=list[FundingLineOut],
    operation_id="funding_report",
    summary="What offers cost those who pay for them",
    openapi_extra=needs("accounts:read"),
)
def report_funding(request: KeyedRequest, asked: Query[FundingFilter]) -> list[FundingLineOut]:
    """The dearest first, 500 at most; of the key's stations only. What rewards cost is at /reward-costs."""
    if asked.until < asked.since:
        raise Invalid.field("until", f"{asked.until} lies before {asked.since}")
    station_id = organisation.station_ids([asked.station]).get(asked.station) if asked.station else None
    if asked.station and station_id is None:
        raise Invalid.field("station", f"there is no station {asked.station}; give its code")
    wanted = Wanted(
        since=asked.since,
        until=asked.until,
        funder=asked.funder,
        station=station_id,
        entity=entity_named(asked.entity),
    )
    return [
        FundingLineOut(**{name: getattr(line, name) for name in FundingLineOut.model_fields})
        for line in queries.funding(request.actor, wanted, asked.by)
    ]


def entity_named(name: str) -> int | None:
    """The legal entity of that name, None for all of them; Invalid where there is none."""
    if not name:
        return None
    for entity_id, known in queries.entities().items():
        if known == name:
            return entity_id
    raise Invalid.field("entity", f"{name!r} is no legal entity; give the name that its stations bear, or leave it out")
