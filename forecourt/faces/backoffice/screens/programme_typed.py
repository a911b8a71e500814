"""What was typed into the form of the programme, as a programme again.

Inputs are called like the paths of the programme, "tiers.1.keep". The numbers of rows need not follow on each other: rows
are added and taken away in the browser, and count in the order in which they were sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _

from forecourt.loyalty.values import (
    EarnRate,
    Every,
    Expiry,
    NegativeBalance,
    Per,
    Programme,
    SpendBy,
    Tier,
    TierBasis,
    TierCoupon,
)

MOST_ROWS: Final = 500
WHOLE_NUMBERS: Final = (
    "tier_window_days",
    "keep_window_days",
    "grace_days",
    "warn_days",
    "points_life_months",
    "pending_days",
    "spend_minimum",
    "spend_step",
    "adjust_limit",
)


class Typed(NamedTuple):
    """What was sent: the programme as far as it could be read, the input that each path came from, and what could not be."""

    programme: Programme
    inputs: dict[str, str]
    unread: dict[str, str]


def read(given: QueryDict) -> Typed:
    """The programme that was typed. What is no number is in `unread` by its input, and zero in the programme."""
    reader = _Reader(given)
    tiers = tuple(reader.tier(place, number) for place, number in enumerate(_numbers(given, "tier")))
    rates = tuple(reader.rate(place, number) for place, number in enumerate(_numbers(given, "rate")))
    programme = Programme(
        name=reader.text("name"),
        tiers=tiers,
        rates=rates,
        tier_basis=TierBasis(reader.one_of("tier_basis", TierBasis)),
        keep_basis=TierBasis(reader.one_of("keep_basis", TierBasis)) if reader.text("keep_basis") else None,
        business_tier=reader.text("business_tier"),
        expiry=Expiry(reader.one_of("expiry", Expiry)),
        year_ends=reader.text("year_ends") or Programme().year_ends,
        negative_balance=NegativeBalance(reader.one_of("negative_balance", NegativeBalance)),
        point_value=reader.decimal("point_value"),
        spend_by=SpendBy(reader.one_of("spend_by", SpendBy)),
        household_shares=given.get("household_shares") == "on",
        **{name: reader.whole(name) for name in WHOLE_NUMBERS},
    )
    return Typed(programme, reader.inputs, reader.unread)


def _numbers(given: QueryDict, name: str) -> list[str]:
    """The numbers of the rows in the order they stand in, each once."""
    return list(dict.fromkeys(text for text in given.getlist(name)[:MOST_ROWS] if text.isdecimal()))


def named_as_typed(faults: Mapping[str, str], inputs: Mapping[str, str]) -> dict[str, str]:
    """Faults by the inputs they came from: a path's own, else the row's first field, else as they are."""
    return {inputs.get(path, path): said for path, said in faults.items()}


class _Reader:
    """Takes values from a form by the names of their inputs, noting what could not be read and where paths came from."""

    def __init__(self, given: QueryDict) -> None:
        self._given = given
        self.inputs: dict[str, str] = {}
        self.unread: dict[str, str] = {}

    def text(self, name: str) -> str:
        return " ".join(self._given.get(name, "").split())

    def one_of(self, name: str, known: Any) -> str:
        """The code that was chosen; the first one where that is none of them."""
        text = self.text(name)
        return text if text in list(known) else next(iter(known)).value

    def decimal(self, name: str, otherwise: Decimal = Decimal(0)) -> Decimal:
        text = self.text(name).replace(",", "").replace("，", "")
        if not text:
            return otherwise
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or len(text) > 20 or abs(value) >= 10**12:
            self.unread[name] = _("%(text)s is no number; write one such as 1.5") % {"text": text[:40]}
            return otherwise
        return value

    def whole(self, name: str) -> int:
        value = self.decimal(name)
        if value != int(value) or abs(value) >= 2**31:
            self.unread.setdefault(name, _("%(text)s is no whole number; write one such as 30") % {"text": value})
            return 0
        return int(value)

    def tier(self, place: int, number: str) -> Tier:
        at = self._row("tiers", place, number, ("code", "name", "threshold", "keep", "multiplier_percent"))
        self._row("tiers", place, number, ("fuel_discount", "shop_percent", "perks"))
        return Tier(
            code=self.text(at + "code") or f"tier-{place + 1}",
            name=self.text(at + "name"),
            threshold=self.decimal(at + "threshold"),
            keep=self.decimal(at + "keep") if self.text(at + "keep") else None,
            multiplier_percent=self.whole(at + "multiplier_percent"),
            fuel_discount=self.decimal(at + "fuel_discount"),
            shop_percent=self.decimal(at + "shop_percent"),
            coupons=tuple(self._coupons(place, number)),
            is_priority=self._given.get(at + "is_priority") == "on",
            perks=self._given.get(at + "perks", "").replace("\r\n", "\n").strip(),
        )

    def _coupons(self, place: int, number: str) -> Iterator[TierCoupon]:
        """The coupons that were chosen; a row left at "none" is none."""
        prefix = f"tiers.{number}.coupons."
        rows = [name.removeprefix(prefix).removesuffix(".template") for name in self._given if name.startswith(prefix)]
        chosen = [row for row in rows if row.isdecimal() and self.text(f"{prefix}{row}.template")]
        for count, row in enumerate(chosen):
            self.inputs[f"tiers.{place}.coupons.{count}.template"] = f"{prefix}{row}.template"
            every = Every(self.one_of(f"{prefix}{row}.every", Every))
            yield TierCoupon(template=self.text(f"{prefix}{row}.template"), every=every)

    def rate(self, place: int, number: str) -> EarnRate:
        at = self._row("rates", place, number, ("code", "name", "points", "product", "category", "stations"))
        self.inputs[f"rates.{place}.family"] = at + "what"
        kind, _colon, family = self.text(at + "what").partition(":")
        stations = self.text(at + "stations").replace("，", ",").replace("、", ",").replace(" ", ",").split(",")
        return EarnRate(
            code=self.text(at + "code") or f"rate-{place + 1}",
            name=self.text(at + "name"),
            points=self.decimal(at + "points"),
            per=Per(self.one_of(at + "per", Per)),
            product=self.text(at + "product"),
            category=self.text(at + "category"),
            kind=kind,
            family=family,
            stations=tuple(dict.fromkeys(code for code in stations if code)),
            tender=self.text(at + "tender"),
        )

    def _row(self, kind: str, place: int, number: str, names: Sequence[str]) -> str:
        """Note which inputs the paths of a row come from; returns how its inputs begin."""
        for name in names:
            self.inputs[f"{kind}.{place}.{name}"] = f"{kind}.{number}.{name}"
        return f"{kind}.{number}."
