"""Which line of which basket a redemption was, and why there is none where there is none. Pure but for reading the file."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecourt.connectors.pos.journey.baskets import days_of, instants_of
from forecourt.connectors.pos.journey.campaigns import Campaigns, CouponKey, Redemption
from forecourt.kernel.money import share

_ROWS: Final = 65_536
_COLUMNS: Final = ["household_id", "store_id", "basket_id", "product_id", "quantity", "coupon_disc"]
_STAMP: Final = "transaction_timestamp"
_MANY_DAYS: Final = 1_000_000
"""More days than any date has since 1970, so that household and day make one number."""
_EPOCH: Final = date(1970, 1, 1)


class Outcome(StrEnum):
    """What became of a redemption, in the order in which it is asked."""

    RECONCILED = "reconciled"
    UNKNOWN_COUPON = "unknown_coupon"
    NOT_IN_CAMPAIGN = "not_in_campaign"
    OUTSIDE_DATES = "outside_dates"
    NO_BASKET = "no_basket"
    NO_PRODUCT = "no_product"
    NO_DISCOUNT = "no_discount"
    LINE_TAKEN = "line_taken"
    NO_SALE = "no_sale"


WORDS: Final = {
    Outcome.RECONCILED: "reconciled: a line of the basket bears a coupon discount",
    Outcome.UNKNOWN_COUPON: "no such coupon in that campaign",
    Outcome.NOT_IN_CAMPAIGN: "the household had no part in the campaign",
    Outcome.OUTSIDE_DATES: "outside the days of the campaign",
    Outcome.NO_BASKET: "no basket of the household that day",
    Outcome.NO_PRODUCT: "baskets that day, but no product of the coupon",
    Outcome.NO_DISCOUNT: "the product was bought, but without a coupon discount",
    Outcome.LINE_TAKEN: "the only line with a discount is another redemption's",
    Outcome.NO_SALE: "the basket is not among the sales (refused, or not imported)",
}


class BasketLine(NamedTuple):
    """A line of a basket of a household on a day: number `line` from 1. `discount` is what coupons took off it, in cents."""

    household: int
    day: date
    basket: int
    store: int
    line: int
    product: int
    quantity: int
    discount: int
    at: datetime


class Match(NamedTuple):
    """What became of a redemption. When it is reconciled: its line, its share of the line's discount, with how many other
    redemptions it shares the line, and how many baskets of the day had a line that would do.
    """

    redemption: Redemption
    outcome: Outcome
    line: BasketLine | None = None
    discount: Decimal = Decimal(0)
    sharers: int = 0
    baskets: int = 0


def lines_of(path: Path, wanted: Collection[tuple[int, date]]) -> Iterator[BasketLine]:
    """The lines of these households' baskets on these days, out of the transactions, a few megabytes at a time."""
    keys = pa.array(sorted(_key(household, day) for household, day in wanted), pa.int64())
    row, begun, basket = 0, 0, None
    for batch in pq.ParquetFile(path, memory_map=True).iter_batches(batch_size=_ROWS, columns=[*_COLUMNS, _STAMP]):
        baskets = batch.column("basket_id")
        starts = [row + place for place in pc.add(_changes(baskets), 1).to_pylist()]
        if len(batch) and baskets[0].as_py() != basket:
            begun = row
        starts.insert(0, begun)
        days = days_of(batch.column(_STAMP))
        number = pc.add(pc.multiply(batch.column("household_id"), _MANY_DAYS), days.cast(pa.int32()).cast(pa.int64()))
        places = pc.indices_nonzero(pc.is_in(number, value_set=keys))
        columns = [batch.column(name).take(places).to_pylist() for name in _COLUMNS]
        moments = instants_of(batch.column(_STAMP).take(places)).to_pylist()
        known = zip(places.to_pylist(), days.take(places).to_pylist(), moments, *columns, strict=True)
        for place, day, at, *values in known:
            household, store, basket_id, product, quantity, discount = values
            line = row + place - starts[bisect_right(starts, row + place) - 1] + 1
            yield BasketLine(household, day, basket_id, store, line, product, quantity, round(discount * 100), at)
        if len(batch):
            basket, begun = baskets[-1].as_py(), starts[-1]
        row += len(batch)


def _changes(baskets: pa.Array) -> pa.Array:
    return pc.indices_nonzero(pc.not_equal(baskets.slice(1), baskets.slice(0, max(0, len(baskets) - 1))))


def _key(household: int, day: date) -> int:
    return household * _MANY_DAYS + (day - _EPOCH).days


def reconciled(campaigns: Campaigns, lines: Iterable[BasketLine]) -> list[Match]:
    """What became of each redemption, in their order.

    A redemption is the line of a basket of its household and day which has a product of the coupon and a coupon discount. Each
    such line is given to as many redemptions as it has units, to one unless there is no other line; as many redemptions of a
    day as possible get a line. Of several that would do it is the earliest basket's (they are numbered as they were rung up)
    and the first line there, as far as that leaves the others theirs.
    """
    of_day: dict[tuple[int, date], list[BasketLine]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.basket, line.line)):
        of_day[line.household, line.day].append(line)
    members = {campaign: frozenset(households) for campaign, households in campaigns.members.items()}
    answers: dict[int, Match] = {}
    open_of_day: dict[tuple[int, date], list[int]] = defaultdict(list)
    for number, redemption in enumerate(campaigns.redemptions):
        day = redemption.household, redemption.day
        why = _why_not(campaigns, members, redemption, of_day.get(day, ()))
        if why is None:
            open_of_day[day].append(number)
        else:
            answers[number] = Match(redemption, why)
    for day, numbers in open_of_day.items():
        asked = [campaigns.redemptions[number] for number in numbers]
        answers.update(zip(numbers, _of_one_day(campaigns, asked, of_day[day]), strict=True))
    return [answers[number] for number in range(len(campaigns.redemptions))]


def _why_not(
    campaigns: Campaigns, members: dict[int, frozenset[int]], redemption: Redemption, lines: Sequence[BasketLine]
) -> Outcome | None:
    """Why a redemption cannot be any line; None where it may be."""
    campaign = campaigns.campaigns.get(redemption.key.campaign)
    products = campaigns.products.get(redemption.key)
    if campaign is None or products is None:
        return Outcome.UNKNOWN_COUPON
    if redemption.household not in members.get(campaign.id, ()):
        return Outcome.NOT_IN_CAMPAIGN
    if not campaign.first <= redemption.day <= campaign.last:
        return Outcome.OUTSIDE_DATES
    if not lines:
        return Outcome.NO_BASKET
    bought = [line for line in lines if line.product in products]
    if not bought:
        return Outcome.NO_PRODUCT
    return None if any(line.discount > 0 for line in bought) else Outcome.NO_DISCOUNT


def _of_one_day(campaigns: Campaigns, asked: Sequence[Redemption], lines: Sequence[BasketLine]) -> list[Match]:
    """Give redemptions of one household and day their lines, as many as possible."""
    discounted = [line for line in lines if line.discount > 0]
    fitting = [
        [place for place, line in enumerate(discounted) if line.product in campaigns.products[redemption.key]]
        for redemption in asked
    ]
    # a line of three units has three seats; the first ones are offered before any second
    seats = [
        [(seat, place) for seat in range(len(asked)) for place in places if seat < max(1, discounted[place].quantity)]
        for places in fitting
    ]
    holder = _seated(seats)
    place_of = {number: place for (_, place), number in holder.items()}
    sharing: dict[int, list[int]] = defaultdict(list)
    for number in sorted(place_of):
        sharing[place_of[number]].append(number)
    parts: dict[int, Decimal] = {}
    for place, numbers in sharing.items():
        total = Decimal(discounted[place].discount).scaleb(-2)
        parts.update(zip(numbers, share(total, [Decimal(1)] * len(numbers), 2), strict=True))
    found = []
    for number, redemption in enumerate(asked):
        if number not in place_of:
            found.append(Match(redemption, Outcome.LINE_TAKEN))
            continue
        place = place_of[number]
        baskets = len({discounted[other].basket for other in fitting[number]})
        sharers = len(sharing[place]) - 1
        found.append(Match(redemption, Outcome.RECONCILED, discounted[place], parts[number], sharers, baskets))
    return found


def _seated(seats: Sequence[Sequence[tuple[int, int]]]) -> dict[tuple[int, int], int]:
    """Who sits where, such that as many as possible sit: augmenting paths, each taking the first seat that can be freed."""
    holder: dict[tuple[int, int], int] = {}

    def seat(number: int, tried: set[tuple[int, int]]) -> bool:
        for one in seats[number]:
            if one in tried:
                continue
            tried.add(one)
            if one not in holder or seat(holder[one], tried):
                holder[one] = number
                return True
        return False

    for number in range(len(seats)):
        seat(number, set())
    return holder


def face_values(matches: Iterable[Match]) -> dict[CouponKey, Decimal]:
    """What each coupon took off, as its redemptions show: the amount seen most often, of several the smallest.

    Lines that several redemptions share are left out, for they do not tell what each took off; lines of one unit count before
    lines of several, whose discount may be that of several coupons.
    """
    single: dict[CouponKey, list[Decimal]] = defaultdict(list)
    several: dict[CouponKey, list[Decimal]] = defaultdict(list)
    for match in matches:
        if match.line is not None and not match.sharers:
            kind = single if match.line.quantity <= 1 else several
            kind[match.redemption.key].append(match.discount)
    values = {}
    for key in single.keys() | several.keys():
        seen = single.get(key) or several[key]
        values[key] = min(seen, key=lambda value: (-seen.count(value), value))
    return values
