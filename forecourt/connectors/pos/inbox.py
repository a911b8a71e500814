"""The watched inbox: files that lie in `FORECOURT_HOME/inbox/STATION/` are imported and put away.

A file is taken once nobody writes to it any more, by moving it into `working/`, so that it is taken once. What a crash
left there is taken up again: importing is idempotent. Afterwards it lies in `done/`, or in `refused/` when anything in
it was refused, with a `.summary.json` beside it and a `.refusals.jsonl` with the lines at fault.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import structlog
from django.db import transaction
from msgspec.structs import replace
from prometheus_client import Counter

from forecourt.connectors.pos import imports, mapping, sources
from forecourt.connectors.pos.counting import RefusalsFile
from forecourt.connectors.pos.events import FileRefused, FileTakenIn
from forecourt.connectors.pos.imports import ImportOptions
from forecourt.connectors.pos.values import Mapping, Refusal, Summary
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.home import folder
from forecourt.kernel.problems import Problem, Unavailable
from forecourt.organisation import queries as organisation

SETTLED_SECONDS: Final = 2.0
"""How long a file must keep its size before it is taken to be complete."""
MAPPINGS: Final = ("mapping.toml", "mapping.json")
_PLACES: Final = ("working", "done", "refused")

FILES: Final = Counter("forecourt_inbox_files", "Files of the inbox that were put away", ["outcome"])
_log: Final = structlog.get_logger("forecourt.inbox")


def take_in(actor: Actor, *, settled_seconds: float = SETTLED_SECONDS) -> list[Summary]:
    """Import what lies in the inbox and is complete; returns what each file came to. Returns at once where another
    process is doing it already."""
    inbox = folder("inbox")
    with _alone(inbox) as is_alone:
        if not is_alone:
            return []
        return [_import(actor, path) for path in [*_left_behind(inbox), *_claimed(inbox, settled_seconds)]]


@contextmanager
def _alone(inbox: Path) -> Iterator[bool]:
    """Whether this process is the one that takes in; the lock goes with the process, however it ends."""
    with (inbox / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _stations(inbox: Path) -> list[Path]:
    return sorted(
        path for path in inbox.iterdir() if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )


def _left_behind(inbox: Path) -> list[Path]:
    """Files in work when their process ended."""
    return [
        path
        for station in _stations(inbox)
        if (station / "working").is_dir()
        for path in sorted((station / "working").iterdir())
        if sources.is_data(path)
    ]


def _claimed(inbox: Path, settled_seconds: float) -> Iterator[Path]:
    """Complete files, each moved into `working/` when it is its turn."""
    sizes = {
        path: path.stat().st_size
        for station in _stations(inbox)
        for path in sorted(station.iterdir())
        if sources.is_data(path) and path.name not in MAPPINGS
    }
    if sizes:
        time.sleep(settled_seconds)
    for path, size in sizes.items():
        try:
            if path.stat().st_size != size:
                continue
            yield _moved(path, path.parent / "working")
        except FileNotFoundError:
            continue  # taken away again by whoever brought it


def _moved(path: Path, place: Path) -> Path:
    """Move a file into a folder, under another name where its own is taken."""
    place.mkdir(exist_ok=True)
    target, count = place / path.name, 1
    while target.exists():
        count += 1
        target = place / f"{path.stem}-{count}{path.suffix}"
    return path.rename(target)


def _import(actor: Actor, path: Path) -> Summary:
    """Import one file in work and put it away."""
    station = path.parent.parent
    refusals = path.with_name(f"{path.name}.refusals.jsonl")
    try:
        summary = _imported(actor, path, station, refusals)
    except Unavailable:
        raise  # the database is away: the file stays in work and is taken up again
    except Problem as problem:
        summary = Summary(read=0, refused=1, files=1, refusals=str(refusals))
        with RefusalsFile(refusals) as report:
            report.write(path, Refusal(line=0, reference="", reason=problem.detail))
    outcome = "refused" if summary.refused else "done"
    put = _moved(path, station / outcome)
    if refusals.exists():
        refusals = refusals.rename(put.with_name(f"{put.name}.refusals.jsonl"))
        summary = replace(summary, refusals=str(refusals))
    put.with_name(f"{put.name}.summary.json").write_bytes(msgspec.json.encode(summary))
    _tell(station.name, put.name, summary, outcome)
    return summary


def _imported(actor: Actor, path: Path, station: Path, refusals: Path) -> Summary:
    if station.name not in organisation.station_facts([station.name]):
        raise Problem(
            f"{station.name!r} is not a station; name the folder after a station's code, then put the file back"
        )
    told = _mapping(station)
    options = ImportOptions(
        mapping=replace(told, station=told.station or station.name), refusals=refusals, only_station=station.name
    )
    return imports.import_sales(actor, [path], imports.AUTO, options)


def _mapping(station: Path) -> Mapping:
    """The mapping that lies in a station's folder."""
    for name in MAPPINGS:
        if (station / name).is_file():
            return mapping.load(station / name)
    return Mapping()


def _tell(station: str, name: str, summary: Summary, outcome: str) -> None:
    counts = {"posted": summary.posted, "replayed": summary.replayed, "flagged": summary.flagged}
    FILES.labels(outcome).inc()
    _log.info("file taken in", station=station, file=name, outcome=outcome, refused=summary.refused, **counts)
    now = clock.now()
    with transaction.atomic():
        if outcome == "done":
            publish([FileTakenIn(occurred_at=now, station=station, refused=summary.refused, **counts)])
        else:
            publish([FileRefused(occurred_at=now, station=station, refused=summary.refused)])
