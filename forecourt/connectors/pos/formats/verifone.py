"""Verifone's transaction log: `transSet` with its `trans`, plain or gzip."""

import re
from collections import OrderedDict
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO, Final

from forecourt.connectors.pos.drafts import Draft, DraftLine, claim_of, finished, fuel_line, goods_line, zone_of
from forecourt.connectors.pos.elements import Fields, fields_of, named, number_in, position_of, says_yes, text_of
from forecourt.connectors.pos.figures import Unfit, moment, number
from forecourt.connectors.pos.formats import format_named
from forecourt.connectors.pos.values import Item, Mapping, Reading, Refusal, Skipped
from forecourt.connectors.pos.xmlstream import local, records

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT: Final = "transSet"
_HELD: Final = 256
_SALE_TYPES: Final = frozenset({"sale", "refund"})
_NO_SALE_TYPES: Final = frozenset({"void", "suspend", "suspended"})
_PROMOTIONS: Final = frozenset({"trlPromoAmount"})
_LOYALTY: Final = frozenset({"trloAccount", "trloCardNumber", "trloID", "loyaltyID"})
ZERO: Final = Decimal(0)


def recognises(head: bytes, _mapping: Mapping) -> bool:
    """Whether a file begins like a transaction set."""
    return re.search(rb"<([\w.-]+:)?transSet[\s>/]", head.replace(b"\0", b"")) is not None


@format_named("verifone", recognises=recognises)
def read(stream: BinaryIO, reading: Reading) -> Iterator[Item]:
    """The sales and refunds of a log.

    A rollback names a transaction that came before it: the last few hundred are held back until it is clear that
    none follows. Suspended transactions, prepayments, and those without value or payment are skipped.
    """
    held: OrderedDict[str, Item] = OrderedDict()
    for position, record in enumerate(records(stream, ROOT, frozenset({"trans"}))):
        if record.element is None:
            yield Refusal(line=record.line, reference="", reason="the transaction is larger than 2 MiB", field="trans")
            continue
        site = _site(record.element)
        ticket, item, is_rollback = _transaction(record.element, record.line, site, reading)
        if is_rollback and ticket in held:
            yield Skipped(line=held.pop(ticket).line, reason="rollback")
        held[ticket if ticket and ticket not in held else f"#{position}"] = item
        if len(held) > _HELD:
            yield held.popitem(last=False)[1]
    yield from held.values()


def _site(transaction: "_Element") -> str:
    parent = transaction.getparent()
    return (parent.get("site") or "") if parent is not None else ""


def _transaction(element: "_Element", line: int, site: str, reading: Reading) -> tuple[str, Item, bool]:
    """A transaction's ticket, what it comes to, and whether it rolls another back."""
    fields = fields_of(element)
    head = fields_of(fields["trHeader"]) if "trHeader" in fields else fields
    number_of = fields_of(head.get("trTickNum"))
    register = text_of(number_of, "posNum") or text_of(head, "posNum") or "0"
    ticket = text_of(number_of, "trSeq") or text_of(head, "trTickNum") or text_of(head, "trSeq")
    name = f"{register}/{ticket}" if ticket else ""
    if says_yes(element.get("rollback")):
        return name, Skipped(line=line, reason="rollback"), True
    reason = _why_no_sale(element, fields)
    if reason:
        return name, Skipped(line=line, reason=reason), False
    draft = Draft(line=line, refund="refund" in (element.get("type") or ""), source=f"verifone:{register}")
    try:
        _head(draft, head, ticket, site, reading)
        _lines(draft, fields, reading)
        _payments(draft, fields, reading)
        _total(draft, fields, reading)
    except Unfit as error:
        return name, draft.refused(f"{error.field}: {error.reason}", error.field), False
    if not draft.tenders and not draft.total and not any(entry.amount for entry in draft.lines):
        return name, Skipped(line=line, reason="zero_total"), False
    return name, finished(draft, reading), False


def _why_no_sale(element: "_Element", fields: Fields) -> str:
    kind = (element.get("type") or "sale").lower()
    if says_yes(element.get("suspended")):
        return "suspended"
    words = set(kind.split())
    if not _SALE_TYPES & words or _NO_SALE_TYPES & words:
        return f"type {kind[:24]}"
    lines = fields.get("trLines")
    for line in lines if lines is not None else ():
        if "prefuel" in (line.get("type") or "").lower():
            return "prepayment"
    return ""


def _head(draft: Draft, head: Fields, ticket: str, site: str, reading: Reading) -> None:
    told = text_of(head, "date")
    unique = text_of(head, "uniqueID") or text_of(head, "trUniqueSN")
    draft.reference = unique or (f"{told[:10]}-{ticket}" if ticket else "")
    if not draft.reference:
        raise Unfit("uniqueID", "missing, and trSeq too: the sale has no name")
    draft.station = reading.station(text_of(head, "storeNumber") or site)
    if not draft.station:
        raise Unfit("storeNumber", "missing; name the station in the mapping")
    draft.occurred_at = moment(told, "date", zone_of(draft.station, reading), reading.mapping.formats)
    cashier = head.get("cashier")
    if cashier is not None:
        draft.staff = (cashier.get("empNum") or cashier.get("sysid") or (cashier.text or "").strip())[:32]


def _lines(draft: Draft, fields: Fields, reading: Reading) -> None:
    lines = fields.get("trLines")
    for entry in lines if lines is not None else ():
        kind = (entry.get("type") or "").lower()
        if local(entry.tag) != "trLine" or "cancel" in kind:
            continue
        parts = fields_of(entry)
        if "trlLineTot" in parts:
            _line(draft, parts, reading)
    for element in named(fields.get("trLoyalty"), _LOYALTY):
        draft.claim = draft.claim or claim_of(reading.mapping.customer, element.text or "")


def _line(draft: Draft, parts: Fields, reading: Reading) -> None:
    amount = number_in(parts, "trlLineTot", reading)
    if text_of(parts, "trlSign").startswith("-"):
        amount = -abs(amount)
    price = number_in(parts, "trlUnitPrice", reading) if text_of(parts, "trlUnitPrice") else None
    promotion = sum((_promotion(found, reading) for found in named(parts.get("trlMixMatches"), _PROMOTIONS)), ZERO)
    promotion = promotion.copy_sign(amount) if promotion else promotion
    described = text_of(parts, "trlDesc")
    if "trlFuel" in parts:
        fuel = fields_of(parts["trlFuel"])
        if draft.pump is None:
            draft.pump = position_of(text_of(fuel, "fuelPosition"))
        volume = abs(number_in(fuel, "fuelVolume", reading)).copy_sign(amount)
        code = _known(_grade_names(fuel.get("fuelProd")), "fuelProd", reading)
        fuel_line(draft, DraftLine(reading.product(code), volume, amount, price, promotion), "", reading, described)
        return
    told = text_of(parts, "trlQty")
    quantity = (abs(number_in(parts, "trlQty", reading)) if told else Decimal(1)).copy_sign(amount)
    department = parts.get("trlDept")
    named_by = (department.get("number") or (department.text or "").strip()) if department is not None else ""
    code = _known([text_of(parts, "trlUPC"), f"dept:{named_by}" if named_by else ""], "trlUPC", reading)
    product = reading.product(code, text_of(parts, "trlModifier"))
    goods_line(draft, DraftLine(product, quantity, amount, price, promotion), reading, described)


def _promotion(element: "_Element", reading: Reading) -> Decimal:
    return abs(number(element.text or "", "trlPromoAmount", decimal_comma=reading.mapping.decimal_comma))


def _grade_names(grade: "_Element | None") -> list[str]:
    """All that a log calls a grade: its text, its NAXML id, its number."""
    if grade is None:
        return []
    return [(grade.text or "").strip(), grade.get("NAXMLFuelGradeID") or "", grade.get("sysid") or ""]


def _known(candidates: list[str], field: str, reading: Reading) -> str:
    """The name that the mapping knows, else the first there is."""
    names = [name for name in candidates if name]
    if not names:
        raise Unfit(field, "the line names no product: neither fuelProd, trlUPC nor trlDept")
    return next((name for name in names if name in reading.mapping.products), names[0])


def _payments(draft: Draft, fields: Fields, reading: Reading) -> None:
    lines = fields.get("trPaylines")
    for entry in lines if lines is not None else ():
        parts = fields_of(entry)
        if local(entry.tag) != "trPayline" or "trpAmt" not in parts:
            continue
        amount, code = number_in(parts, "trpAmt", reading), parts.get("trpPaycode")
        told = ((code.text or "").strip() or code.get("mop") or "") if code is not None else ""
        if told.lower() == "change":
            told, amount = "cash", -abs(amount)
        elif (
            code is not None
            and told not in reading.mapping.tenders
            and code.get("nacstendercode") not in (None, "generic")
        ):
            told = code.get("nacstendercode") or told
        draft.tenders.append((reading.tender(told) or "unknown", amount))


def _total(draft: Draft, fields: Fields, reading: Reading) -> None:
    value = fields_of(fields.get("trValue"))
    if text_of(value, "trTotTax"):
        draft.tax = number_in(value, "trTotTax", reading)
    told = text_of(value, "trTotWTax") or text_of(value, "trCurrTot") or text_of(fields, "trValue")
    if told:
        draft.total = number(told, "trTotWTax", decimal_comma=reading.mapping.decimal_comma)
