"""What is at fault with a programme: every field by its path, what it holds, and the remedy."""

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from re import compile as pattern
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.values import Kind, ProductFacts
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotAllowed
from forecourt.loyalty.values import EarnRate, Expiry, Programme, Tier
from forecourt.organisation import queries as organisation

Fault = tuple[str, str]
"""A path such as "tiers.1.keep" and what is wrong there."""

MOST_TIERS: Final = 20
MOST_RATES: Final = 500
_DAYS_A_MONTH: Final = 31
_YEAR_END: Final = pattern(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_CODE: Final = pattern(r"[A-Za-z0-9_-]+")
_BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "tier_window_days": (1, 3660),
    "grace_days": (0, 366),
    "warn_days": (0, 366),
    "points_life_months": (0, 600),
    "pending_days": (0, 366),
    "point_value": (0, 1000),
    "spend_minimum": (0, 10_000_000),
    "spend_step": (1, 10_000_000),
    "adjust_limit": (0, 10_000_000),
}
_TIER_BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "threshold": (0, 9_999_999_999),
    "multiplier_percent": (0, 1000),
    "fuel_discount": (0, 1000),
    "shop_percent": (0, 100),
}
_DIGITS: Final = {"point_value": 4, "threshold": 2, "keep": 2, "fuel_discount": 4, "shop_percent": 2, "points": 4}
"""Decimal places that are kept; of the others none."""

_find_coupons: list[Callable[[Collection[str]], Collection[str]]] = []


def find_coupons_by(find: Callable[[Collection[str]], Collection[str]]) -> None:
    """Have this function tell which of some codes name a coupon template that can be issued.

    Loyalty does not know coupons; a face, which knows both, puts them together.
    """
    _find_coupons[:] = [find]


def require_everywhere(actor: Actor, permission: str) -> None:
    """NotAllowed unless the actor has the permission for all stations: the programme holds for all of them."""
    actor.require(permission)
    if actor.stations is not None:
        raise NotAllowed(
            _("%(who)s may act for some stations only; the programme holds for all of them.") % {"who": actor.name}
        )


def check_programme(programme: Programme) -> None:
    """Refuse a programme that could not be applied, naming each field and the remedy."""
    refuse(faults_in(programme))


def check_submission(programme: Programme) -> None:
    """As `check_programme`, and refuse what names a product, category, station or coupon that is not there."""
    refuse(faults(programme))


def refuse(found: dict[str, str]) -> None:
    """Invalid with every fault by its path, unless there is none."""
    if not found:
        return
    path, said = next(iter(found.items()))
    more = len(found) - 1
    rest = ngettext(" (and %(count)d more)", " (and %(count)d more)", more) % {"count": more} if more else ""
    raise Invalid(f"{path}: {said}{rest}", fields=found)


def faults(programme: Programme) -> dict[str, str]:
    """All that keeps a programme from being handed in, by path; the first of each field."""
    found = faults_in(programme)
    for path, said in _not_there(programme):
        found.setdefault(path, said)
    return found


def faults_in(programme: Programme) -> dict[str, str]:
    """What contradicts itself or lies out of bounds, without a look at anything else."""
    found: dict[str, str] = {}
    for part in (_of_the_whole(programme), _of_tiers(programme), _of_rates(programme.rates)):
        for path, said in part:
            found.setdefault(path, said)
    return found


def _of_the_whole(programme: Programme) -> Iterator[Fault]:
    yield from _named("name", programme.name, 80, _("is empty; give the programme a name"))
    yield from _bounded("", programme, _BOUNDS)
    if programme.keep_basis is not None:
        yield from _bounded_one("keep_window_days", "keep_window_days", programme.keep_window_days, 1, 3660)
    if programme.business_tier and programme.business_tier not in {tier.code for tier in programme.tiers}:
        yield (
            "business_tier",
            _("%(code)r is no tier of the programme; choose one of them, or none") % {"code": programme.business_tier},
        )
    if programme.expiry is not Expiry.FIXED and programme.points_life_months == 0:
        yield (
            "points_life_months",
            _("is 0; give at least 1, or let points expire by when they were earned, where 0 is for ever"),
        )
    if not _YEAR_END.fullmatch(programme.year_ends):
        yield (
            "year_ends",
            _("%(day)r is no day of a year; give month and day such as 12-31 or 06-30") % {"day": programme.year_ends},
        )
    life = programme.points_life_months * _DAYS_A_MONTH
    if programme.expiry is Expiry.FIXED and life and programme.pending_days >= life:
        yield (
            "pending_days",
            _("%(days)s days are longer than points live; nobody could ever spend them")
            % {"days": programme.pending_days},
        )
    step = programme.spend_step
    if step > 1 and programme.spend_minimum % step:
        yield (
            "spend_minimum",
            _("%(points)s is no multiple of the step of %(step)s; give %(lower)s or %(upper)s")
            % {
                "points": programme.spend_minimum,
                "step": step,
                "lower": programme.spend_minimum // step * step,
                "upper": (programme.spend_minimum // step + 1) * step,
            },
        )


def _of_tiers(programme: Programme) -> Iterator[Fault]:
    tiers = programme.tiers
    if len(tiers) > MOST_TIERS:
        yield "tiers", _("are %(count)s; at most %(most)s are possible") % {"count": len(tiers), "most": MOST_TIERS}
    if tiers and min(tier.threshold for tier in tiers) > 0:
        lowest = min(range(len(tiers)), key=lambda place: tiers[place].threshold)
        yield f"tiers.{lowest}.threshold", _("no tier begins at 0; give the first one the threshold 0")
    for place, tier in enumerate(tiers):
        path = f"tiers.{place}."
        yield from _coded(path + "code", tier.code, 16, [other.code for other in tiers[:place]])
        yield from _named(path + "name", tier.name, 40, _("is empty; give the tier a name, members read it"))
        yield from _bounded(path, tier, _TIER_BOUNDS)
        if tier.threshold in [other.threshold for other in tiers[:place]]:
            yield (
                path + "threshold",
                _("%(value)s is the threshold of another tier too; give each its own") % {"value": tier.threshold},
            )
        yield from _kept(path + "keep", tier, programme)
        if len(tier.perks) > 400:
            yield path + "perks", _("has %(count)s characters; at most 400 are kept") % {"count": len(tier.perks)}
        yield from _of_coupons(path, tier)


def _kept(path: str, tier: Tier, programme: Programme) -> Iterator[Fault]:
    if tier.keep is None:
        if programme.keep_basis is not None and tier.threshold > 0:
            yield path, _("is empty; say what keeps the tier, which counts otherwise than what it is reached by")
        return
    yield from _bounded_one(path, "keep", tier.keep, 0, 9_999_999_999)
    if programme.keep_basis is None and tier.keep > tier.threshold:
        yield (
            path,
            _("%(keep)s is more than the %(threshold)s by which the tier is reached; give at most that")
            % {"keep": tier.keep, "threshold": tier.threshold},
        )


def _of_coupons(path: str, tier: Tier) -> Iterator[Fault]:
    seen: list[Any] = []
    for number, coupon in enumerate(tier.coupons):
        if not coupon.template:
            yield f"{path}coupons.{number}.template", _("is empty; choose a coupon, or take the row away")
        elif coupon in seen:
            yield (
                f"{path}coupons.{number}.template",
                _("%(code)r stands here twice for the same occasion; take one away") % {"code": coupon.template},
            )
        seen.append(coupon)


def _of_rates(rates: Sequence[EarnRate]) -> Iterator[Fault]:
    if len(rates) > MOST_RATES:
        yield "rates", _("are %(count)s; at most %(most)s are possible") % {"count": len(rates), "most": MOST_RATES}
    for place, rate in enumerate(rates[:MOST_RATES]):
        path = f"rates.{place}."
        yield from _coded(path + "code", rate.code, 32, [other.code for other in rates[:place]])
        if len(rate.name) > 80:
            yield path + "name", _("has %(count)s characters; at most 80 are kept") % {"count": len(rate.name)}
        yield from _bounded_one(path + "points", "points", rate.points, 0, 99_999)
        if rate.family and rate.kind not in ("", Kind.FUEL):
            yield path + "family", _("belongs to fuel, but the rate is for goods or services; it never applies")
        winner = next((other for other in rates[:MOST_RATES] if other is not rate and _is_beaten(rate, other)), None)
        if winner is not None:
            yield (
                path + "points",
                _("never applies: %(other)r covers the same and gives as much or more; take one away")
                % {"other": winner.name or winner.code},
            )


def _is_beaten(rate: EarnRate, other: EarnRate) -> bool:
    """Whether wherever `rate` matches `other` does too, is as specific, and comes first."""
    if _conditions(rate) != _conditions(other):
        return False
    if bool(rate.stations) != bool(other.stations) or not set(rate.stations) <= set(other.stations):
        return False
    return (-other.points, other.code) < (-rate.points, rate.code)


def _conditions(rate: EarnRate) -> tuple[str, ...]:
    kind = Kind.FUEL.value if rate.family else rate.kind
    return (rate.product, rate.category, kind, rate.family, rate.tender)


def _not_there(programme: Programme) -> Iterator[Fault]:
    """What names something that does not exist, or a product that other conditions of the rate exclude."""
    products = catalogue.products_by_code({rate.product for rate in programme.rates if rate.product})
    categories = catalogue.category_names() if any(rate.category for rate in programme.rates) else {}
    stations = organisation.station_facts({code for rate in programme.rates for code in rate.stations})
    for place, rate in enumerate(programme.rates):
        path = f"rates.{place}."
        if rate.product and rate.product not in products:
            yield path + "product", _("%(code)r is no product; choose one of the catalogue") % {"code": rate.product}
        elif rate.product and products[rate.product].code != rate.product:
            yield (
                path + "product",
                _("%(code)r is a barcode; give the product's own code, %(own)r")
                % {"code": rate.product, "own": products[rate.product].code},
            )
        elif rate.product and not _fits(rate, products[rate.product]):
            yield (
                path + "product",
                _("%(name)s is of another kind, family or category than the rate asks for; it never applies")
                % {"name": products[rate.product].name},
            )
        if rate.category and rate.category not in categories:
            yield path + "category", _("%(code)r is no category; choose one of the catalogue") % {"code": rate.category}
        if missing := [code for code in rate.stations if code not in stations]:
            yield path + "stations", _("%(code)r is no station; give the codes of stations") % {"code": missing[0]}
    yield from _coupons_not_there(programme)


def _fits(rate: EarnRate, product: ProductFacts) -> bool:
    return (
        (not rate.kind or rate.kind == product.kind)
        and (not rate.family or rate.family == product.family)
        and (not rate.category or rate.category in product.categories)
    )


def _coupons_not_there(programme: Programme) -> Iterator[Fault]:
    wanted = {coupon.template for tier in programme.tiers for coupon in tier.coupons if coupon.template}
    if not wanted:
        return
    known = set().union(*(find(wanted) for find in _find_coupons))
    for place, tier in enumerate(programme.tiers):
        for number, coupon in enumerate(tier.coupons):
            if coupon.template and coupon.template not in known:
                yield (
                    f"tiers.{place}.coupons.{number}.template",
                    _("%(code)r is no coupon that can be issued; make it first, or choose another")
                    % {"code": coupon.template},
                )


def _named(path: str, text: str, longest: int, when_empty: str) -> Iterator[Fault]:
    if not text.strip():
        yield path, when_empty
    elif len(text) > longest:
        yield (
            path,
            _("has %(count)s characters; at most %(longest)s are kept") % {"count": len(text), "longest": longest},
        )


def _coded(path: str, code: str, longest: int, before: Sequence[str]) -> Iterator[Fault]:
    if not _CODE.fullmatch(code) or len(code) > longest:
        yield (
            path,
            _("%(code)r is no code; use 1 to %(longest)s letters a-z, digits, - or _")
            % {"code": code, "longest": longest},
        )
    elif code in before:
        yield path, _("%(code)r is the code of another one too; give each its own") % {"code": code}


def _bounded(path: str, value: Any, bounds: dict[str, tuple[int, int]]) -> Iterator[Fault]:
    for name, (lowest, highest) in bounds.items():
        yield from _bounded_one(path + name, name, getattr(value, name), lowest, highest)


def _bounded_one(path: str, name: str, value: Decimal | int, lowest: int, highest: int) -> Iterator[Fault]:
    if not lowest <= value <= highest:
        yield (
            path,
            _("%(value)s is out of bounds; give %(lowest)s to %(highest)s")
            % {"value": value, "lowest": lowest, "highest": highest},
        )
    digits = _DIGITS.get(name, 0)
    if isinstance(value, Decimal) and value != round(value, digits):
        yield path, _("%(value)s has more than %(digits)s decimal places") % {"value": value, "digits": digits}
