"""The engine's heart, pure: check a sale, rate it, work out a refund. Same for posting, quoting and simulating."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec.structs import replace

from forecourt.catalogue.values import Kind, ProductFacts
from forecourt.kernel.clock import trading_day
from forecourt.kernel.money import QUANTA, QUANTITY_DIGITS, ZERO, rounded
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.loyalty.rules import Earned, Rates, multiplier_of, points_earned, sole_tender
from forecourt.loyalty.values import Programme
from forecourt.organisation.values import StationFacts
from forecourt.sales.values import (
    Flag,
    KnownSale,
    NewLine,
    NewSale,
    NewTender,
    Outcome,
    RatedLine,
    Reason,
    RefundLine,
    Totals,
    Verdict,
)

LARGEST_AMOUNT: Final = Decimal(100_000_000)
LARGEST_QUANTITY: Final = Decimal(10_000_000)
PRICE_DIGITS: Final = 4
LARGEST_POINTS: Final = 1_000_000_000
"""A sale that would earn more earns nothing and is flagged: a figure must be wrong, and the ledger could not hold it."""
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
    quantity = _figure(line.quantity, QUANTITY_DIGITS, LARGEST_QUANTITY, number, "quantity")
    amount = _figure(line.amount, digits, LARGEST_AMOUNT, number, "amount")
    discount = line.discount
    if discount:
        discount = _figure(discount, digits, LARGEST_AMOUNT, number, "discount")
    elif not discount.same_quantum(ZERO):
        discount = ZERO
    unit_price = line.unit_price
    if unit_price is not None:
        unit_price = _figure(unit_price, PRICE_DIGITS, LARGEST_AMOUNT, number, "unit_price")
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
    amount = _figure(tender.amount, digits, LARGEST_AMOUNT, number, "amount", of="tenders")
    return tender if amount is tender.amount else replace(tender, amount=amount)


def _figure(value: Decimal, digits: int, largest: Decimal, number: int, name: str, *, of: str = "lines") -> Decimal:
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
    """What in the figures themselves needs repair."""
    flags = []
    if None in products:
        flags.append(Flag.UNKNOWN_PRODUCT)
    if any(_amount_is_off(line) for line in sale.lines):
        flags.append(Flag.AMOUNT_MISMATCH)
    if sale.tenders:
        due = sum((line.amount for line in sale.lines), ZERO)
        if sum((tender.amount for tender in sale.tenders), ZERO) != due:
            flags.append(Flag.TENDER_MISMATCH)
    return flags


def _amount_is_off(line: NewLine) -> bool:
    """Whether quantity x unit price misses amount + discount by more than pumps round: 2 cents and 5 thousandths of a unit."""
    if line.unit_price is None:
        return False
    return abs(line.quantity * line.unit_price - line.amount - line.discount) > _CENTS + abs(line.unit_price) * _PULSE


_THOUSANDTH: Final = QUANTA[QUANTITY_DIGITS]
_CENTS: Final = Decimal("0.02")
_PULSE: Final = Decimal("0.005")


def rate(known: KnownSale, tier: str, programme: Programme, rates: Rates, *, digits: int) -> Outcome:
    """Rate one sale: its totals, its points and why.

    `tier` is the member's as last reviewed, so that sales of one day rate the same in any order. A line of an unknown
    product earns nothing until it is mended. Amounts of lines come without the till's own discounts, which are kept
    for the record; totals say what was asked before (gross) and after (net).
    """
    sale = known.sale
    lines = []
    net = discount = fuel_quantity = fuel_amount = ZERO
    for number, line in enumerate(sale.lines, 1):
        product = known.products[number - 1]
        amount, off = line.amount, line.discount
        net += amount
        discount += off
        if product is not None and product.kind is Kind.FUEL:
            fuel_quantity += line.quantity
            fuel_amount += amount
        lines.append(RatedLine(number, product, line.product, line.quantity, line.unit_price, amount + off, off))
    totals = Totals(gross=rounded(net + discount, digits), discount=rounded(discount, digits), net=rounded(net, digits))
    earned: Earned | None = None
    if known.is_member and Flag.BLOCKED_CUSTOMER not in known.flags:
        earned = points_earned(
            lines,
            rates,
            station=known.station.code,
            tender=sole_tender(tender.kind for tender in sale.tenders),
            multiplier_percent=multiplier_of(programme, tier),
        )
    if earned is not None and abs(earned.points) > LARGEST_POINTS:
        earned = None
        if Flag.AMOUNT_MISMATCH not in known.flags:
            known = replace(known, flags=(*known.flags, Flag.AMOUNT_MISMATCH))
    return Outcome(
        known=known,
        lines=tuple(lines),
        totals=totals,
        fuel_quantity=fuel_quantity,
        fuel_amount=fuel_amount,
        points_earned=earned.points if earned else 0,
        tier=tier,
        rulebook=programme.version,
        flags=known.flags,
        explanation=explained(known, tier, programme, earned),
    )


def explained(known: KnownSale, tier: str, programme: Programme, earned: Earned | None) -> tuple[Reason, ...]:
    """Why the points are what they are, step by step."""
    reasons = [Reason(code=f"flag.{flag}", verdict=Verdict.NOT_MET) for flag in known.flags]
    if earned is None:
        if not known.is_member:
            reasons.append(Reason(code="points.no_member", verdict=Verdict.INFO))
        return tuple(reasons)
    if not programme.version:
        reasons.append(Reason(code="points.no_programme", verdict=Verdict.INFO))
        return tuple(reasons)
    for step in earned.steps:
        reasons.append(
            Reason(
                code=f"earn.{step.rate.per}",
                verdict=Verdict.APPLIED,
                rule=step.rate.code,
                points=_plain(step.points),
                values={"counted": _plain(step.counted), "rate": _plain(step.rate.points)},
            )
        )
    if earned.uncovered:
        lines = ",".join(map(str, earned.uncovered))
        reasons.append(Reason(code="earn.none", verdict=Verdict.NOT_MET, values={"lines": lines}))
    if tier:
        reasons.append(
            Reason(
                code="tier.multiplier",
                verdict=Verdict.APPLIED,
                rule=tier,
                points=str(earned.points),
                values={"percent": str(earned.multiplier_percent)},
            )
        )
    return tuple(reasons)


def _plain(value: Decimal) -> str:
    """A figure for people: no exponent, no zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Remaining:
    """What is left of a sale after its refunds so far, line by line, and what one more refund takes."""

    def __init__(self, lines: Sequence[RatedLine], refunded: Sequence[Sequence[RatedLine]]) -> None:
        self._sold = {line.number: line for line in lines}
        self._left = {line.number: [line.quantity, line.amount, line.discount] for line in lines}
        for refund in refunded:
            for line in refund:
                left = self._left[line.number]
                left[0] += line.quantity
                left[1] += line.amount
                left[2] += line.discount

    def refund(self, wanted: Sequence[RefundLine] | None, digits: int) -> list[RatedLine]:
        """The lines of a refund, negative: all that is left, or so much of the lines named.

        A part of a line takes its share of what is left of the money, so that the parts add up to the whole. Invalid
        when a line is not there, or less of it is left than asked for, or nothing is left at all.
        """
        if wanted is None:
            wanted = [RefundLine(line=number) for number, left in self._left.items() if any(left)]
            if not wanted:
                raise Invalid.field("lines", _("nothing is left of this sale; it has been refunded whole"))
        numbers = [line.line for line in wanted]
        if len(set(numbers)) != len(numbers):
            raise Invalid.field("lines", _("names a line twice; give each line once"))
        return [self._refund_line(line, position, digits) for position, line in enumerate(wanted)]

    def _refund_line(self, wanted: RefundLine, position: int, digits: int) -> RatedLine:
        sold = self._sold.get(wanted.line)
        if sold is None:
            raise Invalid.field(
                f"lines.{position}.line",
                _("%(line)s is not a line of this sale; it has 1 to %(count)s")
                % {"line": wanted.line, "count": len(self._sold)},
            )
        quantity, amount, discount = self._left[wanted.line]
        if not (quantity or amount or discount):
            raise Invalid.field(
                f"lines.{position}.line",
                _("nothing is left of line %(line)s; it has been refunded") % {"line": wanted.line},
            )
        asked = quantity
        if wanted.quantity is not None:
            asked = _figure(wanted.quantity, QUANTITY_DIGITS, LARGEST_QUANTITY, position, "quantity")
            if asked == 0 or abs(asked) > abs(quantity) or (asked < 0) != (quantity < 0):
                raise Invalid.field(
                    f"lines.{position}.quantity",
                    _("%(asked)s cannot be taken from the %(left)s that are left")
                    % {"asked": _plain(asked), "left": _plain(quantity)},
                )
        if asked != quantity:
            amount = rounded(amount * asked / quantity, digits)
            discount = rounded(discount * asked / quantity, digits)
        return RatedLine(
            number=sold.number,
            product=sold.product,
            code=sold.code,
            quantity=-asked,
            unit_price=sold.unit_price,
            amount=-amount,
            discount=-discount,
        )

    def after(self, refund: Sequence[RatedLine]) -> list[RatedLine]:
        """The lines that are left once this refund is taken too, as a basket to rate."""
        rest = {number: list(left) for number, left in self._left.items()}
        for line in refund:
            rest[line.number][0] += line.quantity
            rest[line.number][1] += line.amount
            rest[line.number][2] += line.discount
        return [
            replace(line, quantity=rest[number][0], amount=rest[number][1], discount=rest[number][2])
            for number, line in self._sold.items()
            if any(rest[number])
        ]
