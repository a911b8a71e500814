"""What a sale must look like: figures in canonical form, its trading day, and what in it needs repair."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec.structs import replace

from forecourt.catalogue.values import ProductFacts
from forecourt.kernel.clock import trading_day
from forecourt.kernel.money import QUANTA, QUANTITY_DIGITS, ZERO, rounded
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.organisation.values import StationFacts
from forecourt.sales.values import Flag, NewLine, NewSale, NewTender

LARGEST_AMOUNT: Final = Decimal(100_000_000)
LARGEST_QUANTITY: Final = Decimal(10_000_000)
PRICE_DIGITS: Final = 4
EARLIEST: Final = datetime(2000, 1, 2, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE: Final = timedelta(minutes=10)
"""How far a till's clock may run ahead before its sale is flagged."""
DAY_TOLERANCE: Final = timedelta(days=2)
"""How far a business date may lie from the station's own day."""


def checked(sale: NewSale, digits: int) -> NewSale:
    """The sale with its figures in canonical form: money to the currency's digits, quantities to three.

    Invalid, naming the field, when a figure is not a number, is out of bounds or has more digits than that; when the
    customer is named in two ways; or when the time lies outside this century.
    """
    if not EARLIEST <= sale.occurred_at < LATEST:
        raise Invalid.field(
            "occurred_at",
            _("%(time)s lies outside 2000 to 2099; send the time of the sale") % {"time": sale.occurred_at.isoformat()},
        )
    for name in ("station", "source", "source_ref", "staff"):
        _check_text(getattr(sale, name), name)
    for number, code in enumerate(sale.coupons):
        _check_text(code, f"coupons.{number}")
    claim = sale.customer
    if claim is not None:
        given = [getattr(claim, name) for name in claim.__struct_fields__ if getattr(claim, name) is not None]
        if len(given) != 1:
            raise Invalid.field(
                "customer",
                _("names %(count)s identities; give exactly one of phone, plate, card, email, wechat, app, id")
                % {"count": len(given)},
            )
        if isinstance(given[0], str):
            _check_text(given[0], "customer")
    lines = [_checked_line(line, number, digits) for number, line in enumerate(sale.lines)]
    if len(lines) > 1:
        _check_sum(lines)
    tenders = [_checked_tender(tender, number, digits) for number, tender in enumerate(sale.tenders)]
    if all(map(_same, lines, sale.lines)) and all(map(_same, tenders, sale.tenders)):
        return sale
    return replace(sale, lines=tuple(lines), tenders=tuple(tenders))


def _same(one: object, other: object) -> bool:
    return one is other


def _check_text(text: str | None, path: str) -> None:
    if text and "\0" in text:
        raise Invalid.field(path, _("holds a NUL character; leave it out"))


def _is_canonical(line: NewLine, quantum: Decimal) -> bool:
    """Whether an ordinary line, without prices to check, has its figures as they should be; most lines do."""
    quantity, amount, discount = line.quantity, line.amount, line.discount
    return (
        line.unit_price is None
        and quantity.same_quantum(_THOUSANDTH)
        and amount.same_quantum(quantum)
        and (
            0 < discount < LARGEST_AMOUNT and discount.same_quantum(quantum)
            if discount
            else discount.same_quantum(ZERO)
        )
        and 0 < quantity < LARGEST_QUANTITY
        and 0 < amount < LARGEST_AMOUNT
        and "\0" not in line.product
    )


def _checked_line(line: NewLine, number: int, digits: int) -> NewLine:
    if _is_canonical(line, QUANTA[digits]):
        return line
    if "\0" in line.product:
        raise Invalid.field(f"lines.{number}.product", _("holds a NUL character; leave it out"))
    quantity = figure(line.quantity, QUANTITY_DIGITS, LARGEST_QUANTITY, number, "quantity")
    amount = figure(line.amount, digits, LARGEST_AMOUNT, number, "amount")
    discount = line.discount
    if discount:
        discount = figure(discount, digits, LARGEST_AMOUNT, number, "discount")
    elif not discount.same_quantum(ZERO):
        discount = ZERO
    unit_price = line.unit_price
    if unit_price is not None:
        unit_price = figure(unit_price, PRICE_DIGITS, LARGEST_AMOUNT, number, "unit_price")
    if (quantity < 0 < amount) or (amount < 0 < quantity):
        raise Invalid.field(
            f"lines.{number}.amount",
            _("%(amount)s has the other sign than the quantity %(quantity)s; make both negative to return")
            % {"amount": amount, "quantity": quantity},
        )
    if (
        quantity is line.quantity
        and amount is line.amount
        and discount is line.discount
        and unit_price is line.unit_price
    ):
        return line
    return NewLine(product=line.product, quantity=quantity, amount=amount, unit_price=unit_price, discount=discount)


def _check_sum(lines: Sequence[NewLine]) -> None:
    """Lines that are each in bounds must be so together."""
    total = sum((abs(line.amount) + abs(line.discount) for line in lines), ZERO)
    if total >= LARGEST_AMOUNT:
        raise Invalid.field(
            "lines",
            _("come to %(total)s together, which is beyond %(largest)s; check the till")
            % {"total": _shown(total), "largest": LARGEST_AMOUNT},
        )


def _checked_tender(tender: NewTender, number: int, digits: int) -> NewTender:
    _check_text(tender.kind, f"tenders.{number}.kind")
    amount = figure(tender.amount, digits, LARGEST_AMOUNT, number, "amount", of="tenders")
    return tender if amount is tender.amount else replace(tender, amount=amount)


def figure(value: Decimal, digits: int, largest: Decimal, number: int, name: str, *, of: str = "lines") -> Decimal:
    """The value to so many digits: itself when it has them already."""
    if value.same_quantum(QUANTA[digits]) and -largest < value < largest and (value or not value.is_signed()):
        return value
    try:
        if -largest < value < largest:
            canonical = rounded(value, digits)
            if canonical == value:
                return value if value.same_quantum(canonical) and (value or not value.is_signed()) else canonical + ZERO
            raise Invalid.field(
                f"{of}.{number}.{name}",
                _("%(value)s has more than %(digits)s decimal places; round it at the till")
                % {"value": _shown(value), "digits": digits},
            )
    except InvalidOperation:
        raise Invalid.field(f"{of}.{number}.{name}", _("is not a number; send digits such as 153.00")) from None
    raise Invalid.field(
        f"{of}.{number}.{name}",
        _("%(value)s is beyond %(largest)s; check the till") % {"value": _shown(value), "largest": largest},
    )


def _shown(value: Decimal) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."


def business_date_of(sale: NewSale, station: StationFacts, now: datetime) -> tuple[date, bool]:
    """The trading day a sale belongs to, and whether the till's clock or calendar is off.

    The till's own business date counts unless it lies more than two days from the station's day at that time, or the
    sale is said to occur in the future; then the station's day counts, today's at the latest.
    """
    ahead = sale.occurred_at > now + CLOCK_TOLERANCE
    day = trading_day(min(sale.occurred_at, now), station.zone, station.day_rolls_at)
    stated = sale.business_date
    if stated is None:
        return day, ahead
    if ahead or abs(stated - day) > DAY_TOLERANCE:
        return day, True
    return stated, False


def flags_of(sale: NewSale, products: Sequence[ProductFacts | None]) -> list[Flag]:
    """What in the figures themselves needs repair; whether payments add up shows once the sale is rated."""
    flags = []
    if None in products:
        flags.append(Flag.UNKNOWN_PRODUCT)
    if any(_amount_is_off(line) for line in sale.lines):
        flags.append(Flag.AMOUNT_MISMATCH)
    return flags


def _amount_is_off(line: NewLine) -> bool:
    """Whether quantity x unit price misses amount + discount by more than pumps round: 2 cents and 5 thousandths of a unit."""
    if line.unit_price is None:
        return False
    return abs(line.quantity * line.unit_price - line.amount - line.discount) > _CENTS + abs(line.unit_price) * _PULSE


_THOUSANDTH: Final = QUANTA[QUANTITY_DIGITS]
_CENTS: Final = Decimal("0.02")
_PULSE: Final = Decimal("0.005")
