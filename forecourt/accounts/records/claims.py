"""What a claim holds: awards and other costs as they differ from what was claimed before."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Min, Sum

from forecourt import accounts
from forecourt.accounts import rules
from forecourt.accounts.models import FundingClaim, FundingCost, FundingRow
from forecourt.accounts.values import ClaimState, Cost, CostsDue
from forecourt.kernel import sql

FILL: Final = sql.load(accounts.__file__, "fill_claim")
SUM: Final = sql.load(accounts.__file__, "sum_claim")


def fill_claim(
    claim: FundingClaim, costs: CostsDue | None, *, back_to: date, point_value: Decimal, digits: int
) -> FundingClaim:
    """Put into a draft all that is due now, in the place of what it held; returns it with its totals.

    Awards and costs back to `back_to` are compared with what earlier claims held; without `costs` it holds awards only.
    """
    delete_rows(claim.pk)
    sql.run(
        FILL,
        {
            "claim": claim.pk,
            "funder": claim.funder,
            "entity": claim.entity_id,
            "since": claim.since,
            "until": claim.until,
            "back_to": back_to,
            "value": point_value,
            "digits": digits,
        },
    )
    due = costs(back_to, claim.until) if costs else []
    claimed = _claimed_costs(claim.funder, back_to, claim.until) if costs else []
    FundingCost.objects.bulk_create(
        [
            FundingCost(
                claim_id=claim.pk,
                origin=cost.origin,
                day=cost.day,
                station_id=cost.station_id,
                text=cost.text,
                uses=cost.uses,
                amount=cost.amount,
                is_correction=cost.is_correction,
            )
            for cost in rules.still_due(due, claimed, claim.since)
        ]
    )
    sql.run(SUM, {"claim": claim.pk})
    claim.refresh_from_db()
    return claim


def delete_rows(claim_id: int) -> None:
    """Empty a draft."""
    FundingRow.objects.filter(claim_id=claim_id).delete()
    FundingCost.objects.filter(claim_id=claim_id).delete()


def _claimed_costs(funder: str, since: date, until: date) -> list[Cost]:
    """What claims that were sent hold of the costs of these days, one an origin."""
    rows = (
        FundingCost.objects.filter(claim__funder=funder, day__range=(since, until))
        .exclude(claim__state=ClaimState.DRAFT)
        .values("origin")
        .annotate(
            on_day=Min("day"), at=Min("station_id"), said=Min("text"), all_uses=Sum("uses"), all_amount=Sum("amount")
        )
        .order_by("origin")
    )
    return [
        Cost(
            origin=row["origin"],
            day=row["on_day"],
            text=row["said"],
            amount=row["all_amount"],
            uses=row["all_uses"],
            station_id=row["at"],
        )
        for row in rows
    ]
