"""What a claim holds: awards as they differ from what was claimed before, and other costs, each once."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from forecourt import accounts
from forecourt.accounts.models import FundingClaim, FundingCost, FundingRow
from forecourt.accounts.values import Cost
from forecourt.kernel import sql

FILL: Final = sql.load(accounts.__file__, "fill_claim")
SUM: Final = sql.load(accounts.__file__, "sum_claim")


def fill_claim(
    claim: FundingClaim, costs: Sequence[Cost], *, back_to: date, point_value: Decimal, digits: int
) -> FundingClaim:
    """Put into a draft all that is due now, in the place of what it held; returns it with its totals.

    Awards back to `back_to` are compared with what earlier claims held. Costs that another claim holds are left out.
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
            )
            for cost in costs
        ],
        ignore_conflicts=True,
    )
    sql.run(SUM, {"claim": claim.pk})
    claim.refresh_from_db()
    return claim


def delete_rows(claim_id: int) -> None:
    """Empty a draft."""
    FundingRow.objects.filter(claim_id=claim_id).delete()
    FundingCost.objects.filter(claim_id=claim_id).delete()
