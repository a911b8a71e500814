"""What an import comes to, counted as it goes, and the file of what was refused."""

import time
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from forecourt.connectors.pos.values import Refusal, Summary
from forecourt.kernel.problems import Invalid, Problem
from forecourt.sales.values import NewSale, Quote, Receipt, SaleStatus


class Tally:
    """Running counts of an import."""

    def __init__(self) -> None:
        self.read = self.posted = self.replayed = self.flagged = self.refused = 0
        self.lines = self.files = self.stations_made = self.products_made = 0
        self.net = Decimal(0)
        self.skipped: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.began = time.monotonic()

    def answered(self, sale: NewSale, answer: Receipt | Quote) -> None:
        """Count a sale that was recorded, now or before, or would be."""
        if isinstance(answer, Receipt) and answer.replayed:
            self.replayed += 1
        elif answer.flags if isinstance(answer, Quote) else answer.status == SaleStatus.FLAGGED:
            self.flagged += 1
        else:
            self.posted += 1
        self.lines += len(sale.lines)
        self.net += answer.totals.net

    def foreseen(self, sale: NewSale, *, replayed: bool = False) -> None:
        """Count a sale that would be recorded, from its own figures."""
        if replayed:
            self.replayed += 1
        else:
            self.posted += 1
        self.lines += len(sale.lines)
        self.net += sum((line.amount for line in sale.lines), Decimal(0))

    def summary(self, *, digits: int, dry_run: bool = False, refusals: Path | None = None) -> Summary:
        """The counts as they stand."""
        return Summary(
            read=self.read,
            posted=self.posted,
            replayed=self.replayed,
            flagged=self.flagged,
            refused=self.refused,
            lines=self.lines,
            net=f"{self.net:.{digits}f}",
            skipped=self.skipped.total(),
            skipped_by_reason=dict(self.skipped),
            warnings=self.warnings.total(),
            warnings_by_kind=dict(self.warnings),
            stations_made=self.stations_made,
            products_made=self.products_made,
            files=self.files,
            seconds=round(time.monotonic() - self.began, 1),
            dry_run=dry_run,
            refusals=str(refusals) if refusals and self.refused else None,
        )


class RefusalsFile:
    """JSON Lines of what was refused; the file is there only when something was."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def write(self, file: Path, refusal: Refusal) -> None:
        """Add one refusal. Invalid when the file cannot be written."""
        if self.path is None:
            return
        if self._file is None:
            try:
                self._file = self.path.open("wb")
            except OSError as error:
                raise Invalid.field(
                    "refusals", f"{self.path} cannot be written: {error.strerror}; name another with --refusals"
                ) from error
        entry: dict[str, Any] = {"file": file.name, **msgspec.structs.asdict(refusal)}
        self._file.write(msgspec.json.encode(entry) + b"\n")

    def __enter__(self) -> Self:
        if self.path is not None and self.path.is_file():
            self.path.unlink()  # of an earlier run over the same files
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def refusal_of(line: int, sale: NewSale, problem: Problem) -> Refusal:
    """A sale that was not accepted, as a refusal."""
    return Refusal(line=line, reference=sale.source_ref, reason=problem.detail, field=next(iter(problem.fields), ""))


def beside(paths: Sequence[Path]) -> Path:
    """Where refusals go unless said otherwise: beside the first file or folder."""
    first = paths[0].resolve()
    return first.with_name(f"{first.name}.refusals.jsonl")
