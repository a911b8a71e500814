"""What products cost, from a spreadsheet's CSV: a row a product, its station (may be empty), its cost, from when it holds."""

import time
from collections.abc import Iterator
from datetime import datetime
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from forecourt.catalogue import permissions, services
from forecourt.catalogue.values import NewCost
from forecourt.connectors.pos.broken import Broken
from forecourt.connectors.pos.counting import RefusalsFile, beside
from forecourt.connectors.pos.figures import Unfit, day, moment, number, shown
from forecourt.connectors.pos.headings import plain
from forecourt.connectors.pos.rows import rows
from forecourt.connectors.pos.sources import Source
from forecourt.connectors.pos.values import Refusal
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.kernel.values import Value
from forecourt.organisation import queries as organisation

MOST_ROWS: Final = 200_000
"""Rows of a file, which are noted all at once: what comes twice in it is noted once."""
MIDNIGHT: Final = time_of_day()
_MARKS: Final = ",;\t|"
_HEADINGS: Final = {
    "product": "product product_code item item_code sku upc ean barcode plu grade code "
    "商品 商品编码 商品编号 商品条码 条码 油品 油品编码 油号 货号 编码",
    "station": "station station_code site store store_code 油站 加油站 站点 油站编码 站点编码 网点 门店 门店编号",
    "cost": "cost unit_cost cost_per_unit purchase_price cost_price 成本 单位成本 成本价 进价 采购价 进货价",
    "effective_from": "from effective_from valid_from since start date 起 自 生效 生效时间 生效日期 起始时间 起始日期 日期",
}
_FIELDS: Final = {name: field for field, names in _HEADINGS.items() for name in names.split()}
_REQUIRED: Final = ("product", "cost", "effective_from")


class CostRow(Value):
    """A cost with the line it stands in."""

    line: int
    cost: NewCost


class CostTally(Value):
    """What a file of costs came to: rows read, how many are new, how many stood there already, and what was refused."""

    read: int
    noted: int
    known: int
    refusals: tuple[Refusal, ...]


class CostSummary(Value):
    """What an import of costs came to. `refusals` is the file of what was refused, null where nothing was."""

    read: int
    noted: int
    known: int
    refused: int
    seconds: float
    dry_run: bool
    refusals: str | None


def import_costs(
    actor: Actor, path: Path, *, decimal_comma: bool = False, dry_run: bool = False, refusals: Path | None = None
) -> CostSummary:
    """Note the costs of a file, gzip too; rows that stand there already change nothing.

    What cannot be read or noted goes to the refusals file with its line and reason, and the rest is noted.
    """
    began = time.monotonic()
    with RefusalsFile(refusals or beside([path])) as report:
        with Source(path) as source:
            tally = note_file(actor, source.stream, decimal_comma=decimal_comma, dry_run=dry_run)
        for refusal in tally.refusals:
            report.write(path, refusal)
    return CostSummary(
        read=tally.read,
        noted=tally.noted,
        known=tally.known,
        refused=len(tally.refusals),
        seconds=round(time.monotonic() - began, 1),
        dry_run=dry_run,
        refusals=str(report.path) if tally.refusals else None,
    )


def note_file(actor: Actor, stream: BinaryIO, *, decimal_comma: bool = False, dry_run: bool = False) -> CostTally:
    """The same from an open file. What is wrong with it as a whole is a refusal of line 0 or its first."""
    actor.require(permissions.NOTE_COST)
    good: list[CostRow] = []
    refused: list[Refusal] = []
    try:
        for item in _read(stream, decimal_comma=decimal_comma):
            if isinstance(item, Refusal):
                refused.append(item)
            else:
                good.append(item)
            if len(good) + len(refused) > MOST_ROWS:
                raise Invalid.field("file", _("has more than %(most)s rows; split it") % {"most": f"{MOST_ROWS:,}"})
    except Broken as error:
        refused.append(Refusal(line=error.line, reference="", reason=error.reason))
    read = len(good) + len(refused)
    answers = services.note_good_costs(actor, [row.cost for row in good], dry_run=dry_run)
    for row, answer in zip(good, answers, strict=True):
        if isinstance(answer, Problem):
            field, reason = next(iter(answer.fields.items()), ("", answer.detail))
            refused.append(Refusal(line=row.line, reference=row.cost.product, reason=reason, field=field))
    return CostTally(
        read=read,
        noted=sum(answer is True for answer in answers),
        known=sum(answer is False for answer in answers),
        refusals=tuple(sorted(refused, key=lambda one: one.line)),
    )


def _read(stream: BinaryIO, *, decimal_comma: bool) -> Iterator[CostRow | Refusal]:
    table = rows(stream, "", _MARKS)
    first = next(table, None)
    if first is None:
        raise Broken(0, _("the file is empty"))
    if isinstance(first, Refusal):
        raise Broken(first.line, first.reason)
    columns = {field: place for place, heading in enumerate(first[1]) if (field := _FIELDS.get(plain(heading)))}
    missing = [field for field in _REQUIRED if field not in columns]
    if missing:
        raise Broken(
            1,
            _("no column for %(fields)s; the first line names the columns product, station, cost and from")
            % {"fields": ", ".join(missing)},
        )
    zone = organisation.company().zone
    for row in table:
        if isinstance(row, Refusal):
            yield row
            continue
        line, cells = row
        found = {field: cells[place].strip() for field, place in columns.items() if place < len(cells)}
        if any(found.values()):
            yield _row(line, found, zone, decimal_comma=decimal_comma)


def _row(line: int, cells: dict[str, str], zone: str, *, decimal_comma: bool) -> CostRow | Refusal:
    product = cells.get("product", "")
    try:
        if not product:
            raise Unfit("product", _("is missing; give the product's code"))
        cost = NewCost(
            product=product,
            cost=_cost(cells.get("cost", ""), decimal_comma=decimal_comma),
            effective_from=_moment(cells.get("effective_from", ""), zone),
            station=cells.get("station", ""),
        )
    except Unfit as error:
        return Refusal(line=line, reference=product, reason=error.reason, field=error.field)
    return CostRow(line=line, cost=cost)


def _cost(text: str, *, decimal_comma: bool) -> Decimal:
    """A cost as it was written. A comma is refused unless it is said to be a decimal comma: 6,805 could be either."""
    try:
        if "," in text and not decimal_comma:
            raise Unfit("cost", "")
        return number(text, "cost", decimal_comma=decimal_comma)
    except Unfit:
        wanted = "6,85" if decimal_comma else "6.85"
        reason = _("%(text)s is no cost; write it like %(wanted)s") % {"text": shown(text), "wanted": wanted}
        raise Unfit("cost", reason) from None


def _moment(text: str, zone: str) -> datetime:
    """From when it holds, in the company's zone unless it says another; a day begins at midnight."""
    try:
        try:
            return moment(text, "effective_from", zone)
        except Unfit:
            return datetime.combine(day(text, "effective_from"), MIDNIGHT, clock.zone(zone))
    except Unfit:
        reason = _("%(text)s is no day or time; write it like 2026-01-02 or 2026-01-02 08:30") % {"text": shown(text)}
        raise Unfit("effective_from", reason) from None
