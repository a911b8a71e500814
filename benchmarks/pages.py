"""How long a member of staff waits for a page, and a program for an answer, with 100,000 customers and their sales."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from benchmarks import bench
from benchmarks.bench import CUSTOMERS, Figures

if TYPE_CHECKING:
    import httpx

    from forecourt.sales.values import NewSale

SALES = int(os.environ.get("BENCH_SALES", "200000"))
DAYS = int(os.environ.get("BENCH_DAYS", "60"))
REGULARS = max(1, min(CUSTOMERS // 100, SALES // 200))
"""Customers who share half of the sales: 100 and more each with the usual sizes."""
REQUESTS = 30
AIM_MS = 300
WEB_PORT = 18920
PASSWORD = "bench-9f2c-Pumpe"
_LIST = 2000

Address = Callable[[int], str]
"""Where the request of that number goes."""


def run(figures: Figures, key: str) -> None:
    bench.section(f"Pages and answers, {CUSTOMERS:,} customers, {SALES:,} sales in {DAYS} days")
    _history()
    places = _places()
    browse(figures, _pages(places))
    with bench.door("web", WEB_PORT), _client(headers={"Authorization": f"Bearer {key}"}) as program:
        for name, address in _answers(places).items():
            _measure(figures, f"API: {name}", program, address)


def browse(figures: Figures, pages: dict[str, Address]) -> None:
    """Open each of these pages of the back office again and again, signed in as head office."""
    from forecourt.kernel import sql
    from forecourt.kernel.actors import SYSTEM
    from forecourt.organisation import services as organisation
    from forecourt.organisation.values import Role

    if not sql.rows("SELECT FROM organisation_staff WHERE username = 'bench'"):
        organisation.create_staff(
            SYSTEM, username="bench", name="Bench", password=PASSWORD, roles=[(Role.HEAD_OFFICE, None)]
        )
    with bench.door("web", WEB_PORT), closing(_signed_in()) as browser:
        for name, address in pages.items():
            _measure(figures, f"page: {name}", browser, address)


def _history() -> None:
    """Post the sales, day after day, let the readers follow them, and look at the tables as autovacuum would."""
    from django.db import connection

    from forecourt.kernel import readers
    from forecourt.kernel.actors import SYSTEM
    from forecourt.kernel.problems import Problem
    from forecourt.sales import services

    started = time.perf_counter()
    sales = _sales()
    while offered := list(islice(sales, _LIST)):
        for answer in services.post_sales(SYSTEM, offered):
            if isinstance(answer, Problem):
                raise answer
    readers.advance_all(limit=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"  (posted, followed and analysed in {time.perf_counter() - started:.0f} s)", flush=True)


def _sales() -> Iterator["NewSale"]:
    """In the order of time: half of them for the regulars, a tenth without a customer."""
    from forecourt.customers.values import CustomerClaim
    from forecourt.kernel import clock
    from forecourt.sales.values import NewLine, NewSale, NewTender

    chance = random.Random(1)
    began = clock.now() - timedelta(days=DAYS)
    water = NewLine(product="6901234567892", quantity=Decimal(1), unit_price=Decimal("5.00"), amount=Decimal("5.00"))
    for number in range(SALES):
        litres = Decimal(chance.randrange(10_000, 60_000)) / 1000
        amount = (litres * Decimal("7.65")).quantize(Decimal("0.01"))
        fuel = NewLine(product="92", quantity=litres, unit_price=Decimal("7.65"), amount=amount)
        with_water = chance.random() < 0.3
        yield NewSale(
            station=f"B{chance.randrange(bench.STATIONS):03d}",
            source="history",
            source_ref=str(number),
            occurred_at=_moment(began, number),
            customer=None if number % 10 == 9 else CustomerClaim(phone=_phone(_buyer(chance, number))),
            pump=chance.randrange(1, 9),
            staff="E017",
            lines=(fuel, water) if with_water else (fuel,),
            tenders=(NewTender(kind="wechat", amount=amount + (water.amount if with_water else 0)),),
        )


def _moment(began: datetime, number: int) -> datetime:
    return (began + timedelta(days=DAYS) * number / SALES).replace(microsecond=0)


def _buyer(chance: random.Random, number: int) -> int:
    return chance.randrange(REGULARS) if number % 2 else chance.randrange(CUSTOMERS)


def _phone(number: int) -> str:
    return f"139{number:08d}"


class Places:
    """Ids that the addresses need: of regulars, with what they bought; of sales."""

    def __init__(self, regulars: list[int], sales: list[str]) -> None:
        self.regulars, self.sales = regulars, sales


def _places() -> Places:
    from forecourt.customers import queries
    from forecourt.customers.values import CustomerClaim
    from forecourt.kernel import sql

    wanted = [CustomerClaim(phone=_phone(number)) for number in range(min(REGULARS, REQUESTS))]
    regulars = [found.customer_id for found in queries.resolve(wanted) if found is not None]
    sales = [
        str(row[0])
        for row in sql.rows(
            "SELECT id FROM sales_sale WHERE customer_id = ANY(%(ids)s) AND source = 'history' LIMIT %(limit)s",
            {"ids": regulars, "limit": REQUESTS},
        )
    ]
    most = sql.rows("SELECT count(*) FROM sales_sale WHERE customer_id = ANY(%(ids)s)", {"ids": regulars})[0][0]
    print(f"  (the customers whose pages are opened have {most / len(regulars):.0f} sales each)")
    return Places(regulars, sales)


def _pages(places: Places) -> dict[str, Address]:
    def customer(number: int) -> str:
        return f"/admin/customers/{places.regulars[number % len(places.regulars)]}/"

    def somebody(number: int) -> int:
        return number * 7919 % CUSTOMERS

    return {
        "home": lambda number: "/admin/",
        "home, by month": lambda number: "/admin/?day=week&by=month",
        "customer": customer,
        "customer, sales": lambda number: f"{customer(number)}?tab=sales",
        "customer, points": lambda number: f"{customer(number)}?tab=points",
        "customer, timeline": lambda number: f"{customer(number)}?tab=timeline",
        "customers": lambda number: "/admin/customers/",
        "customers by last four digits": lambda number: f"/admin/customers/?q={_phone(somebody(number))[-4:]}",
        "customers by plate": lambda number: f"/admin/customers/?q=粤B{somebody(number):05d}",
        "customers by phone": lambda number: f"/admin/customers/?q={_phone(somebody(number))}",
        "customers by one character": lambda number: f"/admin/customers/?q={'王李张刘陈'[number % 5]}",
        "customers by two characters": lambda number: (
            f"/admin/customers/?q={'王李张刘陈'[number % 5]}{'伟芳'[number % 2]}"
        ),
        "customers by a name nobody has": lambda number: "/admin/customers/?q=欧阳",
        "sales": lambda number: "/admin/sales/",
        f"sales of {DAYS} days": lambda number: f"/admin/sales/?since={_days_ago(DAYS)}&until={_days_ago(0)}",
        "receipt": lambda number: f"/admin/sales/{places.sales[number % len(places.sales)]}/",
    }


def _answers(places: Places) -> dict[str, Address]:
    def customer(number: int) -> str:
        return f"/api/v1/customers/{places.regulars[number % len(places.regulars)]}"

    return {
        "customers by phone": lambda number: f"/api/v1/customers?phone={_phone(number * 7919 % CUSTOMERS)}",
        "one customer": customer,
        "timeline": lambda number: f"{customer(number)}/timeline",
    }


def _days_ago(days: int) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}"


def _client(**options: object) -> "httpx.Client":
    import httpx

    return httpx.Client(base_url=f"http://127.0.0.1:{WEB_PORT}", timeout=60, follow_redirects=True, **options)


def _signed_in() -> "httpx.Client":
    """A session as a browser gets one: by the form, with its token."""
    browser = _client()
    browser.get("/admin/login/").raise_for_status()
    form = {"username": "bench", "password": PASSWORD, "next": "/admin/"}
    form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
    answer = browser.post("/admin/login/", data=form)
    if answer.status_code != 200 or "sessionid" not in browser.cookies:
        raise SystemExit(f"signing in answered {answer.status_code}")
    return browser


def _measure(figures: Figures, name: str, client: "httpx.Client", address: Address) -> None:
    """The median and the slow end of so many requests one after the other, redirections followed."""
    client.get(address(0)).raise_for_status()
    times = []
    for number in range(1, REQUESTS + 1):
        started = time.perf_counter()
        answer = client.get(address(number))
        times.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200 or "/login/" in str(answer.url):
            figures.fault(f"{name}: {answer.status_code} at {answer.url.path}")
            return
    times.sort()
    figures.add(f"{name}, p95", times[int(REQUESTS * 0.95)], "ms", f"p50 {times[REQUESTS // 2]:.0f} ms", at_most=AIM_MS)
