"""Past sales under other rules: a month and a half of them posted, then simulated as they were and under drafts.

    python -m benchmarks.simulate seed|send|review|simulate ARGUMENT ...

are its own processes: an installation in a database of its own, senders, and `forecourt simulate` as a user runs it.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import bench
from benchmarks.bench import CUSTOMERS, STATIONS, Figures
from benchmarks.offer_mix import TENDERS, WATER, twenty
from benchmarks.watching import processor_seconds, watched

if TYPE_CHECKING:
    from forecourt.sales.values import NewSale

NAME = "past"
SALES = int(os.environ.get("BENCH_SIMULATED", "1000000"))
DAYS = 45
SENDERS = 2
LIST = 500
SECONDS_AIM, MEMORY_AIM_MB = 180 * SALES / 1_000_000, 700
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
PRICES = {"92": Decimal("7.65"), "95": Decimal("8.15"), "98": Decimal("9.02"), "0": Decimal("7.28")}
LITRES = [Decimal(number) / 100 for number in (1250, 1804, 2217, 2500, 2963, 3000, 3341, 3775, 4150, 4620, 5000, 5833)]
UNCHANGED = """
SELECT sum(sale.net + coalesce(given.discount, 0)), sum(given.discount), sum(sale.points_earned), count(*)
FROM sales_sale AS sale
LEFT JOIN (SELECT sale_id, sum(discount) AS discount FROM sales_award GROUP BY sale_id) AS given ON given.sale_id = sale.id
"""


class Ran(NamedTuple):
    """What a simulation found; seconds, processor seconds (the server's too), and the most memory its processes held."""

    result: dict[str, Any]
    seconds: float
    processor: float
    peak_mb: float


def run(figures: Figures, key: str) -> None:
    bench.section(f"{SALES:,} past sales of {DAYS} days, posted under twenty offers, simulated")
    with bench.database_of_its_own(NAME) as url, tempfile.TemporaryDirectory(prefix="forecourt-past-") as folder:
        environment = os.environ | {"DATABASE_URL": url, "FORECOURT_HOME": folder}
        subprocess.run([sys.executable, "-m", "forecourt", "migrate"], env=environment, check=True, capture_output=True)
        _own(environment, "seed")
        posted = _posted(environment)
        figures.add("posting past sales in lists of 500", posted, "sales/s", "baseline, two senders")
        with bench.connected(NAME) as connection:
            connection.execute("VACUUM ANALYZE")
            facts = connection.execute(UNCHANGED).fetchone()
            same = _simulated(environment, connection)
            _say(figures, "simulated under the same rules", same)
            _compare(figures, same.result["total"], facts)
            drafts = _simulated(environment, connection, "--programme", "draft", "--offer", "DRAFT")
        _say(figures, "simulated under a draft programme and offer", drafts)


def _own(environment: dict[str, str], *arguments: object) -> str:
    command = [sys.executable, "-m", "benchmarks.simulate", *map(str, arguments)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def _posted(environment: dict[str, str]) -> float:
    """Post the sales, half of the days and then the others, with a review of tiers between; gives sales a second."""
    rates = []
    for first, until in ((0, DAYS // 2), (DAYS // 2, DAYS)):
        command = [sys.executable, "-m", "benchmarks.simulate", "send"]
        senders = [
            subprocess.Popen(
                [*command, str(sender), str(first), str(until)], env=environment, stdout=subprocess.PIPE, text=True
            )
            for sender in range(SENDERS)
        ]
        said = [json.loads(process.communicate()[0].splitlines()[-1]) for process in senders]
        rates.append([sum(one["sales"] for one in said), sum(one["sales"] / one["seconds"] for one in said)])
        if until < DAYS:
            _own(environment, "review", until)
    return sum(count for count, _rate in rates) / sum(count / rate for count, rate in rates)


def _simulated(environment: dict[str, str], connection: Any, *options: str) -> Ran:
    """Run `forecourt simulate` as a user does, watching it and what the server worked for it."""
    import psutil

    days = ["--from", str(_day(0)), "--to", str(_day(DAYS - 1))]
    command = [sys.executable, "-m", "forecourt", "simulate", *days, "--json", *options]
    server = psutil.Process(connection.execute("SELECT pg_backend_pid()").fetchone()[0]).parent()
    before = processor_seconds(server)
    ran = watched(command, environment)
    if ran.code:
        raise SystemExit(f"the simulation ended with {ran.code}:\n{ran.complained[-3000:]}")
    processor = ran.processor_seconds + processor_seconds(server) - before
    return Ran(json.loads(ran.said), ran.seconds, processor, ran.peak_mb)


def _say(figures: Figures, name: str, ran: Ran) -> None:
    note = f"{ran.processor:.0f} s of processor time, the server's included"
    figures.add(name, ran.seconds, "s", note, at_most=SECONDS_AIM)
    figures.add(f"{name}, sales a second", SALES / ran.seconds, "sales/s")
    figures.add(f"{name}, most memory", ran.peak_mb, "MB", at_most=MEMORY_AIM_MB)
    figures.ratio(f"{name} / posting", f"{name}, sales a second", "posting past sales in lists of 500")


def _compare(figures: Figures, total: dict[str, str], facts: Sequence[Any]) -> None:
    """The same rules must come to the same cent and the same point, and to what the books say."""
    for name in ("discount", "points"):
        before, after = Decimal(total[f"{name}_before"]), Decimal(total[f"{name}_after"])
        if before != after:
            figures.fault(f"simulated under the same rules, {name} was {before} and became {after}")
    found = [Decimal(total[name]) for name in ("gross", "discount_after", "points_after", "sales")]
    if found != [Decimal(value) for value in facts]:
        figures.fault(f"the simulation says {found}, the books say {facts}")


def _day(number: int) -> date:
    """A day of the span, by its number from 0; the last was yesterday."""
    return datetime.now(UTC).date() - timedelta(days=DAYS + 1 - number)


def _seed() -> None:
    """Members, programme and twenty offers in force; a draft of the programme and of an offer."""
    from forecourt.coupons import services as coupons
    from forecourt.coupons.values import Template
    from forecourt.kernel.actors import SYSTEM
    from forecourt.loyalty import services as loyalty
    from forecourt.loyalty.values import EarnRate, Per, Programme, Tier
    from forecourt.offers import services as offers
    from forecourt.offers.rules.conditions import All
    from forecourt.offers.rules.effects.discounts import PerUnit
    from forecourt.offers.rules.facts import Products
    from forecourt.offers.rules.offer import Offer

    bench.seed()
    coupons.create_template(SYSTEM, Template(code="FUEL20", name="加油满200减20"))
    offers.publish_offers(SYSTEM, twenty(), valid_from=SINCE)
    cheaper = PerUnit(off=Decimal("0.15"), of=Products(products=frozenset({"95"})))
    offers.make_offer(SYSTEM, Offer(code="DRAFT", name="草稿", when=All(of=()), then=(cheaper,)))
    loyalty.draft_programme(
        SYSTEM,
        Programme(
            name="Club",
            rates=(
                EarnRate(code="fuel", points=Decimal("1.2"), per=Per.UNIT, kind="fuel"),
                EarnRate(code="shop", points=Decimal(1), per=Per.CURRENCY, kind="goods"),
            ),
            tiers=(
                Tier(code="base", name="普通", threshold=Decimal(0)),
                Tier(code="silver", name="银卡", threshold=Decimal(800), multiplier_percent=120),
                Tier(code="gold", name="金卡", threshold=Decimal(2500), keep=Decimal(2000), multiplier_percent=160),
            ),
            tier_window_days=30,
            grace_days=5,
        ),
    )


def _send(sender: int, first: int, until: int) -> None:
    """Post one sender's sales of these days, in the order of time; says how many and how long posting took."""
    from forecourt.kernel.actors import SYSTEM
    from forecourt.sales import services
    from forecourt.sales.values import Receipt

    till = Till()
    sales = _sales(sender, first, until)
    count, seconds = 0, 0.0
    while offered := list(islice(sales, LIST)):
        paid = till.paid(offered)
        started = time.perf_counter()
        answers = services.post_sales(SYSTEM, paid)
        seconds += time.perf_counter() - started
        count += len(answers)
        if not all(isinstance(answer, Receipt) for answer in answers):
            raise SystemExit(f"refused: {next(answer for answer in answers if not isinstance(answer, Receipt))}")
    print(json.dumps({"sales": count, "seconds": seconds}))


class Till:
    """Takes the money that a quote asks for. It asks once for baskets that cost everybody the same under the twenty offers."""

    def __init__(self) -> None:
        self._asked: dict[tuple[object, ...], Decimal] = {}

    def paid(self, sales: Sequence["NewSale"]) -> list["NewSale"]:
        from msgspec.structs import replace

        from forecourt.kernel.actors import SYSTEM
        from forecourt.sales import services

        wanted = {key: replace(sale, pricing="offers") for sale in sales if (key := _alike(sale)) not in self._asked}
        if wanted:
            quotes = services.quote_sales(SYSTEM, list(wanted.values()))
            self._asked |= {key: quote.totals.net for key, quote in zip(wanted, quotes, strict=True)}
        return [replace(sale, tenders=(replace(sale.tenders[0], amount=self._asked[_alike(sale)]),)) for sale in sales]


def _alike(sale: "NewSale") -> tuple[object, ...]:
    """What a sale's price depends on. On the eighth an offer stands alone against points, which visits bring too."""
    local = sale.occurred_at + timedelta(hours=8)
    station = sale.station if sale.station in {"B001", "B002"} else ""
    return (
        station,
        sale.tenders[0].kind,
        local.hour,
        local.isoweekday() == 2,
        sale.source_ref if local.day == 8 else "",
        *((line.product, line.quantity) for line in sale.lines),
    )


def _sales(sender: int, first: int, until: int) -> Iterator["NewSale"]:
    """The sender's sales of these days: its customers' are its own, so that each one's are posted in their order."""
    from forecourt.customers.values import CustomerClaim
    from forecourt.sales.values import NewLine, NewSale, NewTender

    chance = random.Random(f"{sender} {first}")
    a_day = SALES // DAYS // SENDERS
    for number in range(first, until):
        midnight = datetime.combine(_day(number), datetime.min.time(), UTC) - timedelta(hours=8)
        left = SALES // SENDERS - a_day * (DAYS - 1) if number == DAYS - 1 else a_day
        for place in range(left):
            grade = chance.choice(("92", "92", "92", "95", "95", "98", "0"))
            litres, waters = chance.choice(LITRES), chance.choice((0, 0, 0, 1, 1, 2, 3))
            lines = [NewLine(product=grade, quantity=litres, amount=(litres * PRICES[grade]).quantize(Decimal("0.01")))]
            if waters:
                lines.append(NewLine(product=WATER, quantity=Decimal(waters), amount=Decimal(5 * waters)))
            buyer = chance.randrange(CUSTOMERS // SENDERS) * SENDERS + sender
            yield NewSale(
                station=f"B{chance.randrange(STATIONS):03d}",
                source=f"sender-{sender}",
                source_ref=f"{number}-{place}",
                occurred_at=midnight + timedelta(seconds=86_400 * place // left),
                customer=None if place % 10 == 9 else CustomerClaim(phone=f"139{buyer:08d}"),
                pump=chance.randrange(1, 9),
                lines=tuple(lines),
                tenders=(
                    NewTender(kind=chance.choice(TENDERS), amount=sum([line.amount for line in lines], Decimal(0))),
                ),
            )


def _review(day: int) -> None:
    from forecourt.kernel.actors import SYSTEM
    from forecourt.sales import services

    services.review_tiers(SYSTEM, _day(day))


if __name__ == "__main__":
    import django

    django.setup()
    match sys.argv[1:]:
        case ["seed"]:
            _seed()
        case ["send", *numbers]:
            _send(*map(int, numbers))
        case ["review", day]:
            _review(int(day))
        case _:
            sys.exit(
                f"run it as: python -m benchmarks simulate ({Path(__file__).name} itself is for its own processes)"
            )
