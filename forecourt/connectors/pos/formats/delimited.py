"""CSV: one line of a sale a row, rows of one sale next to each other; headings in English or Chinese."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO, Final

from forecourt.connectors.pos import guess
from forecourt.connectors.pos.broken import Broken
from forecourt.connectors.pos.drafts import Draft, DraftLine, claim_of, finished, fuel_line, goods_line, zone_of
from forecourt.connectors.pos.figures import Unfit, day, moment, number
from forecourt.connectors.pos.formats import format_named
from forecourt.connectors.pos.headings import CLAIMS, REQUIRED, columns_of
from forecourt.connectors.pos.rows import decoded, rows
from forecourt.connectors.pos.values import Item, Mapping, Reading, Refusal
from forecourt.sales.values import MAX_LINES

_SNIFFED: Final = ",;\t|"
_TIME: Final = re.compile(r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?")
Cells = dict[str, str]


def recognises(head: bytes, mapping: Mapping) -> bool:
    """Whether the first line of a file holds headings that we know or the mapping names."""
    try:
        first = decoded(head.partition(b"\n")[0], mapping.encoding).lstrip("\ufeff").splitlines()[0]
    except (UnicodeDecodeError, IndexError):
        return False
    marks = mapping.delimiter or _SNIFFED
    return any(not REQUIRED - columns_of(split(first, mark), mapping.columns).keys() for mark in marks)


@format_named("csv", recognises=recognises, order=1)
def read(stream: BinaryIO, reading: Reading) -> Iterator[Item]:
    """The sales of a file: neighbouring rows with the same station, source and reference are the lines of one sale."""
    table = rows(stream, reading.mapping.encoding, reading.mapping.delimiter or _SNIFFED)
    first = next(table, None)
    if first is None:
        raise Broken(0, "the file is empty")
    if isinstance(first, Refusal):
        raise Broken(first.line, first.reason)
    columns = columns_of(first[1], reading.mapping.columns)
    missing = REQUIRED - columns.keys()
    if missing:
        raise Broken(1, f"no column for {', '.join(sorted(missing))}; name it under [columns] in a mapping file")
    yield from _sales(table, columns, reading)


def split(line: str, mark: str) -> list[str]:
    """The cells of one physical line."""
    return next(csv.reader([line], delimiter=mark), [])


def _sales(
    table: "Iterator[tuple[int, list[str]] | Refusal]", columns: dict[str, int], reading: Reading
) -> Iterator[Item]:
    group: list[Cells] = []
    name: tuple[str, ...] = ()
    began = 0
    for row in table:
        if isinstance(row, Refusal):
            yield row
            continue
        line, cells = row
        found = {column: cells[place].strip() for column, place in columns.items() if place < len(cells)}
        if not any(found.values()):
            continue
        its_name = tuple(found.get(part, "") for part in ("station", "source", "register", "source_ref"))
        if group and its_name != name:
            yield _sale(began, group, reading)
            group = []
        if not group:
            began, name = line, its_name
        if len(group) < MAX_LINES + 1:
            group.append(found)
    if group:
        yield _sale(began, group, reading)


def _sale(line: int, group: list[Cells], reading: Reading) -> Item:
    first = group[0]
    draft = Draft(line=line, reference=first.get("source_ref", ""))
    try:
        _head(draft, first, reading)
        for cells in group:
            if cells.get("product"):
                _line(draft, cells, reading)
        _payments(draft, group, reading)
    except Unfit as error:
        return draft.refused(f"{error.field}: {error.reason}", error.field)
    return finished(draft, reading)


def _head(draft: Draft, cells: Cells, reading: Reading) -> None:
    mapping = reading.mapping
    draft.station = reading.station(cells.get("station", ""))
    if not draft.station:
        raise Unfit("station", "missing; give a column for it, or name the station in the mapping")
    if not draft.reference:
        raise Unfit("source_ref", "missing: every sale needs the number of its receipt")
    register = cells.get("register", "")
    draft.source = cells.get("source") or mapping.source or (f"csv:{register}" if register else "csv")
    _time(draft, cells, reading)
    _people(draft, cells, reading)


def _time(draft: Draft, cells: Cells, reading: Reading) -> None:
    mapping = reading.mapping
    if cells.get("business_date"):
        draft.business_date = day(cells["business_date"], "business_date", mapping.formats)
    date, time = cells.get("date", ""), cells.get("time", "")
    told = cells.get("occurred_at", "")
    if date and _TIME.fullmatch(told):  # one heading in Chinese stands for the time of day and for both
        time, told = told, ""
    told = told or (f"{date} {time}" if date and time else "")
    if told:
        draft.occurred_at = moment(told, "occurred_at", zone_of(draft.station, reading), mapping.formats)
    elif date:
        draft.business_date = draft.business_date or day(date, "date", mapping.formats)
    elif draft.business_date is None:
        raise Unfit("occurred_at", "missing: the sale has no date")


def _people(draft: Draft, cells: Cells, reading: Reading) -> None:
    """Who bought, who sold, and at which pump."""
    draft.staff = cells.get("staff", "")[:32]
    pump = cells.get("pump", "").strip("#号枪机 ")
    if pump:
        if not pump.isdecimal() or int(pump) > 999:
            raise Unfit("pump", f"'{pump[:20]}' is not a pump's number")
        draft.pump = int(pump)
    for kind in CLAIMS:
        if draft.claim is None and cells.get(kind):
            draft.claim = claim_of(kind, cells[kind])
    if draft.claim is None and cells.get("customer"):
        draft.claim = claim_of(reading.mapping.customer, cells["customer"])


def _line(draft: Draft, cells: Cells, reading: Reading) -> None:
    comma = reading.mapping.decimal_comma
    amount = number(cells.get("amount", ""), "amount", decimal_comma=comma)
    told = cells.get("quantity", "")
    quantity = number(told, "quantity", decimal_comma=comma) if told else Decimal(1).copy_sign(amount)
    price = number(cells["unit_price"], "unit_price", decimal_comma=comma) if cells.get("unit_price") else None
    discount = number(cells["discount"], "discount", decimal_comma=comma) if cells.get("discount") else Decimal(0)
    product = reading.product(cells["product"])
    line = DraftLine(product, quantity, amount, price, abs(discount).copy_sign(amount) if discount else discount)
    name = cells.get("product_name", "")
    unit = cells.get("unit", "")
    if guess.is_fuel(product, name, unit, at_pump=draft.pump is not None):
        fuel_line(draft, line, unit, reading, name)
    else:
        goods_line(draft, line, reading, name)


def _payments(draft: Draft, group: list[Cells], reading: Reading) -> None:
    """Payments, from rows of their own, a column repeated on every row, or by the kind alone."""
    comma = reading.mapping.decimal_comma
    told = [(reading.tender(cells["tender"]), cells) for cells in group if cells.get("tender")]
    amounts = [
        (kind, number(cells["tender_amount"], "tender_amount", decimal_comma=comma))
        for kind, cells in told
        if cells.get("tender_amount")
    ]
    total = sum((line.amount for line in draft.lines), Decimal(0))
    if amounts:
        is_repeated = len(amounts) > 1 and len(set(amounts)) == 1 and amounts[0][1] == total
        draft.tenders = amounts[:1] if is_repeated else amounts
    elif len({kind for kind, _ in told}) == 1:
        draft.tenders = [(told[0][0], total)]
    else:
        for kind, cells in told:
            if cells.get("product"):
                draft.tenders.append((kind, number(cells.get("amount", ""), "amount", decimal_comma=comma)))
    if re.fullmatch(r"[\d.,¥￥ -]+", group[0].get("total", "")):
        draft.total = number(group[0]["total"], "total", decimal_comma=comma)
