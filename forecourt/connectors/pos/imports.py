"""Importing sales from files: read, post in lists, count; safe to break off and run again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.db import DataError
from msgspec.structs import replace

from forecourt.catalogue.values import NewProduct
from forecourt.connectors.pos import formats, sources
from forecourt.connectors.pos.counting import RefusalsFile, Tally, beside, refusal_of
from forecourt.connectors.pos.making import Making
from forecourt.connectors.pos.values import Found, Mapping, Reading, Refusal, Skipped, Summary
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.sales import permissions
from forecourt.sales import queries as sales_queries
from forecourt.sales import services as sales
from forecourt.sales.values import NewSale, Quote, Receipt

LIST: Final = 1000
"""Sales posted in one transaction."""
_REMEMBERED: Final = 10_000
AUTO: Final = "auto"


@dataclass(frozen=True, slots=True)
class Tick:
    """How far an import is: bytes of the files read and in all, sales read."""

    done: int
    total: int
    sales: int


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import. `only_station` refuses sales of any other; `refusals` None means beside the first path."""

    mapping: Mapping = field(default_factory=Mapping)
    dry_run: bool = False
    create_missing: bool = False
    refusals: Path | None = None
    only_station: str = ""


def import_sales(
    actor: Actor,
    paths: Sequence[Path],
    format: str = AUTO,
    options: ImportOptions | None = None,
    progress: Callable[[Tick], None] = lambda tick: None,
) -> Summary:
    """Import all sales in these files and folders, each sale once however often it is imported.

    Format "auto" looks at each file. What cannot be read or is not accepted goes to the refusals file with its line and
    reason, and the rest is imported. Raises Invalid for a wrong path or format, NotAllowed, or Unavailable.
    """
    actor.require(permissions.POST)
    options = options or ImportOptions()
    chosen = None if format == AUTO else formats.named(format)
    files = sources.files(paths)
    with RefusalsFile(options.refusals or beside(paths)) as refusals:
        run = _Run(actor, options, refusals, progress, sum(path.stat().st_size for path in files))
        for path in files:
            run.read(path, chosen)
        run.post()
        return run.tally.summary(digits=organisation.company().digits, dry_run=options.dry_run, refusals=refusals.path)


class _Run:
    """One import under way."""

    def __init__(
        self,
        actor: Actor,
        options: ImportOptions,
        refusals: RefusalsFile,
        progress: Callable[[Tick], None],
        total: int,
    ) -> None:
        self.actor, self.options, self.refusals, self.progress, self.total = actor, options, refusals, progress, total
        self.tally = Tally()
        self.done = 0
        self.pending: list[tuple[Path, Found]] = []
        self.stations: dict[str, StationFacts | None] = {}
        self.goods: dict[str, NewProduct] = {}
        self.making = Making(actor, dry_run=options.dry_run) if options.create_missing else None
        self.reading = Reading(
            company=organisation.company(),
            mapping=options.mapping,
            zone_of=self.zone_of,
            goods=self.goods if self.making else None,
        )

    def zone_of(self, code: str) -> str:
        facts = self.station(code)
        return facts.zone if facts else ""

    def station(self, code: str) -> StationFacts | None:
        """What is known of a station, asked once."""
        if code not in self.stations:
            if len(self.stations) >= _REMEMBERED:
                self.stations.clear()
            self.stations[code] = organisation.station_facts([code]).get(code) if code and "\0" not in code else None
        return self.stations[code]

    def read(self, path: Path, chosen: formats.Format | None) -> None:
        """Read one file, posting whenever a list is full."""
        self.tally.files += 1
        size = path.stat().st_size
        with sources.Source(path) as source:
            form = chosen or formats.recognised(source.head(), self.reading.mapping)
            if form is None:
                why = "the file is empty" if not size else f"the format is none of {', '.join(formats.names())}"
                self.take(path, Refusal(line=0, reference="", reason=why))
                return
            for item in form.read(source.stream, self.reading):
                self.take(path, item)
                if len(self.pending) >= LIST:
                    self.post()
                    self.progress(Tick(self.done + source.position(), self.total, self.tally.read))
        self.done += size
        self.progress(Tick(self.done, self.total, self.tally.read))

    def take(self, path: Path, item: Found | Refusal | Skipped) -> None:
        match item:
            case Skipped():
                self.tally.skipped[item.reason] += 1
            case Refusal():
                self.tally.read += 1
                self.refuse(path, item)
            case Found():
                self.tally.read += 1
                self.tally.warnings.update(item.warnings)
                self.pending.append((path, self._placed(item)))

    def _placed(self, item: Found) -> Found:
        """In a station's inbox a store number that is nobody's code means that station."""
        home, told = self.options.only_station, item.sale.station
        if not home or told == home or self.station(told) is not None:
            return item
        self.tally.warnings["station_of_folder"] += 1
        return Found(line=item.line, sale=replace(item.sale, station=home), warnings=item.warnings)

    def refuse(self, path: Path, refusal: Refusal) -> None:
        self.tally.refused += 1
        self.refusals.write(path, refusal)

    def post(self) -> None:
        """Post what was read so far."""
        pending, self.pending = self.pending, []
        home = self.options.only_station
        if home:
            for path, item in [each for each in pending if each[1].sale.station != home]:
                why = Invalid.field(
                    "station", f"the file lies in the inbox of {home} and holds a sale of {item.sale.station}"
                )
                self.refuse(path, refusal_of(item.line, item.sale, why))
            pending = [each for each in pending if each[1].sale.station == home]
        if not pending:
            return
        offered = [item.sale for _, item in pending]
        if self.making:
            stations, products = self.making.make_for(offered, self.goods)
            self.tally.stations_made += stations
            self.tally.products_made += products
            self.goods.clear()
        if self.options.dry_run:
            self._foresee(pending)
            return
        for (path, item), answer in zip(pending, posted(self.actor, offered), strict=True):
            if isinstance(answer, Problem):
                self.refuse(path, refusal_of(item.line, item.sale, answer))
            else:
                self.tally.answered(item.sale, answer)

    def _foresee(self, pending: list[tuple[Path, Found]]) -> None:
        """Count what posting would do, and write nothing."""
        offered = [item.sale for _, item in pending]
        known = organisation.station_facts({sale.station for sale in offered})
        names = {
            (known[sale.station].id, sale.source, sale.source_ref): sale for sale in offered if sale.station in known
        }
        stored = {id(names[name]) for name in sales_queries.stored_receipts(names.keys())}
        for (path, item), answer in zip(pending, sales.quote_sales(self.actor, offered), strict=True):
            if id(item.sale) in stored:
                self.tally.foreseen(item.sale, replayed=True)
            elif self._would_be_made(item.sale, answer):
                self.tally.foreseen(item.sale)
            elif isinstance(answer, Problem):
                self.refuse(path, refusal_of(item.line, item.sale, answer))
            else:
                self.tally.answered(item.sale, answer)

    def _would_be_made(self, sale: NewSale, answer: Quote | Problem) -> bool:
        """Whether all that stands in a sale's way is a station or products that would be made."""
        if self.making is None:
            return False
        if isinstance(answer, Problem):
            return sale.station in self.making.new_stations
        unknown = self.making.new_products
        return set(answer.flags) == {"unknown_product"} and any(line.product in unknown for line in sale.lines)


def posted(actor: Actor, offered: Sequence[NewSale]) -> list[Receipt | Problem]:
    """Post a list; when the database cannot hold a value in it, find the sale at fault by halves."""
    try:
        return sales.post_sales(actor, offered)
    except (DataError, UnicodeEncodeError) as error:
        if len(offered) == 1:
            return [Invalid(f"The sale holds a value that cannot be stored: {str(error).splitlines()[0][:160]}")]
        middle = len(offered) // 2
        return posted(actor, offered[:middle]) + posted(actor, offered[middle:])
