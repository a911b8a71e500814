"""Rating by itself: no database, no HTTP. How long a basket takes under more and more offers, beside a rule engine."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from typing import Final, NamedTuple

from benchmarks.bench import club
from benchmarks.offer_mix import TENDERS, WATER, mix

PRICE: Final = Decimal("7.65")


class Basket(NamedTuple):
    """One sale to rate, as figures; `litres` of a grade and perhaps some water."""

    station: str
    grade: str
    litres: Decimal
    waters: int
    tender: str
    tier: str
    visits: int
    at: datetime


def baskets(count: int, stations: int = 50, seed: int = 7) -> list[Basket]:
    chance = random.Random(seed)
    start = datetime(2026, 3, 2, tzinfo=UTC)
    return [
        Basket(
            station=f"B{chance.randrange(stations):03d}",
            grade=chance.choice(("92", "92", "92", "95", "95", "98", "0")),
            litres=Decimal(chance.randrange(8_000, 60_000)) / 1000,
            waters=chance.choice((0, 0, 0, 1, 1, 2, 3)),
            tender=chance.choice(TENDERS),
            tier=chance.choice(("base", "base", "base", "gold")),
            visits=chance.randrange(60),
            at=start + timedelta(seconds=chance.randrange(28 * 86_400)),
        )
        for _ in range(count)
    ]


class Rater:
    """Rates baskets under so many offers."""

    def __init__(self, offers: int) -> None:
        from forecourt.catalogue.values import Family, Kind, ProductFacts, Unit
        from forecourt.loyalty.rules import Rates
        from forecourt.offers.rules.matching import EVER, NEVER, Book, Live
        from forecourt.sales.rules import Rulings

        programme = club(version=1, point_value=Decimal("0.01"))
        lives = [Live(number, 1, offer, NEVER, EVER) for number, offer in enumerate(mix(offers), 1)]
        self.rulings = Rulings(programme=programme, rates=Rates(programme.rates), book=Book(lives))
        fuel = [
            (code, Family.DIESEL if code == "0" else Family.PETROL, ("FUEL", "FUEL/PETROL"))
            for code in ("92", "95", "98", "0")
        ]
        self._products = {
            code: ProductFacts(
                id=number, code=code, name=code, kind=Kind.FUEL, unit=Unit.VOLUME, family=family, categories=categories
            )
            for number, (code, family, categories) in enumerate(fuel, 1)
        } | {
            WATER: ProductFacts(
                id=9, code=WATER, name="矿泉水", kind=Kind.GOODS, unit=Unit.PIECE, categories=("SHOP", "SHOP/DRINKS")
            )
        }

    def known(self, basket: Basket, number: int):
        from forecourt.organisation.values import StationFacts
        from forecourt.sales.values import KnownSale, NewLine, NewSale, NewTender

        lines = [
            NewLine(
                product=basket.grade, quantity=basket.litres, amount=(basket.litres * PRICE).quantize(Decimal("0.01"))
            )
        ]
        if basket.waters:
            lines.append(NewLine(product=WATER, quantity=Decimal(basket.waters), amount=Decimal(5 * basket.waters)))
        sale = NewSale(
            station=basket.station, source="b", source_ref=str(number), occurred_at=basket.at, lines=tuple(lines),
            tenders=(NewTender(kind=basket.tender, amount=sum(line.amount for line in lines)),), pricing="offers",
        )  # fmt: skip
        return KnownSale(
            sale=sale,
            station=StationFacts(
                id=1, code=basket.station, name=basket.station, zone="Asia/Shanghai", day_rolls_at=clock_time(0)
            ),
            business_date=basket.at.date(),
            customer_id=number,
            is_member=True,
            products=tuple([self._products[line.product] for line in lines]),
        )

    def prepared(self, found: Sequence[Basket]):
        """The baskets as sales, and the state they meet."""
        from forecourt.loyalty.values import Standing
        from forecourt.sales.rules import State

        state = State(
            {
                number: Standing(
                    customer_id=number,
                    tier=basket.tier,
                    sales=basket.visits,
                    last_sale_at=basket.at - timedelta(days=9),
                )
                for number, basket in enumerate(found)
            },
            {},
        )
        return [self.known(basket, number) for number, basket in enumerate(found)], state

    def rate(self, sales, state) -> float:
        from forecourt.sales import rules

        started = time.process_time()
        for sale in sales:
            rules.rate(sale, self.rulings, state)
        return time.process_time() - started

    def holding(self, found: Sequence[Basket]) -> tuple[list[list[str]], float]:
        """The codes of the offers that hold for each basket, and the microseconds of processor time that one takes."""
        from forecourt.sales.rules.offering import offered

        sales, state = self.prepared(found)
        held = []
        for sale in sales:
            _seen, looked = offered(sale, self.rulings, state)
            held.append(sorted(live.code for live, _gain in looked.holding))
        started = time.process_time()
        for sale in sales:
            offered(sale, self.rulings, state)
        return held, (time.process_time() - started) / len(sales) * 1e6


def as_input(basket: Basket) -> dict[str, object]:
    """A basket as a rule engine takes it; `offer_mix.rows` are the tests."""
    from zoneinfo import ZoneInfo

    local = basket.at.astimezone(ZoneInfo("Asia/Shanghai"))
    fuel = (basket.litres * PRICE).quantize(Decimal("0.01"))
    return {
        "hour": local.hour,
        "weekday": local.isoweekday(),
        "day": local.day,
        "station": basket.station,
        "tier": basket.tier,
        "tender": basket.tender,
        "visits": basket.visits,
        "visit_of_five": (basket.visits + 1) % 5,
        "days_since": 9,
        "litres": float(basket.litres),
        "diesel": float(basket.litres) if basket.grade == "0" else 0.0,
        "waters": basket.waters,
        "shop": 5.0 * basket.waters,
        "fuel_amount": float(fuel),
        "amount": float(fuel) + 5.0 * basket.waters,
        "products": [basket.grade, *([WATER] if basket.waters else [])],
        "brands": [],
        "coupons": [],
        "tags": [],
    }


def per_sale(counts: Sequence[int], sales: int = 1000, rounds: int = 5) -> dict[int, float]:
    """Microseconds of processor time to rate a sale under so many offers: the best of several rounds, taken in turn."""
    found = baskets(sales)
    raters = {count: Rater(count) for count in counts}
    prepared = {count: rater.prepared(found) for count, rater in raters.items()}
    best = dict.fromkeys(counts, float("inf"))
    for _ in range(rounds):
        for count, rater in raters.items():
            best[count] = min(best[count], rater.rate(*prepared[count]) / sales * 1e6)
    return best


if __name__ == "__main__":
    import sys

    import django

    django.setup()
    print(per_sale([*map(int, sys.argv[1:])]))
