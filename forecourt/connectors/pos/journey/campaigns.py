"""The campaigns of the data set: who took part, which coupons there were for what, which were redeemed."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecourt.connectors.pos.journey.baskets import ZONE
from forecourt.kernel import clock
from forecourt.kernel.problems import Invalid

FILES: Final = ("campaign_descriptions", "campaigns", "coupons", "coupon_redemptions")
PERSONAL: Final = "Type A"
"""Campaigns in which each household got 16 coupons of its own out of the campaign's; the data does not say which."""


class Campaign(NamedTuple):
    """A campaign from its first day to its last, both included."""

    id: int
    type: str
    first: date
    last: date

    @property
    def starts(self) -> datetime:
        return datetime.combine(self.first, time(), clock.zone(ZONE))

    @property
    def ends(self) -> datetime:
        """The moment it is over."""
        return datetime.combine(self.last + timedelta(days=1), time(), clock.zone(ZONE))

    @property
    def origin(self) -> str:
        return f"campaign:{self.id}"


class CouponKey(NamedTuple):
    """A coupon of a campaign. The same code in another campaign is another coupon: it is for other products."""

    campaign: int
    upc: int

    @property
    def template(self) -> str:
        return f"CJ-{self.campaign}-{self.upc}"

    @property
    def is_manufacturers(self) -> bool:
        """Whether the code is one of number system 5, which is for manufacturers' coupons; others are the retailer's own."""
        return len(str(self.upc)) == 11 and str(self.upc).startswith("5")


class Redemption(NamedTuple):
    """A household redeemed a coupon on that day. `copy` counts from 1 how often it did with the same coupon by then."""

    household: int
    key: CouponKey
    day: date
    copy: int

    @property
    def code(self) -> str:
        """The code of the household's coupon."""
        return code_of(self.key, self.household, self.copy)


class Campaigns(NamedTuple):
    campaigns: dict[int, Campaign]
    members: dict[int, list[int]]
    """Households by campaign."""
    products: dict[CouponKey, frozenset[int]]
    redemptions: list[Redemption]
    """In the order of days, then of the file."""


def code_of(key: CouponKey, household: int, copy: int = 1) -> str:
    """The code of a household's coupon, as it is stored, at most 32 characters."""
    return f"CJ{key.campaign}H{household}U{key.upc}" + (f"C{copy}" if copy > 1 else "")


def read(folder: Path) -> Campaigns | None:
    """The campaigns in a folder; None where it has no files of them. Invalid when it has some of the files only."""
    missing = [name for name in FILES if not (folder / f"{name}.parquet").is_file()]
    if missing:
        if len(missing) == len(FILES):
            return None
        raise Invalid(
            f"{folder} has no {', '.join(f'{name}.parquet' for name in missing)}; the campaigns need all of "
            f"{', '.join(f'{name}.parquet' for name in FILES)}. Add them, or import with --no-campaigns."
        )
    told = pq.read_table(folder / "campaign_descriptions.parquet").to_pylist()
    campaigns = {
        row["campaign_id"]: Campaign(
            row["campaign_id"], row["campaign_type"], row["start_date"].date(), row["end_date"].date()
        )
        for row in told
    }
    members: dict[int, set[int]] = defaultdict(set)
    for campaign, household in _rows(folder / "campaigns.parquet", "campaign_id", "household_id"):
        members[campaign].add(household)
    products: dict[CouponKey, set[int]] = defaultdict(set)
    for campaign, upc, product in _rows(folder / "coupons.parquet", "campaign_id", "coupon_upc", "product_id"):
        products[CouponKey(campaign, upc)].add(product)
    return Campaigns(
        campaigns,
        {campaign: sorted(households) for campaign, households in sorted(members.items())},
        {key: frozenset(numbers) for key, numbers in sorted(products.items())},
        _redemptions(folder),
    )


def _redemptions(folder: Path) -> list[Redemption]:
    table = pq.read_table(folder / "coupon_redemptions.parquet")
    days = table.column("redemption_date").cast(pa.date32(), safe=False)
    table = table.append_column("day", days)
    order = pc.sort_indices(days)  # a stable sort: those of a day stay in the order of the file
    seen: dict[tuple[int, CouponKey], int] = defaultdict(int)
    found = []
    names = ("household_id", "campaign_id", "coupon_upc", "day")
    for household, campaign, upc, day in zip(*_columns(table.take(order), names), strict=True):
        key = CouponKey(campaign, upc)
        seen[household, key] += 1
        found.append(Redemption(household, key, day, seen[household, key]))
    return found


def _rows(path: Path, *names: str) -> "zip[tuple[int, ...]]":
    return zip(*_columns(pq.read_table(path, columns=list(names)), names), strict=True)


def _columns(table: pa.Table, names: tuple[str, ...]) -> list[list[object]]:
    return [table.column(name).to_pylist() for name in names]
