"""Offers: what they cost at the till, beside none and beside a rule engine, from ten of them to ten thousand."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import before, bench, draw, pages
from benchmarks.bench import SECONDS, Figures
from benchmarks.offer_mix import mix, rows

TILL_PORT = 18921
ALONE_PORT = 18922
TURNS = 3
CURVE = (10, 100, 1_000, 10_000)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
ZEN = "2.1.3"
PLACE = Path("build") / "peers" / f"zen-{ZEN}"
BATCH = int(os.environ.get("BENCH_BATCH", "1000000"))
SCRIPT = Path(__file__).parent / "peers" / "zen_table.py"


def run(figures: Figures, key: str) -> None:
    bench.section("Offers: posting with twenty of them in force, quoting with up to ten thousand")
    _make_template()
    bench.pgbench(str(Path(__file__).with_name("sale.pgbench.sql")), 16, 2)
    with bench.door("till", TILL_PORT):
        _posting(figures, key, "no offers")
        _quoting(figures, key, 0)
        _publish(20)
        _beside_before(figures, key)
        for count in CURVE:
            _publish(count)
            _quoting(figures, key, count)
    _batch(figures)
    draw.hold(figures)
    pages.browse(figures, _pages())
    _rating(figures)


def _posting(figures: Figures, key: str, name: str) -> None:
    _add_posting(figures, name, [_load(key, TILL_PORT, learn=1)])


def _beside_before(figures: Figures, key: str) -> None:
    """Twenty offers and the road before there were any, in turns, so that all meet the machine in the same moods; once more in
    one process, as the road before had only one.
    """
    names = {"20 offers": TILL_PORT, "20 offers, one process": ALONE_PORT, "before there were offers": before.PORT}
    new, alone, old = names
    with before.door() as old_key, bench.door("till", ALONE_PORT, FORECOURT_TILL_WORKERS="1"):
        keys = {new: key, alone: key} | ({old: old_key} if old_key else {})
        turns = [
            {name: _load(keys[name], names[name], **({} if name == old else {"learn": 1})) for name in keys}
            for _ in range(TURNS)
        ]
    for name in keys:
        _add_posting(figures, name, [turn[name] for turn in turns])
    if old_key:
        for name, aim in ((new, 0.75), (alone, None)):
            figures.ratio(
                f"{name} / {old}", f"till door, 64 connections, {name}", f"till door, 64 connections, {old}", aim
            )
    figures.ratio(f"{new} / no offers", f"till door, 64 connections, {new}", "till door, 64 connections, no offers")


def _load(key: str, port: int, **options: int) -> dict[str, float]:
    bench.load(port, key, 64, 2, **options)
    return bench.load(port, key, 64, SECONDS, **options)


def _add_posting(figures: Figures, name: str, found: list[dict[str, float]]) -> None:
    """The sales a second of several turns together, with the waits of the middle one."""
    middle = sorted(found, key=lambda one: one["per_second"])[len(found) // 2]
    if errors := sum(one["errors"] for one in found):
        figures.fault(f"{errors:.0f} sales were refused with {name}")
    turns = ", ".join(f"{one['per_second']:,.0f}" for one in found)
    note = f"p50 {middle['p50']} p95 {middle['p95']} p99 {middle['p99']} ms" + (
        f"; turns {turns}" if len(found) > 1 else ""
    )
    mean = sum(one["per_second"] for one in found) / len(found)
    figures.add(f"till door, 64 connections, {name}", mean, "sales/s", note)


def _quoting(figures: Figures, key: str, count: int) -> None:
    bench.load(TILL_PORT, key, 16, 2, path="/api/v1/sales/quote")
    found = bench.load(TILL_PORT, key, 64, SECONDS, rate=200, path="/api/v1/sales/quote")
    if found["errors"]:
        figures.fault(f"{found['errors']:.0f} quotes failed with {count} offers")
    note = f"p50 {found['p50']} p95 {found['p95']} ms, {found['per_second']} a second"
    figures.add(f"quote at 200 a second, {count:,} offers, p99", found["p99"], "ms", note, at_most=15)


def _make_template() -> None:
    """The coupon that an offer asks for."""
    from forecourt.coupons import services as coupons
    from forecourt.coupons.values import Template
    from forecourt.kernel.actors import SYSTEM

    coupons.create_template(SYSTEM, Template(code="FUEL20", name="加油满200减20"))


def _publish(count: int) -> None:
    """Put so many offers in force; those that are stay."""
    from forecourt.kernel import sql
    from forecourt.kernel.actors import SYSTEM
    from forecourt.offers import services as offers

    there = {row[0] for row in sql.rows("SELECT code FROM offers_offer")}
    new = [offer for offer in mix(count, bench.STATIONS) if offer.code not in there]
    for start in range(0, len(new), 500):
        offers.publish_offers(SYSTEM, new[start : start + 500], valid_from=SINCE)


def _batch(figures: Figures) -> None:
    """Coupons to print: a batch as the job makes it, part by part."""
    from forecourt.coupons import services as coupons
    from forecourt.kernel.actors import SYSTEM

    batch = coupons.create_batch(SYSTEM, "FUEL20", "printed", BATCH)
    started = time.perf_counter()
    while coupons.extend_batch(SYSTEM, batch):
        pass
    figures.add(f"a batch of {BATCH:,} coupons", time.perf_counter() - started, "s", at_most=BATCH * 60 / 1_000_000)


def _pages() -> dict[str, pages.Address]:
    def offer(number: int) -> str:
        return f"/admin/offers/of/N{number * 37 % 9_000:05d}/"

    return {
        f"offers, {CURVE[-1]:,} of them": lambda number: "/admin/offers/",
        "offers, searched": lambda number: f"/admin/offers/?q=N0{number:02d}",
        "an offer": offer,
        "offer builder": lambda number: f"{offer(number)}edit/",
        "form of a simulation": lambda number: f"/admin/simulations/new/?offers=N{number * 37 % 9_000:05d}",
        "form of a simulation, searched": lambda number: f"/admin/simulations/pick/?of=without&q=N0{number:02d}",
        "coupon templates": lambda number: "/admin/coupons/",
        f"a template of {BATCH:,} coupons": lambda number: "/admin/coupons/templates/FUEL20/",
    }


def _rating(figures: Figures) -> None:
    """Rating alone, in this process: no database, no HTTP."""
    from benchmarks import rating

    bench.section("Rating alone, one core: 1,000 different baskets")
    for count, micros in rating.per_sale([0, 20, *CURVE[1:]]).items():
        figures.add(f"rating with {count:,} offers", micros, "us", "processor time a sale, explained")
    python = bench.peer(PLACE, f"zen-engine=={ZEN}")
    if python is None:
        return
    for count in CURVE[1:]:
        _beside_zen(figures, rating, count, python)


def _beside_zen(figures: Figures, rating, count: int, python: Path) -> None:
    """Which offers hold for each basket: by both, and both must say the same."""
    found = rating.baskets(300)
    rater = rating.Rater(count)
    ours, micros = rater.holding(found)
    place = Path("build") / "zen.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps({"rows": rows(count), "baskets": [rating.as_input(one) for one in found]}))
    kept = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"}}
    said = json.loads(
        subprocess.run(
            [str(python), str(SCRIPT), str(place)], env=kept, check=True, capture_output=True, text=True
        ).stdout
    )
    if said["held"] != ours:
        wrong = next(number for number, pair in enumerate(zip(said["held"], ours, strict=True)) if pair[0] != pair[1])
        figures.fault(f"zen-engine and Forecourt differ for {found[wrong]}: {said['held'][wrong]} and {ours[wrong]}")
    figures.add(f"offers that hold, of {count:,}", 1e6 / micros, "baskets/s", "processor time, one core")
    figures.add(f"zen-engine, of {count:,}", said["per_second"], "baskets/s", "peer, one core")
    figures.ratio(f"holding of {count:,} / zen-engine", f"offers that hold, of {count:,}", f"zen-engine, of {count:,}")


if __name__ == "__main__":
    sys.exit("run it as: python -m benchmarks offers")
