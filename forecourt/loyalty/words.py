"""The programme in words, in the reader's language: a rate, a tier, and what one programme says otherwise than another."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.models import FAMILY_NAMES, KIND_NAMES
from forecourt.kernel.languages import in_languages
from forecourt.kernel.money import sign, whole_or_cents
from forecourt.loyalty.rules import tier_of
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
    TierShown,
)
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import VolumeUnit

KINDS: Final[dict[str, Any]] = dict(KIND_NAMES)
FAMILIES: Final[dict[str, Any]] = dict(FAMILY_NAMES)
BASIS: Final = {
    TierBasis.SPEND: gettext_lazy("spend"),
    TierBasis.VOLUME: gettext_lazy("volume of fuel"),
    TierBasis.VISITS: gettext_lazy("visits"),
}
EXPIRY: Final = {
    Expiry.FIXED: gettext_lazy("by when they were earned"),
    Expiry.ACTIVITY: gettext_lazy("by the last sale"),
    Expiry.CALENDAR: gettext_lazy("at the end of a year"),
}
SPEND_BY: Final = {
    SpendBy.PROVEN: gettext_lazy("the card, the app, WeChat or the member's number"),
    SpendBy.ANY: gettext_lazy("anything, a phone number or plate too"),
}
NEGATIVE: Final = {
    NegativeBalance.OWE: gettext_lazy("the balance goes below zero"),
    NegativeBalance.FORGIVE: gettext_lazy("the balance stops at zero"),
}
EVERY: Final = {
    Every.ENTRY: gettext_lazy("when the tier is reached"),
    Every.MONTH: gettext_lazy("each month"),
    Every.YEAR: gettext_lazy("each year"),
}
TENDERS: Final = {
    "wechat": gettext_lazy("WeChat Pay"),
    "alipay": gettext_lazy("Alipay"),
    "card": gettext_lazy("Bank card"),
    "cash": gettext_lazy("Cash"),
    "fleet": gettext_lazy("Fleet card"),
    "unionpay": gettext_lazy("UnionPay"),
    "points": gettext_lazy("Points"),
}
"""How the usual tenders are called; tills may send others."""


class Names(NamedTuple):
    """What the codes in a programme are called, by code; a code that is not there stands for itself."""

    products: dict[str, str] = {}
    categories: dict[str, str] = {}
    stations: dict[str, str] = {}


class Difference(NamedTuple):
    """Something that one programme says otherwise: of what, which field, how it was and how it will be; "" for nothing.

    `field` is empty where a whole tier or rate came or went.
    """

    subject: str
    field: str
    before: str
    after: str


def names_of(*programmes: Programme) -> Names:
    """The names of all that these programmes speak of."""
    rates = [rate for programme in programmes for rate in programme.rates]
    products = catalogue.products_by_code({rate.product for rate in rates if rate.product})
    stations = organisation.station_facts({code for rate in rates for code in rate.stations})
    return Names(
        {code: facts.name for code, facts in products.items()},
        catalogue.category_names() if any(rate.category for rate in rates) else {},
        {code: facts.name for code, facts in stations.items()},
    )


def differences(before: Programme, after: Programme, names: Names | None = None) -> list[Difference]:
    """What `after` says otherwise than `before`: the whole, then tier by tier, then rate by rate, each field by itself."""
    names = names or names_of(before, after)
    found = _fields(_("Programme"), _WHOLE, (before, before), (after, after))
    tiers = {tier.code: tier for tier in before.tiers}, {tier.code: tier for tier in after.tiers}
    found += _each(tiers, _TIER, lambda tier: _("Tier %(name)s") % {"name": tier.name}, (before, after), tier_in_words)
    rates = {rate.code: rate for rate in before.rates}, {rate.code: rate for rate in after.rates}
    spoken: Callable[[EarnRate, Any], str] = lambda rate, _programme: rate_in_words(rate, names)  # noqa: E731
    found += _each(
        rates,
        _RATE,
        lambda rate: _("Earn rate %(name)s") % {"name": rate.name or rate.code},
        (names, names),
        spoken,
    )
    return found


def facts(programme: Programme, fields: Iterable[str]) -> list[tuple[str, str]]:
    """What holds of the programme as a whole in these of its fields: (what, how)."""
    return [(str(label), phrase(programme, programme)) for label, phrase in (_WHOLE[name] for name in fields)]


def rate_in_words(rate: EarnRate, names: Names | None = None) -> str:
    """What a rate gives for what, and where."""
    return f"{_points(rate)} · {scope_in_words(rate, names)}"


def scope_in_words(rate: EarnRate, names: Names | None = None) -> str:
    """What a rate is for: everything, or what its conditions leave."""
    names = names or names_of(Programme(rates=(rate,)))
    parts = [
        str(FAMILIES.get(rate.family, rate.family)) if rate.family else str(KINDS.get(rate.kind, rate.kind)),
        names.categories.get(rate.category, rate.category),
        names.products.get(rate.product, rate.product),
        ", ".join(names.stations.get(code, code) for code in rate.stations),
        _("paid by %(tender)s") % {"tender": TENDERS.get(rate.tender, rate.tender)} if rate.tender else "",
    ]
    return " · ".join(part for part in parts if part) or _("everything")


def tier_in_words(tier: Tier, programme: Programme) -> str:
    """From when a tier is reached and kept, and what it brings."""
    parts = [_("from %(value)s") % {"value": counted(tier.threshold, programme)}]
    if tier.keep is not None:
        parts.append(_("kept from %(value)s") % {"value": counted_to_keep(tier.keep, programme)})
    return " · ".join(parts + benefits(tier))


def benefits(tier: Tier) -> list[str]:
    """What a tier brings, a phrase each."""
    parts = []
    if tier.multiplier_percent != 100:
        parts.append(_("points × %(percent)s%%") % {"percent": tier.multiplier_percent})
    if tier.fuel_discount:
        parts.append(
            _("%(money)s off a %(unit)s of fuel") % {"money": money(tier.fuel_discount), "unit": unit_of_volume()}
        )
    if tier.shop_percent:
        parts.append(_("%(percent)s%% off the shop") % {"percent": number(tier.shop_percent)})
    if tier.coupons:
        parts.append(_coupons(tier))
    if tier.is_priority:
        parts.append(_("served first"))
    if tier.perks:
        parts.append(tier.perks)
    return parts


def shown(programme: Programme, code: str) -> TierShown | None:
    """A tier by its code with what it brings, in every language; None where the programme knows none."""
    tier = tier_of(programme, code)
    if tier is None:
        return None
    return TierShown(
        code=tier.code,
        name=tier.name,
        multiplier_percent=tier.multiplier_percent,
        fuel_discount=tier.fuel_discount,
        shop_percent=tier.shop_percent,
        coupons=tier.coupons,
        is_priority=tier.is_priority,
        perks=tier.perks,
        words=in_languages(lambda: tuple(benefits(tier))),
    )


def counted(value: Decimal, programme: Programme) -> str:
    """A threshold in what the programme's tiers count: 8,000 CNY, 600 litres, 12 visits."""
    return _counted(value, programme.tier_basis)


def counted_to_keep(value: Decimal, programme: Programme) -> str:
    """The same of what keeps a tier, with the window where it is one of its own: 400 litres in 90 days."""
    said = _counted(value, programme.keeping_basis)
    if programme.keep_basis is None:
        return said
    return _("%(value)s in %(days)s") % {"value": said, "days": _days(programme.keep_window_days)}


def _counted(value: Decimal, basis: TierBasis) -> str:
    if basis is TierBasis.SPEND:
        return money(value)
    if basis is TierBasis.VOLUME:
        return f"{number(value)} {unit_of_volume(value)}"
    return ngettext("%(count)s visit", "%(count)s visits", int(value)) % {"count": number(value)}


def number(value: Decimal | int) -> str:
    """Without trailing zeros, thousands separated."""
    return f"{Decimal(value).normalize():,f}"


def money(value: Decimal) -> str:
    """An amount or a price in the company's currency: whole, or with two decimal places at least."""
    amount = whole_or_cents(number(value))
    currency = organisation.company().currency
    return _("¥%(amount)s") % {"amount": amount} if currency == "CNY" else sign(currency) + amount


def unit_of_volume(count: Decimal = Decimal(1)) -> str:
    number = 1 if count == 1 else 2
    if organisation.company().volume_unit is VolumeUnit.LITRE:
        return ngettext("litre", "litres", number)
    return ngettext("gallon", "gallons", number)


def _points(rate: EarnRate) -> str:
    per = _("per unit (litre, kWh, piece)") if rate.per is Per.UNIT else _("per unit of currency")
    phrase = ngettext("%(points)s point %(per)s", "%(points)s points %(per)s", 1 if rate.points == 1 else 2)
    return phrase % {"points": number(rate.points), "per": per}


_name_coupons: list[Callable[[Collection[str]], Mapping[str, str]]] = []


def name_coupons_by(name: Callable[[Collection[str]], Mapping[str, str]]) -> None:
    """Have this function tell what coupon templates are called, by their codes.

    Loyalty does not know coupons; a face, which knows both, puts them together.
    """
    _name_coupons[:] = [name]


def _coupons(tier: Tier) -> str:
    codes = {coupon.template for coupon in tier.coupons}
    names = {code: called for name in _name_coupons for code, called in name(codes).items()}
    return _(", ").join(
        _("coupon %(code)s %(every)s")
        % {"code": names.get(coupon.template, coupon.template), "every": EVERY[coupon.every]}
        for coupon in tier.coupons
    )


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": number(count)}


def _expiry(programme: Programme) -> str:
    """When points expire, the way and the months in one."""
    months = programme.points_life_months
    if not months:
        return _("never: they live for ever")
    counted = {"months": ngettext("%(count)s month", "%(count)s months", months) % {"count": months}}
    if programme.expiry is Expiry.ACTIVITY:
        return _("after %(months)s without a sale") % counted
    if programme.expiry is Expiry.CALENDAR and programme.year_ends != Programme().year_ends:
        ends = {"day": programme.year_ends}
        return _("at the end of the year on %(day)s, %(months)s after they were earned") % (counted | ends)
    if programme.expiry is Expiry.CALENDAR:
        return _("at the end of the year, %(months)s after they were earned") % counted
    return _("%(months)s after they were earned") % counted


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _tier_name(code: str, programme: Programme) -> str:
    names = {tier.code: tier.name for tier in programme.tiers}
    return names.get(code, code) or _("none")


_Phrase = tuple[Any, Callable[[Any, Any], str]]

_SAME: Final = gettext_lazy("the same as what it is reached by")
_WHOLE: Final[dict[str, _Phrase]] = {
    "name": (gettext_lazy("name"), lambda one, _all: one.name),
    "tier_basis": (gettext_lazy("tiers count"), lambda one, _all: str(BASIS[one.tier_basis])),
    "tier_window_days": (gettext_lazy("tiers look back"), lambda one, _all: _days(one.tier_window_days)),
    "keep_basis": (
        gettext_lazy("what keeps a tier counts"),
        lambda one, _all: str(_SAME) if one.keep_basis is None else str(BASIS[one.keep_basis]),
    ),
    "keep_window_days": (
        gettext_lazy("what keeps a tier looks back"),
        lambda one, _all: str(_SAME) if one.keep_basis is None else _days(one.keep_window_days),
    ),
    "grace_days": (
        gettext_lazy("grace before a tier is lost"),
        lambda one, _all: _days(one.grace_days) if one.grace_days else _("none"),
    ),
    "warn_days": (gettext_lazy("warning before a tier is lost"), lambda one, _all: _days(one.warn_days)),
    "business_tier": (gettext_lazy("businesses start in tier"), lambda one, _all: _tier_name(one.business_tier, one)),
    "expiry": (gettext_lazy("points expire"), lambda one, _all: _expiry(one)),
    "pending_days": (
        gettext_lazy("points can be spent after"),
        lambda one, _all: _days(one.pending_days) if one.pending_days else _("at once"),
    ),
    "negative_balance": (
        gettext_lazy("when more points are taken back than there are"),
        lambda one, _all: str(NEGATIVE[one.negative_balance]),
    ),
    "point_value": (gettext_lazy("a point pays"), lambda one, _all: money(one.point_value)),
    "spend_minimum": (gettext_lazy("points at least in one payment"), lambda one, _all: number(one.spend_minimum)),
    "spend_step": (gettext_lazy("points in steps of"), lambda one, _all: number(one.spend_step)),
    "spend_by": (
        gettext_lazy("who pays with points is recognised by"),
        lambda one, _all: str(SPEND_BY[one.spend_by]),
    ),
    "adjust_limit": (
        gettext_lazy("adjustments want approval beyond"),
        lambda one, _all: number(one.adjust_limit) if one.adjust_limit else _("nothing"),
    ),
    "household_shares": (gettext_lazy("households share their points"), lambda one, _all: _yes(one.household_shares)),
}
_TIER: Final[dict[str, _Phrase]] = {
    "name": (gettext_lazy("name"), lambda tier, _all: tier.name),
    "threshold": (gettext_lazy("reached from"), lambda tier, programme: counted(tier.threshold, programme)),
    "keep": (
        gettext_lazy("kept from"),
        lambda tier, programme: _("the same") if tier.keep is None else counted_to_keep(tier.keep, programme),
    ),
    "multiplier_percent": (gettext_lazy("points, in percent"), lambda tier, _all: f"{tier.multiplier_percent}%"),
    "fuel_discount": (
        gettext_lazy("off a unit of fuel"),
        lambda tier, _all: money(tier.fuel_discount) if tier.fuel_discount else _("none"),
    ),
    "shop_percent": (
        gettext_lazy("percent off the shop"),
        lambda tier, _all: f"{number(tier.shop_percent)}%" if tier.shop_percent else _("none"),
    ),
    "coupons": (gettext_lazy("coupons"), lambda tier, _all: _coupons(tier) or _("none")),
    "is_priority": (gettext_lazy("served first"), lambda tier, _all: _yes(tier.is_priority)),
    "perks": (gettext_lazy("other benefits, for members to read"), lambda tier, _all: tier.perks or _("none")),
}
_RATE: Final[dict[str, _Phrase]] = {
    "name": (gettext_lazy("name"), lambda rate, _names: rate.name or rate.code),
    "points": (gettext_lazy("points"), lambda rate, _names: number(rate.points)),
    "per": (
        gettext_lazy("per"),
        lambda rate, _names: _("per unit (litre, kWh, piece)") if rate.per is Per.UNIT else _("per unit of currency"),
    ),
    "scope": (gettext_lazy("what it is for"), scope_in_words),
}


_NOTHING: Final = Programme()
"""What is in force before the first version: nothing of it is worth a word."""


def _fields(subject: str, phrases: dict[str, _Phrase], before: Any, after: Any) -> list[Difference]:
    """Fields of one thing, given as (the thing, what it stands in), that read otherwise."""
    found = []
    for label, phrase in phrases.values():
        was, becomes = "" if before[0] == _NOTHING else phrase(*before), phrase(*after)
        if was != becomes:
            found.append(Difference(subject, str(label), was, becomes))
    return found


def _each(
    things: tuple[dict[str, Any], dict[str, Any]],
    phrases: dict[str, _Phrase],
    called: Callable[[Any], str],
    context: tuple[Any, Any],
    spoken: Callable[[Any, Any], str],
) -> list[Difference]:
    """Tiers or rates by their codes: which came, which went, and what changed of the others."""
    before, after = things
    found = []
    for code in _in_order(before, after):
        if code not in after:
            found.append(Difference(called(before[code]), "", spoken(before[code], context[0]), ""))
        elif code not in before:
            found.append(Difference(called(after[code]), "", "", spoken(after[code], context[1])))
        else:
            subject = called(after[code])
            found += _fields(subject, phrases, (before[code], context[0]), (after[code], context[1]))
    return found


def _in_order(before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    """The codes of both: those that stay or come in the order of the new, then those that go."""
    kept = list(after)
    yield from kept
    yield from (code for code in before if code not in kept)
