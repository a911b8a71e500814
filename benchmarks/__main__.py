"""`make bench`: every measurement, in one run, on one PostgreSQL. Name some to run only those: `python -m benchmarks pages`."""

import json
import os
import platform
import sys
import time
from pathlib import Path

from benchmarks import bench


def main() -> None:
    wanted = set(sys.argv[1:])
    figures = bench.Figures()
    print(f"Forecourt on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    started = time.monotonic()
    with bench.installation():
        print("seeding ...", flush=True)
        key = bench.seed()
        for name, run in PARTS.items():
            if not wanted or name in wanted:
                run(figures, key)
    print(f"\n{time.monotonic() - started:.0f} s in all")
    place = Path("build")
    place.mkdir(exist_ok=True)
    (place / "bench.json").write_text(json.dumps(figures.kept, indent=1))


def _main_road(figures: bench.Figures, key: str) -> None:
    from benchmarks import main_road

    main_road.run(figures, key)


PARTS = {"main-road": _main_road}

if __name__ == "__main__":
    main()
