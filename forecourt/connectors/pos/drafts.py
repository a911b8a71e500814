"""A sale while it is being read, and how it becomes a `NewSale`: signs, change, tax, promotions, totals, bounds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec

from forecourt.catalogue.values import Kind, NewProduct, Unit
from forecourt.connectors.pos.figures import Unfit, at_noon, converted, unit_of
from forecourt.connectors.pos.guess import family_of
from forecourt.connectors.pos.values import Found, Item, Reading, Refusal, Skipped
from forecourt.customers.values import CustomerClaim
from forecourt.kernel.money import QUANTITY_DIGITS, rounded
from forecourt.sales.values import NewSale

ZERO: Final = Decimal(0)
_CENT: Final = Decimal("0.01")
_NEAR: Final = Decimal("0.02")
_CURRENCIES: Final = {"RMB": "CNY", "CNH": "CNY"}


@dataclass(slots=True)
class DraftLine:
    """A line as the till wrote it. `promotion` is what its promotions took off, above zero on a sale."""

    product: str
    quantity: Decimal
    amount: Decimal
    unit_price: Decimal | None = None
    promotion: Decimal = ZERO


@dataclass(slots=True)
class Draft:
    """A sale as the till wrote it. `prepaid` is money paid ahead for fuel, or used up when below zero; `tax` is what
    was added on top, `total` what the till says it came to, None where it says nothing."""

    line: int
    station: str = ""
    source: str = ""
    reference: str = ""
    occurred_at: datetime | None = None
    business_date: date | None = None
    lines: list[DraftLine] = field(default_factory=list)
    tenders: list[tuple[str, Decimal]] = field(default_factory=list)
    claim: CustomerClaim | None = None
    pump: int | None = None
    staff: str = ""
    total: Decimal | None = None
    tax: Decimal = ZERO
    prepaid: Decimal = ZERO
    refund: bool = False
    warnings: list[str] = field(default_factory=list)

    def refused(self, reason: str, at: str = "") -> Refusal:
        return Refusal(line=self.line, reference=self.reference, reason=reason, field=at)


def finished(draft: Draft, reading: Reading) -> Item:
    """The sale, or why there is none. The till's own total is compared with the lines; a difference is a warning."""
    if not draft.lines:
        return Skipped(line=draft.line, reason="prepayment" if draft.prepaid else "no_lines")
    if draft.refund:
        _make_negative(draft)
    tax = _settle(draft)
    tenders = _tenders(draft, tax)
    for line in draft.lines:
        _trim(line)
    occurred_at = draft.occurred_at
    if occurred_at is None and draft.business_date is not None:
        occurred_at = at_noon(draft.business_date, zone_of(draft.station, reading))
        draft.warnings.append("time_missing")
    body = {
        "station": draft.station,
        "source": draft.source,
        "source_ref": draft.reference,
        "occurred_at": occurred_at,
        "business_date": draft.business_date,
        "customer": draft.claim,
        "pump": draft.pump,
        "staff": draft.staff or None,
        "lines": [
            {
                "product": line.product,
                "quantity": line.quantity,
                "amount": line.amount,
                "unit_price": line.unit_price,
                "discount": line.promotion,
            }
            for line in draft.lines
        ],
        "tenders": [{"kind": kind, "amount": amount} for kind, amount in tenders],
    }
    try:
        sale = msgspec.convert(body, NewSale)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        if not path:
            path = ""
        return draft.refused(f"{path.rstrip('`') or 'sale'}: {reason}", path.rstrip("`"))
    return Found(line=draft.line, sale=sale, warnings=tuple(draft.warnings))


def zone_of(station: str, reading: Reading) -> str:
    """The zone that times without one are in: the mapping's, the station's, the company's."""
    return reading.mapping.zone or reading.zone_of(station) or reading.company.zone


def check_currency(told: str, reading: Reading, at: str) -> None:
    """Unfit when an amount bears another currency than the company's: nothing is ever converted."""
    currency = told.strip().upper()
    currency = _CURRENCIES.get(currency, currency)
    if currency and currency != reading.company.currency:
        raise Unfit(at, f"the amount is in {currency[:8]}, the company's currency is {reading.company.currency}")


def fuel_line(draft: Draft, line: DraftLine, unit: str, reading: Reading, name: str = "") -> None:
    """Add a line of fuel, its quantity and unit price brought to the company's unit of volume from `unit`.

    Without a unit the mapping's is meant, and without that the company's own.
    """
    wanted = reading.company.volume_unit.value
    told = unit_of(unit) if unit else ""
    if not told and reading.mapping.volume_unit is not None:
        told = reading.mapping.volume_unit.value
    if told and told != wanted:
        line.quantity = rounded(converted(line.quantity, told, wanted), QUANTITY_DIGITS)
        if line.unit_price is not None:
            line.unit_price = rounded(converted(line.unit_price, wanted, told), 4)
    draft.lines.append(line)
    if reading.goods is not None:
        family = family_of(line.product, name)
        reading.sighted(NewProduct(code=line.product, name=name or line.product, kind=Kind.FUEL, family=family))


def goods_line(draft: Draft, line: DraftLine, reading: Reading, name: str = "", category: str = "") -> None:
    """Add a line of goods or services."""
    draft.lines.append(line)
    if reading.goods is not None:
        reading.sighted(
            NewProduct(
                code=line.product,
                name=(name or line.product)[:160],
                kind=Kind.GOODS,
                unit=Unit.PIECE,
                category=category,
            )
        )


def claim_of(kind: str, value: str) -> CustomerClaim | None:
    """By what the customer is to be recognised; None for nothing and for what was masked on the way."""
    plain = value.strip()
    if not plain or any(mark in plain for mark in "*•●") or plain.upper().count("X") >= 4 or not plain.strip("0"):
        return None
    return CustomerClaim(**{kind: plain[:64]})


def _make_negative(draft: Draft) -> None:
    """Some tills write refunds above zero; here they are below it throughout."""
    if sum((line.amount for line in draft.lines), ZERO) > 0:
        for line in draft.lines:
            line.quantity, line.amount, line.promotion = -line.quantity, -line.amount, -line.promotion
        draft.tax, draft.prepaid = -draft.tax, -draft.prepaid
    if sum((amount for _, amount in draft.tenders), ZERO) > 0:
        draft.tenders = [(kind, -amount) for kind, amount in draft.tenders]
    if draft.total is not None:
        draft.total = -abs(draft.total)


def _settle(draft: Draft) -> Decimal:
    """Find out what the till's total is made of; returns the tax that lies on top of the lines.

    Tills differ in whether a line's amount is before or after its promotion and whether tax is in it, so the reading
    that gives the total is taken. When none does, lines stand as they are.
    """
    amounts = sum((line.amount for line in draft.lines), ZERO)
    promotions = sum((line.promotion for line in draft.lines), ZERO)
    paid = sum((amount for _, amount in draft.tenders), ZERO) if draft.tenders else None
    targets = [target for target in (draft.total, paid) if target is not None]
    for target in targets:
        for before in (False, True) if promotions else (False,):
            for tax in (ZERO, draft.tax) if draft.tax else (ZERO,):
                total = amounts - (promotions if before else ZERO) + tax + draft.prepaid
                if abs(total - target) < _CENT:
                    if before:
                        _take_off_promotions(draft.lines)
                    if target != draft.total and draft.total is not None:
                        draft.warnings.append("total_mismatch")
                    return tax
    if targets:
        draft.warnings.append("total_mismatch")
    return ZERO


def _trim(line: DraftLine) -> None:
    """Bring a line to the digits that are kept, and its unit price to what it was before the promotion."""
    line.quantity = rounded(line.quantity, QUANTITY_DIGITS)
    if line.amount:
        line.quantity = abs(line.quantity).copy_sign(line.amount)
    price = line.unit_price
    if price is None:
        return
    if line.promotion and line.quantity and abs(line.quantity * price - line.amount) <= _NEAR:
        price = (line.amount + line.promotion) / line.quantity
    line.unit_price = rounded(price, 4)


def _take_off_promotions(lines: Iterable[DraftLine]) -> None:
    for line in lines:
        line.amount -= line.promotion


def _tenders(draft: Draft, tax: Decimal) -> list[tuple[str, Decimal]]:
    """Payments by kind, change taken out of its own kind, less what was paid for tax and for fuel yet to come."""
    sums: dict[str, Decimal] = {}
    for kind, amount in draft.tenders:
        sums[kind] = sums.get(kind, ZERO) + amount
    if sums:
        for kind, amount in (("tax", tax), ("prepay", draft.prepaid)):
            if amount:
                sums[kind] = sums.get(kind, ZERO) - amount
    return [(kind, amount) for kind, amount in sums.items() if amount]
