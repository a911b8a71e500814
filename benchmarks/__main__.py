"""`make bench`: every measurement, in one run, on one PostgreSQL.

    python -m benchmarks [--write] [PART ...]

Name parts to run only those: `python -m benchmarks pages`. `--write` puts the figures into docs/benchmarks.md. A time
that is missed is said and fails nothing; a result that is wrong ends the run with 1.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from benchmarks import bench, report


def main() -> None:
    asked = _asked()
    figures = bench.Figures()
    print(f"Forecourt on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    started = time.monotonic()
    with bench.installation():
        print("seeding ...", flush=True)
        key = bench.seed()
        for name in asked.parts or PARTS:
            PARTS[name](figures, key)
    print(f"\n{time.monotonic() - started:.0f} s in all")
    place = Path("build")
    place.mkdir(exist_ok=True)
    (place / "bench.json").write_text(json.dumps(figures.kept, indent=1))
    if asked.write:
        report.write(figures)
    if figures.faults:
        sys.exit("\n".join(figures.faults))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Forecourt.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all unless given")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    asked = parser.parse_args()
    if unknown := [name for name in asked.parts if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return asked


def _part(module: str) -> Callable[[bench.Figures, str], None]:
    """The `run` of a module, imported when it is its turn: Django is set up by then."""
    return lambda figures, key: import_module(f"benchmarks.{module}").run(figures, key)


PARTS = {
    "main-road": _part("main_road"),
    "oscar": _part("oscar"),
    "pages": _part("pages"),
    "offers": _part("offers"),
    "simulate": _part("simulate"),
    "imports": _part("imports"),
}

if __name__ == "__main__":
    main()
