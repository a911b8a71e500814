"""The main road: sales a second through both doors, in lists, beside pgbench writing the same rows."""

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import bench
from benchmarks.bench import SECONDS, Figures

TILL_PORT, WEB_PORT = 18901, 18900
SCRIPT = str(Path(__file__).with_name("sale.pgbench.sql"))


def run(figures: Figures, key: str) -> None:
    bench.section(f"One sale of two lines, committed durably, {bench.CUSTOMERS:,} customers")
    bench.pgbench(SCRIPT, 16, 3)
    figures.add("pgbench, 16 clients, the same rows", bench.pgbench(SCRIPT, 16, SECONDS), "sales/s", "baseline")
    with bench.door("till", TILL_PORT):
        bench.load(TILL_PORT, key, 64, 2)
        for connections in (16, 64, 256):
            _doors(figures, "till", TILL_PORT, key, connections)
        _latency(figures, "till door at 200 sales/s", TILL_PORT, key, rate=200)
        _latency(figures, "quote at 200 a second", TILL_PORT, key, rate=200, path="/api/v1/sales/quote")
    with bench.door("web", WEB_PORT):
        for connections in (16, 64, 256):
            _doors(figures, "web", WEB_PORT, key, connections)
    figures.ratio(
        "till door, 64 connections / pgbench", "till door, 64 connections", "pgbench, 16 clients, the same rows", 0.6
    )
    bench.section("Sales in lists of 500, two senders")
    figures.add("lists of 500", lists(), "sales/s")
    figures.add("pgbench again", bench.pgbench(SCRIPT, 16, SECONDS), "sales/s", "baseline")
    figures.ratio("lists of 500 / pgbench", "lists of 500", "pgbench again", 1.2)


def _doors(figures: Figures, name: str, port: int, key: str, connections: int) -> None:
    found = bench.load(port, key, connections, SECONDS)
    note = f"p50 {found['p50']} p95 {found['p95']} p99 {found['p99']} ms"
    if found["errors"]:
        note += f", {found['errors']:.0f} errors"
    figures.add(f"{name} door, {connections} connections", found["per_second"], "sales/s", note)


def _latency(figures: Figures, name: str, port: int, key: str, **options: object) -> None:
    found = bench.load(port, key, 64, SECONDS, **options)
    figures.add(
        f"{name}, p99", found["p99"], "ms", f"p50 {found['p50']} p95 {found['p95']} ms, {found['per_second']} a second"
    )


def lists(senders: int = 2, count: int = 10, size: int = 500) -> float:
    """Sales a second of lists, each sender a process of its own as two stations' servers would be."""
    command = [sys.executable, "-m", "benchmarks.main_road", str(count), str(size)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(senders)]
    return sum(float(process.communicate(timeout=300)[0].split()[-1]) for process in processes)


def _send(count: int, size: int) -> None:
    import django

    django.setup()
    from forecourt.kernel.actors import SYSTEM
    from forecourt.sales import services, wire

    mark = random.randrange(10**9)
    now = datetime.now(UTC).isoformat(timespec="seconds")

    def body(number: int) -> str:
        return (
            f'{{"station":"B{random.randrange(bench.STATIONS):03d}","source":"list-{mark}","source_ref":"{number}",'
            f'"occurred_at":"{now}","customer":{{"phone":"139{random.randrange(bench.CUSTOMERS):08d}"}},"pump":4,"lines":['
            '{"product":"92","quantity":"20.000","unit_price":"7.65","amount":"153.00"},'
            '{"product":"6901234567892","quantity":"1","unit_price":"5.00","amount":"5.00"}],'
            '"tenders":[{"kind":"wechat","amount":"158.00"}]}'
        )

    bodies = [
        f"[{','.join(body(part * size + number) for number in range(size))}]".encode() for part in range(count + 1)
    ]
    services.post_sales(SYSTEM, wire.decode_sales(bodies[0]))
    started = time.perf_counter()
    for text in bodies[1:]:
        wire.encode(services.post_sales(SYSTEM, wire.decode_sales(text)))
    print(count * size / (time.perf_counter() - started))


if __name__ == "__main__":
    _send(int(sys.argv[1]), int(sys.argv[2]))
