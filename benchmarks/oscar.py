"""The peer: django-oscar records a sale of two lines with a voucher, on the same PostgreSQL."""

import json
import os
import subprocess
from pathlib import Path

from benchmarks import bench
from benchmarks.bench import SECONDS, Figures

VERSION = "4.2.1"
PROCESSES = 2
TILL_PORT = 18911
TILL = "till door, 64 connections"
PLACE = Path("build") / "peers" / f"oscar-{VERSION}"
SCRIPT = Path(__file__).parent / "peers" / "oscar_sale.py"


def run(figures: Figures, key: str) -> None:
    bench.section(f"django-oscar {VERSION}, one sale of two lines with a voucher, committed durably")
    python = bench.peer(PLACE, f"django-oscar=={VERSION}", "psycopg[binary]")
    if python is None:
        return
    if TILL not in figures.kept:
        with bench.door("till", TILL_PORT):
            bench.load(TILL_PORT, key, 64, 2)
            figures.add(TILL, bench.load(TILL_PORT, key, 64, SECONDS)["per_second"], "sales/s")
    with bench.database_of_its_own("oscar"):
        if _call(python, "setup").wait() != 0:
            print(f"  not measured: django-oscar {VERSION} could not be set up")
            return
        figures.add("django-oscar, two processes", _sales_a_second(python), "sales/s", "peer")
    figures.ratio("till door, 64 connections / django-oscar", TILL, "django-oscar, two processes", 50)


def _call(python: Path, *arguments: str) -> subprocess.Popen[str]:
    from forecourt.kernel import database

    kept = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"}}
    environment = kept | {"PEER_DATABASE": "oscar", "PEER_HOST": str(database.socket_folder())}
    return subprocess.Popen([str(python), str(SCRIPT), *arguments], env=environment, stdout=subprocess.PIPE, text=True)


def _sales_a_second(python: Path) -> float:
    processes = [_call(python, "sell", str(share), str(SECONDS)) for share in range(PROCESSES)]
    said = [process.communicate(timeout=SECONDS + 120)[0] for process in processes]
    if any(process.returncode for process in processes):
        raise SystemExit("django-oscar failed to record a sale")
    found = [json.loads(text) for text in said]
    return sum(one["sales"] / one["seconds"] for one in found)
