"""The main road as it was before there were offers: that version's own door, on its own PostgreSQL, with its own members.

Taken from the repository's history; a copy without history measures without it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMIT = "50a279d"
"""The last one before the issue on loyalty and offers began."""
PORT = 18931
PLACE = Path("build") / f"before-{COMMIT}"
SCRIPT = f"""
import sys
from benchmarks import bench
with bench.installation():
    key = bench.seed()
    with bench.door("till", {PORT}):
        print("ready", key, flush=True)
        sys.stdin.read()
"""


@contextmanager
def door() -> Iterator[str | None]:
    """That version's till door on `PORT`, and a key for it; None where the history is not at hand."""
    if not _unpacked():
        yield None
        return
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FORECOURT_", "DJANGO_", "DATABASE_"))
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=PLACE, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        yield next((line.split()[1] for line in process.stdout if line.startswith("ready ")), None)
    finally:
        process.stdin.close()
        process.wait(60)


def _unpacked() -> bool:
    if PLACE.is_dir():
        return True
    draft = PLACE.with_suffix(".draft")
    draft.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", COMMIT], capture_output=True, check=False)
    if (
        archive.returncode
        or subprocess.run(["tar", "-x", "-C", str(draft)], input=archive.stdout, check=False).returncode
    ):
        return False
    draft.rename(PLACE)
    return True
