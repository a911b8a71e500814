"""What offers cost those who pay for them: reports over awards, and the claims made of them."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt import accounts
from forecourt.accounts import permissions
from forecourt.accounts.models import FundingClaim, FundingCost
from forecourt.accounts.queries.policies import policy_at
from forecourt.accounts.queries.scope import require_all
from forecourt.accounts.values import ClaimRow, ClaimState, ClaimView, Cost, FundingBy, FundingLine
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Value
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation

FUNDING: Final = sql.load(accounts.__file__, "funding")
FUNDING_ROWS: Final = sql.load(accounts.__file__, "funding_rows")
_KEYS: Final = {
    FundingBy.FUNDER: ("award.funder", "min(award.funder)"),
    FundingBy.OFFER: ("award.offer_id", "max(award.offer)"),
    FundingBy.STATION: ("award.station_id", "coalesce(max(station.name), '')"),
    FundingBy.ENTITY: ("coalesce(entity.id, 0)", "coalesce(max(entity.name), '')"),
    FundingBy.MONTH: ("to_char(award.business_date, 'YYYY-MM')", "to_char(max(award.business_date), 'YYYY-MM')"),
}
_CLAIM_ROWS: Final = """
SELECT row.id, row.business_date, row.sale_id, row.line, row.station_id, coalesce(station.name, '') AS station, row.offer_id,
       row.offer, row.uses, row.quantity, row.discount, row.points, row.points_value, row.gifts,
       row.is_correction
FROM accounts_claim_row AS row
LEFT JOIN organisation_station AS station ON station.id = row.station_id
WHERE row.claim_id = %(claim)s AND row.id > %(after)s AND (NOT %(corrections)s OR row.is_correction)
ORDER BY row.id
LIMIT %(limit)s
"""
_FUNDERS: Final = """
SELECT funder FROM sales_award WHERE business_date >= %(since)s GROUP BY funder
UNION SELECT funder FROM accounts_claim ORDER BY funder
"""
_FUNDERS_SINCE_YEARS: Final = 2


class Wanted(Value):
    """Which awards: those of these business dates, narrowed by what is given."""

    since: date
    until: date
    funder: str = ""
    offer: int | None = None
    station: int | None = None
    entity: int | None = None


def point_value(day: date) -> Decimal:
    """What a point is worth on a day: by the accounting policy, or by the programme while there is no policy."""
    policy = policy_at(day)
    return policy.point_value if policy else loyalty.programme_at(clock.now()).point_value


def funders(actor: Actor) -> list[str]:
    """Everybody who paid for something in the last two years, or of whom something was claimed."""
    actor.require(permissions.VIEW)
    today = clock.now().date()
    return [
        row[0] for row in sql.rows(_FUNDERS, {"since": today.replace(year=today.year - _FUNDERS_SINCE_YEARS, day=1)})
    ]


def funding(actor: Actor, wanted: Wanted, by: FundingBy) -> list[FundingLine]:
    """What awards cost, the dearest first, at most 500 lines; of the actor's stations only."""
    actor.require(permissions.VIEW)
    key, name = _KEYS[by]
    found = sql.dicts(FUNDING.format(key=key, name=name), _where(actor, wanted))
    return [FundingLine(**{**row, "name": row["name"] or _nobody(by)}) for row in found]


def funding_rows(
    actor: Actor, wanted: Wanted, before: tuple[Any, ...] | None = None, limit: int = 50
) -> list[ClaimRow]:
    """The awards, newest first; `before` is (day, sale, line, offer, funder) of the last one seen."""
    actor.require(permissions.VIEW)
    day, sale, line, offer, funder = before or (None, None, None, None, None)
    where = _where(actor, wanted) | {
        "before_day": day,
        "before_sale": sale,
        "before_line": line,
        "before_offer": offer,
        "before_funder": funder,
        "limit": limit,
    }
    return [ClaimRow(**row) for row in sql.dicts(FUNDING_ROWS, where)]


def _where(actor: Actor, wanted: Wanted) -> dict[str, Any]:
    return {
        **{name: getattr(wanted, name) for name in wanted.__struct_fields__},
        "stations": None if actor.stations is None else sorted(actor.stations),
        "value": point_value(wanted.until),
        "digits": organisation.company().digits,
    }


def _nobody(by: FundingBy) -> str:
    return _("No legal entity") if by is FundingBy.ENTITY else "–"


def claims(
    actor: Actor, *, funder: str = "", state: str = "", before: int | None = None, limit: int = 200
) -> list[ClaimView]:
    """A page of claims, newest first; `before` is the id of the last one seen."""
    actor.require(permissions.VIEW)
    require_all(actor)
    found = FundingClaim.objects.order_by("-id")
    if funder:
        found = found.filter(funder=funder)
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    names = entities()
    return [_view(row, names) for row in found[:limit]]


def claim(actor: Actor, claim_id: int) -> ClaimView:
    """One claim; NotFound when there is none."""
    actor.require(permissions.VIEW)
    require_all(actor)
    row = FundingClaim.objects.filter(pk=claim_id).first()
    if row is None:
        raise NotFound(_("There is no claim %(id)s.") % {"id": claim_id})
    return _view(row, entities())


def claim_rows(
    actor: Actor, claim_id: int, *, after: int = 0, limit: int = 50, corrections: bool = False
) -> list[ClaimRow]:
    """What a claim holds, by day; `after` is the id of the last row seen."""
    claim(actor, claim_id)
    where = {"claim": claim_id, "after": after, "limit": limit, "corrections": corrections}
    return [ClaimRow(**row) for row in sql.dicts(_CLAIM_ROWS, where)]


def claim_costs(actor: Actor, claim_id: int) -> list[Cost]:
    """What a claim holds beside awards."""
    claim(actor, claim_id)
    return [
        Cost(
            origin=row.origin,
            day=row.day,
            text=row.text,
            amount=row.amount,
            uses=row.uses,
            station_id=row.station_id,
            is_correction=row.is_correction,
        )
        for row in FundingCost.objects.filter(claim_id=claim_id).order_by("day", "id")[:5000]
    ]


def entities() -> dict[int, str]:
    """The names of legal entities by their ids."""
    return dict(sql.rows("SELECT id, name FROM organisation_legalentity"))


def _view(row: FundingClaim, entities: dict[int, str]) -> ClaimView:
    return ClaimView(
        id=row.pk,
        funder=row.funder,
        entity_id=row.entity_id,
        entity=entities.get(row.entity_id or 0, ""),
        since=row.since,
        until=row.until,
        state=ClaimState(row.state),
        rows=row.rows,
        uses=row.uses,
        quantity=row.quantity,
        discount=row.discount,
        points=row.points,
        points_value=row.points_value,
        gifts=row.gifts,
        costs=row.costs,
        corrections=row.corrections,
        total=row.total,
        drafted_at=row.drafted_at,
        drafted_by=row.drafted_by,
        sent_at=row.sent_at,
        sent_by=row.sent_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        settled_amount=row.settled_amount,
        note=row.note,
    )
