"""The form of the programme: its fields as they are shown, and what was typed as a programme again.

Inputs are called like the paths of the programme, "tiers.1.keep". The numbers of rows need not follow on each other: rows
are added and taken away in the browser, and count in the order in which they were sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final, NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.queries.programme import Choices
from forecourt.faces.backoffice.templatetags.office import currency
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
from forecourt.loyalty.words import BASIS, EVERY, EXPIRY, FAMILIES, KINDS, NEGATIVE, SPEND_BY, TENDERS

NEW_ROW: Final = "__n__"
"""Stands for the number of a row in the blank ones that the browser copies."""
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


class Field(NamedTuple):
    """An input: what it is called and holds, how it is shown. `list` names the suggestions it takes; `wide` fills a row."""

    name: str
    label: Any
    value: Any = ""
    kind: str = "text"
    hint: Any = ""
    unit: Any = ""
    options: Sequence[tuple[str, Any]] = ()
    fault: str = ""
    list: str = ""
    longest: int = 80
    wide: bool = False
    placeholder: Any = ""


class Row(NamedTuple):
    """A tier or a rate: the fields that everybody fills, and those behind "more". `coupons` is empty for a rate."""

    number: str
    code: str
    fields: list[Field]
    more: list[Field]
    coupons: list[tuple[Field, Field]] = []
    note: str = ""
    is_open: bool = False


class Typed(NamedTuple):
    """What was sent: the programme as far as it could be read, the input that each path came from, and what could not be."""

    programme: Programme
    inputs: dict[str, str]
    unread: dict[str, str]


# -- shown


def sections(programme: Programme, faults: Mapping[str, str]) -> dict[str, list[Field]]:
    """The fields of the programme itself, by section."""
    points = _("points")
    number, select = partial(_number, programme, faults), partial(_select, programme, faults)
    return {
        "whole": [Field("name", _("Name of the programme"), programme.name, fault=faults.get("name", ""))],
        "tiers": _tiers(programme, faults),
        "life": _life(programme, faults),
        "spending": [
            number("point_value", _("A point pays"), currency()),
            number("spend_minimum", _("At least, in one payment"), points, _("0: no minimum")),
            number("spend_step", _("In steps of"), points),
            select(
                "spend_by",
                _("Who pays with points at a till shows"),
                SPEND_BY,
                _("anybody may know a phone number or a plate"),
            ),
            number(
                "adjust_limit",
                _("Adjustments by hand want approval beyond"),
                points,
                _("a day, for one customer or by one person; 0: never"),
            ),
        ],
        "households": [
            Field(
                "household_shares",
                _("Members of a household spend from one another's points"),
                programme.household_shares,
                "check",
            )
        ],
    }


def _tiers(programme: Programme, faults: Mapping[str, str]) -> list[Field]:
    """The fields of how tiers are reached, kept and lost."""
    days = _("days")
    number, select = partial(_number, programme, faults), partial(_select, programme, faults)
    tiers = [(tier.code, tier.name) for tier in programme.tiers]
    return [
        select("tier_basis", _("Tiers count"), BASIS),
        number("tier_window_days", _("Over the last"), days),
        number("grace_days", _("Grace before a tier is lost"), days, _("0: lost at the next review")),
        number("warn_days", _("Warn so long before"), days),
        Field(
            "business_tier",
            _("Businesses start in"),
            programme.business_tier,
            "select",
            options=[("", _("the first tier, like everybody")), *tiers],
            fault=faults.get("business_tier", ""),
        ),
        Field(
            "keep_basis",
            _("Tiers are kept by"),
            str(programme.keep_basis or ""),
            "select",
            options=[("", _("the same as they are reached by")), *_choices(BASIS)],
            fault=faults.get("keep_basis", ""),
        ),
        number("keep_window_days", _("Kept by the last"), days, _("where they are kept by something of its own")),
    ]


def _life(programme: Programme, faults: Mapping[str, str]) -> list[Field]:
    """The fields of how long points live."""
    number, select = partial(_number, programme, faults), partial(_select, programme, faults)
    return [
        select("expiry", _("Points expire"), EXPIRY),
        Field(
            "year_ends",
            _("Where a year's end counts, it is"),
            programme.year_ends,
            hint=_("month-day, such as 12-31"),
            fault=faults.get("year_ends", ""),
            longest=5,
        ),
        number("points_life_months", _("Points live"), _("months"), _("0: for ever")),
        number("pending_days", _("Can be spent after"), _("days"), _("0: at once")),
        select("negative_balance", _("More taken back than there is"), NEGATIVE),
    ]


def _number(
    programme: Programme, faults: Mapping[str, str], name: str, label: Any, unit: Any = "", hint: Any = ""
) -> Field:
    value = _plain(getattr(programme, name))
    return Field(name, label, value, "number", hint, unit, fault=faults.get(name, ""))


def _select(
    programme: Programme, faults: Mapping[str, str], name: str, label: Any, names: Mapping[Any, Any], hint: Any = ""
) -> Field:
    value = str(getattr(programme, name))
    return Field(name, label, value, "select", hint, "", _choices(names), faults.get(name, ""))


def tier_row(number: str, tier: Tier, faults: Mapping[str, str], choices: Choices) -> Row:
    """A tier as a row of the form."""
    at = lambda name: f"tiers.{number}.{name}"  # noqa: E731
    fault = lambda name: faults.get(at(name), "")  # noqa: E731
    number_of = lambda name, label, unit="", hint="", placeholder="": Field(  # noqa: E731
        at(name), label, _plain(getattr(tier, name)), "number", hint, unit, fault=fault(name), placeholder=placeholder
    )
    more = [
        Field(
            at("perks"), _("Other benefits, for members to read"), tier.perks, "area", fault=fault("perks"), wide=True
        ),
        Field(
            at("is_priority"),
            _("Served first"),
            tier.is_priority,
            "check",
            _("marked wherever staff see the member; moves up first on waiting lists of events"),
        ),
        Field(at("code"), _("Code"), tier.code, fault=fault("code"), longest=16, hint=_("for tills and imports")),
    ]
    coupons = [
        _coupon(f"tiers.{number}.coupons.{place}", coupon, faults, choices)
        for place, coupon in enumerate((*tier.coupons, TierCoupon(template="")))
    ]
    shown = [
        Field(at("name"), _("Name"), tier.name, fault=fault("name"), longest=40),
        number_of("threshold", _("Reached from")),
        number_of("keep", _("Kept from"), placeholder=_("the same")),
        number_of("multiplier_percent", _("Points"), "%"),
        number_of("fuel_discount", _("Fuel"), f"−{currency()}/{words.volume_unit()}"),
        number_of("shop_percent", _("Shop"), "−%"),
    ]
    is_open = any(field.fault for field in more) or any(field.fault for pair in coupons for field in pair)
    called = dict(choices.coupons)
    said = [_("coupon %(code)s") % {"code": called.get(one.template, one.template)} for one in tier.coupons]
    said += [str(_("Served first"))] if tier.is_priority else []
    note = " · ".join([*said, *([tier.perks] if tier.perks else [])])
    return Row(number, tier.code, shown, more, coupons, note, is_open)


def _coupon(path: str, coupon: TierCoupon, faults: Mapping[str, str], choices: Choices) -> tuple[Field, Field]:
    offered = list(choices.coupons)
    if coupon.template and coupon.template not in dict(offered):
        offered.append((coupon.template, coupon.template))
    return (
        Field(
            f"{path}.template",
            _("Coupon"),
            coupon.template,
            "select",
            options=[("", _("none")), *offered],
            fault=faults.get(f"{path}.template", ""),
        ),
        Field(f"{path}.every", _("How often"), str(coupon.every), "select", options=_choices(EVERY)),
    )


def rate_row(number: str, rate: EarnRate, faults: Mapping[str, str], choices: Choices) -> Row:
    """An earn rate as a row of the form."""
    at = lambda name: f"rates.{number}.{name}"  # noqa: E731
    fault = lambda name: faults.get(at(name), "")  # noqa: E731
    shown = [
        Field(at("name"), _("Name"), rate.name, fault=fault("name"), placeholder=rate.code),
        Field(
            at("what"), _("For"), f"{rate.kind}:{rate.family}", "select", options=_kinds(rate), fault=fault("family")
        ),
        Field(at("points"), _("Points"), _plain(rate.points), "number", fault=fault("points")),
        Field(at("per"), _("Per"), str(rate.per), "select", options=_choices(words.PER)),
    ]
    more = [
        Field(
            at("category"),
            _("Only the category"),
            rate.category,
            fault=fault("category"),
            list="categories",
            longest=200,
        ),
        Field(at("product"), _("Only the product"), rate.product, fault=fault("product"), list="products", longest=32),
        Field(
            at("stations"),
            _("Only at stations"),
            ", ".join(rate.stations),
            fault=fault("stations"),
            list="stations",
            longest=4000,
            hint=_("codes, separated by commas"),
        ),
        Field(at("tender"), _("Only when paid by"), rate.tender, "select", options=_tenders(rate.tender)),
        Field(at("code"), _("Code"), rate.code, fault=fault("code"), longest=32, hint=_("for receipts and imports")),
    ]
    categories, products, stations = dict(choices.categories), dict(choices.products), dict(choices.stations)
    said = (
        categories.get(rate.category, rate.category),
        products.get(rate.product, rate.product),
        ", ".join(stations.get(code, code) for code in rate.stations),
        str(TENDERS.get(rate.tender, rate.tender)),
    )
    note = " · ".join(part for part in said if part)
    return Row(number, rate.code, shown, more, [], note, any(field.fault for field in more))


def blank_rows(choices: Choices) -> dict[str, Row]:
    """An empty tier and an empty rate, for the browser to copy."""
    return {
        "tier": tier_row(NEW_ROW, Tier(code="", name="", threshold=Decimal(0)), {}, choices),
        "rate": rate_row(NEW_ROW, EarnRate(code="", points=Decimal(1), per=Per.UNIT), {}, choices),
    }


def _choices(names: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(str(code), name) for code, name in names.items()]


def _kinds(rate: EarnRate) -> list[tuple[str, Any]]:
    """What a rate may be for; its own combination too where it is none of the usual ones."""
    usual = [(":", _("everything"))]
    usual += [(f"{kind}:", name) for kind, name in KINDS.items()]
    usual[2:2] = [(f"fuel:{family}", f"– {name}") for family, name in FAMILIES.items()]
    own = f"{rate.kind}:{rate.family}"
    if own not in dict(usual):
        name = FAMILIES.get(rate.family, rate.family)
        usual.append((own, f"{KINDS.get(rate.kind, rate.kind)} – {name}" if rate.kind else name))
    return usual


def _tenders(own: str) -> list[tuple[str, Any]]:
    usual = [("", _("anything")), *TENDERS.items()]
    return usual if own in dict(usual) else [*usual, (own, own)]


def _plain(value: Decimal | int | None) -> str:
    """A number as it is typed: no separators, no trailing zeros."""
    return "" if value is None else f"{Decimal(value).normalize():f}"


# -- read


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
