"""NAXML POS journals (Conexxus): one file a day or one file an event, with or without a namespace."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO, Final

from forecourt.connectors.pos.drafts import (
    Draft,
    DraftLine,
    check_currency,
    claim_of,
    finished,
    fuel_line,
    goods_line,
    zone_of,
)
from forecourt.connectors.pos.elements import Fields, fields_of, is_yes, number_in, position_of, text_of
from forecourt.connectors.pos.figures import Unfit, day, moment
from forecourt.connectors.pos.formats import format_named
from forecourt.connectors.pos.values import Item, Mapping, Reading, Refusal, Skipped
from forecourt.connectors.pos.xmlstream import local, records
from forecourt.customers.values import CustomerClaim

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT: Final = "NAXML-POSJournal"
_SALES: Final = frozenset({"SaleEvent", "RefundEvent"})
_OTHERS: Final = {"VoidEvent": "void", "OtherEvent": "other_event", "FinancialEvent": "financial_event"}
_WANTED: Final = _SALES | _OTHERS.keys() | {"TransmissionHeader", "JournalHeader"}
_OUT: Final = frozenset({"cancel", "cancelled", "canceled", "void", "voided"})
_NO_SALE_LINES: Final = frozenset({"WashCodeLine", "TransactionTax", "TenderInfo", "FuelPrepayLine"})
_FLAGS: Final = (("TrainingModeFlag", "training"), ("SuspendFlag", "suspended"))
_LOYALTY: Final = frozenset({"LoyaltyID", "LoyaltyCardNumber", "LoyaltyAccountID", "LoyaltyAccountNumber"})
ZERO: Final = Decimal(0)


@dataclass(slots=True)
class _Header:
    """What a journal says once for all its events: the store, and the day it was opened."""

    store: str = ""
    opened: str = ""


def recognises(head: bytes, _mapping: Mapping) -> bool:
    """Whether a file begins like a NAXML journal, in an encoding of one or two bytes a character."""
    return re.search(rb"<([\w.-]+:)?NAXML-POSJournal[\s>/]", head.replace(b"\0", b"")) is not None


@format_named("naxml", recognises=recognises)
def read(stream: BinaryIO, reading: Reading) -> Iterator[Item]:
    """The sales and refunds of a journal; voids, training, suspended and financial events are skipped."""
    header = _Header()
    for record in records(stream, ROOT, _WANTED):
        if record.element is None:
            yield Refusal(line=record.line, reference="", reason="the event is larger than 2 MiB", field=record.name)
        elif record.name == "TransmissionHeader":
            header.store = text_of(fields_of(record.element), "StoreLocationID")
        elif record.name == "JournalHeader":
            header.opened = text_of(fields_of(record.element), "BeginDate")
        elif record.name in _OTHERS:
            yield Skipped(line=record.line, reason=_OTHERS[record.name])
        else:
            yield _event(record.element, record.line, record.name == "RefundEvent", header, reading)


def _event(event: "_Element", line: int, refund: bool, header: "_Header", reading: Reading) -> Item:
    fields = fields_of(event)
    for name, reason in _FLAGS:
        if is_yes(fields, name):
            return Skipped(line=line, reason=reason)
    draft = Draft(line=line, refund=refund)
    try:
        _head(draft, fields, header, reading)
        _lines(draft, fields, reading)
        _totals(draft, fields, reading)
    except Unfit as error:
        return draft.refused(f"{error.field}: {error.reason}", error.field)
    return finished(draft, reading)


def _head(draft: Draft, fields: Fields, header: "_Header", reading: Reading) -> None:
    sequence, transaction = text_of(fields, "EventSequenceID"), text_of(fields, "TransactionID")
    business = text_of(fields, "BusinessDate") or header.opened
    draft.reference = "-".join(part for part in (business, sequence, transaction) if part)
    register = text_of(fields, "RegisterID") or text_of(fields, "TillID") or text_of(fields, "OutsideSalesFlag") or "0"
    draft.source = f"naxml:{register}"
    if not sequence and not transaction:
        raise Unfit("TransactionID", "missing, and EventSequenceID too: the sale has no name")
    draft.station = reading.station(header.store or text_of(fields, "StoreLocationID"))
    if not draft.station:
        raise Unfit("StoreLocationID", "missing; name the station in the mapping")
    if business:
        draft.business_date = day(business, "BusinessDate")
    zone = zone_of(draft.station, reading)
    for begin in ("EventStart", "Receipt", "EventEnd"):
        date_text, time_text = text_of(fields, f"{begin}Date"), text_of(fields, f"{begin}Time")
        if date_text and time_text:
            draft.occurred_at = moment(f"{date_text[:10]}T{time_text}", f"{begin}Date", zone)
            break
    else:
        if draft.business_date is None:
            raise Unfit("BusinessDate", "missing, and EventStartDate and EventStartTime too: the sale has no date")
    draft.staff = text_of(fields, "CashierID")[:32]
    draft.claim = _customer(fields, reading)


def _customer(fields: Fields, reading: Reading) -> CustomerClaim | None:
    """The loyalty account of the event: never an account that only paid."""
    places = [fields[name] for name in ("LoyaltyInfo", "CustomerInfo", "CustomerID", "AccountInfo") if name in fields]
    for line in fields.get("TransactionDetailGroup", ()):
        places.extend(part for part in line if local(part.tag) in ("LoyaltyInfo", "LoyaltyLine", "CustomerID"))
    for place in places:
        for element in place.iter():
            name = local(element.tag)
            if name in _LOYALTY or (name in ("AccountID", "PersonalID") and (element.text or "").strip()):
                claim = claim_of(reading.mapping.customer, element.text or "")
                if claim is not None:
                    return claim
        if not len(place):
            claim = claim_of(reading.mapping.customer, place.text or "")
            if claim is not None:
                return claim
    return None


def _lines(draft: Draft, fields: Fields, reading: Reading) -> None:
    details = fields.get("TransactionDetailGroup")
    for entry in details if details is not None else ():
        if local(entry.tag) != "TransactionLine":
            continue
        if (entry.get("status") or "normal").lower() in _OUT:
            draft.warnings.append("cancelled_line")
            continue
        for part in entry:
            _part(draft, local(part.tag), part, reading)


def _part(draft: Draft, name: str, part: "_Element", reading: Reading) -> None:
    fields = fields_of(part)
    match name:
        case "TenderInfo":
            _tender(draft, fields, reading)
        case "TransactionTax":
            draft.tax += _amount(fields, "TaxCollectedAmount", reading)
        case "FuelPrepayLine":
            draft.prepaid += _amount(fields, "SalesAmount", reading)
        case _ if name not in _NO_SALE_LINES and "SalesAmount" in fields:
            _sale_line(draft, name, part, fields, reading)


def _sale_line(draft: Draft, name: str, part: "_Element", fields: Fields, reading: Reading) -> None:
    amount = _amount(fields, "SalesAmount", reading)
    quantity = (
        number_in(fields, "SalesQuantity", reading) if "SalesQuantity" in fields else Decimal(1).copy_sign(amount)
    )
    price = _amount(fields, "ActualSalesPrice", reading) if "ActualSalesPrice" in fields else None
    promotion = sum((_promotion(found, reading) for found in part if local(found.tag) == "Promotion"), ZERO)
    promotion = promotion.copy_sign(amount) if promotion and amount else promotion
    code, modifier = _code(name, fields)
    if not code:
        raise Unfit(name, "the line names no product: neither FuelGradeID, POSCode nor MerchandiseCode")
    line = DraftLine(reading.product(code, modifier), quantity, amount, price, promotion)
    described = text_of(fields, "Description")
    if name == "FuelLine":
        if draft.pump is None:
            draft.pump = position_of(text_of(fields, "FuelPositionID"))
        unit = (fields["SalesQuantity"].get("uom") or "") if "SalesQuantity" in fields else ""
        fuel_line(draft, line, unit, reading, described)
    else:
        goods_line(draft, line, reading, described)


def _code(name: str, fields: Fields) -> tuple[str, str]:
    """What the till calls a line's product, with the modifier of a price look-up."""
    if name == "FuelLine":
        return text_of(fields, "FuelGradeID"), ""
    if "ItemCode" in fields:
        item = fields_of(fields["ItemCode"])
        code = text_of(item, "POSCode") or text_of(item, "InventoryItemID")
        if code:
            return code, text_of(item, "POSCodeModifier")
    department = text_of(fields, "MerchandiseCode")
    return (f"dept:{department}" if department else name if name != "ItemLine" else ""), ""


def _promotion(promotion: "_Element", reading: Reading) -> Decimal:
    return abs(_amount(fields_of(promotion), "PromotionAmount", reading))


def _tender(draft: Draft, fields: Fields, reading: Reading) -> None:
    tender = fields_of(fields.get("Tender"))
    code, sub = text_of(tender, "TenderCode"), text_of(tender, "TenderSubCode")
    known = reading.mapping.tenders
    told = f"{code}/{sub}" if sub and f"{code}/{sub}" in known else code
    amount = _amount(fields, "TenderAmount", reading)
    if is_yes(fields, "ChangeFlag") and not draft.refund:
        amount = -abs(amount)
    draft.tenders.append((reading.tender(told) or "unknown", amount))


def _totals(draft: Draft, fields: Fields, reading: Reading) -> None:
    summary = fields_of(fields.get("TransactionSummary"))
    if text_of(summary, "TransactionTotalGrandAmount"):
        draft.total = _amount(summary, "TransactionTotalGrandAmount", reading)


def _amount(fields: Fields, name: str, reading: Reading) -> Decimal:
    """An amount of money; nothing written is zero, another currency is refused."""
    element = fields.get(name)
    if element is None or not (element.text or "").strip():
        return ZERO
    check_currency(element.get("currency") or reading.mapping.currency, reading, name)
    return number_in(fields, name, reading)
