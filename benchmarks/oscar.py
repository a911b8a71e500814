"""The peer: django-oscar records a sale of two lines with a voucher, on the same PostgreSQL."""

import json
import os
import subprocess
import sys
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
    python = _environment()
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


def _environment() -> Path | None:
    """A Python with django-oscar, made once under build/; None, and why, when it cannot be had."""
    python = PLACE.resolve() / "bin" / "python"
    ready = PLACE / "ready"
    if ready.exists():
        return python
    try:
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(PLACE))
        _uv("pip", "install", "--quiet", "--python", str(python), f"django-oscar=={VERSION}", "psycopg[binary]")
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        print(f"  not measured: django-oscar {VERSION} could not be installed ({said[-1] if said else error})")
        return None
    ready.touch()
    return python


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, capture_output=True, text=True, timeout=300)


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
