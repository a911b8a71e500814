"""`make test`: everything that must hold before a change is good. A step that fails names itself; all steps are run.

The tests run beside the other steps, which fill the time in which they wait; what those say is shown when they have ended.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[1]
os.chdir(ROOT)
FONTS = "fonts-noto-cjk"

STRICT = [
    "kernel",
    *("faces/host", "faces/watch", "faces/jobs", "faces/cli", "faces/till"),
    *("*/values.py", "*/rules.py", "*/rules", "*/services.py", "*/services"),
]
"""What the type checker holds to its strictest."""


def strict_rooms() -> list[Path]:
    """Files and folders to check, without those inside of another: the type checker refuses a file named twice."""
    found = {path for pattern in STRICT for path in Path("forecourt").glob(pattern)}
    return sorted(path for path in found if not found.intersection(path.parents))


WORKERS = min((os.cpu_count() or 1) + 1, 4)
"""One more than there are cores, since tests of kills and of screens wait a good deal. Each with a PostgreSQL and a home of its
own, and a file of tests at a time, those that take long first: what a file shares is made once. Files that share an
installation are taken together.
"""

STEPS = [
    ("ruff check", [BIN / "ruff", "check", "."]),
    ("ruff format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
    ("types", [BIN / "mypy", "--no-error-summary", "--follow-imports=silent", *strict_rooms()]),
    ("floors and rooms", [BIN / "lint-imports", "--no-logo"]),
    (
        "migrations",
        [BIN / "django-admin", "makemigrations", "--check", "--dry-run", "--settings", "forecourt.settings"],
    ),
    ("translations", [BIN / "forecourt", "translations", "check"]),
]
TESTS = [BIN / "pytest", "--durations=10", f"--numprocesses={WORKERS}", "--dist=loadfile", "--no-loadscope-reorder"]


def main() -> int:
    if not install_browser():
        return 1
    with tempfile.TemporaryDirectory(prefix="forecourt-check-") as home, ThreadPoolExecutor(1) as beside:
        environment = {**os.environ, "FORECOURT_HOME": home}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would each compile everything again
        others = beside.submit(lambda: [name for name, command in STEPS if not passes(name, command, environment)])
        passed = passes("tests", TESTS, environment, beside=False)
        failed = others.result() + ([] if passed else ["tests"])
    print(f"make test: FAILED in {', '.join(failed)}" if failed else "make test: all good", flush=True)
    return 1 if failed else 0


def passes(name: str, command: Sequence[object], environment: dict[str, str], *, beside: bool = True) -> bool:
    """Whether a step ends well. What it says is shown at once, or all together at its end where another runs beside it."""
    if not beside:
        print(f"== {name}", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command],
        env=environment,
        check=False,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE if beside else None,
        stderr=subprocess.STDOUT if beside else None,
    )
    said = f"\n== {name}\n{done.stdout}" if beside else ""
    outcome = "ok" if done.returncode == 0 else "FAILED"
    print(f"{said}== {name}: {outcome} ({time.monotonic() - began:.0f} s)", flush=True)
    return done.returncode == 0


def install_browser() -> bool:
    """See that there is a Chromium and a font with Chinese, by apt-get where that is possible."""
    wanted = [] if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))) else ["chromium"]
    if not has_chinese_font():
        wanted.append(FONTS)
    if not wanted:
        return True
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if shutil.which("apt-get") and (not root or shutil.which("sudo")):
        subprocess.run([*root, "apt-get", "update", "-q"], env=environment, check=False, stdout=subprocess.DEVNULL)
        install = [*root, "apt-get", "install", "-y", "-q", "--no-install-recommends", *wanted]
        if subprocess.run(install, env=environment, check=False, stdout=subprocess.DEVNULL).returncode == 0:
            return True
    print(f"make test: FAILED before it began: install {' '.join(wanted)} and try again.", flush=True)
    return False


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
