"""The form of the programme as it is shown. Inputs are called like the paths of the programme, "tiers.1.keep"."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.queries.programme import Choices
from forecourt.faces.backoffice.templatetags.office import currency
from forecourt.loyalty.values import EarnRate, Per, Programme, Tier, TierCoupon
from forecourt.loyalty.words import BASIS, EVERY, EXPIRY, FAMILIES, KINDS, NEGATIVE, SPEND_BY, TENDERS

NEW_ROW: Final = "__n__"
"""Stands for the number of a row in the blank ones that the browser copies."""


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
