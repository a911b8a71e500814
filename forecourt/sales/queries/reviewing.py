"""What reviews of tiers count, and which day is due for one."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from forecourt import sales
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.values import Programme, TierState
from forecourt.organisation import queries as organisation

TIER_VALUES: Final = sql.load(sales.__file__, "tier_values")
VISITS: Final = sql.load(sales.__file__, "visits")


class TierValue(NamedTuple):
    """Where a member's tier stands, with the values stored there, and those counted now; `kept` and its stored one are null
    where no rule of its own keeps tiers.
    """

    customer_id: int
    is_business: bool
    state: TierState
    stored: Decimal
    stored_kept: Decimal | None
    value: Decimal
    kept: Decimal | None


def tier_values(programme: Programme, day: date, cut_at: datetime) -> list[TierValue]:
    """Everybody who has a balance and was not merged away, for a review of tiers."""
    since = day - timedelta(days=programme.tier_window_days)
    keep_since = day - timedelta(days=programme.keeping_window_days)
    found = sql.rows(
        TIER_VALUES,
        {
            "since": since,
            "keep_since": keep_since,
            "begin": min(since, keep_since),
            "day": day,
            "cut_at": cut_at,
            "basis": str(programme.tier_basis),
            "keep_basis": str(programme.keeping_basis),
        },
    )
    is_apart = programme.keep_basis is not None
    return [
        TierValue(
            row[0],
            row[1],
            TierState(tier=row[2], since=row[3], until=row[4], warned_on=row[5]),
            row[6],
            row[7],
            row[8],
            row[9] if is_apart else None,
        )
        for row in found
    ]


def visits(
    customer_ids: Collection[int], before: tuple[datetime, UUID] | None = None
) -> list[tuple[int, int, datetime | None]]:
    """(customer, sales, latest) of members who have a balance, counted anew from their sales, of merged ones too. With
    `before`, a moment and a sale, as it was when that sale came: without it and all that came later. One statement.
    """
    at, sale_id = before or (None, None)
    return sql.rows(VISITS, {"customer_ids": sorted(customer_ids), "at": at, "sale_id": sale_id})


def day_to_close(actor: Actor, now: datetime) -> date | None:
    """The trading day whose expiry and tier review are due: begun at every station by the company's clock, not reviewed yet.

    None while no programme is in force: there is nothing to review by.
    """
    if not loyalty.programme_at(now).version:
        return None
    local = now.astimezone(organisation.company_zone())
    rolls = [station.day_rolls_at for station in organisation.all_stations(actor)]
    last = loyalty.last_review()
    if (rolls and local.time() < max(rolls)) or (last is not None and last.day >= local.date()):
        return None
    return local.date()
