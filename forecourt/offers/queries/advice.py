"""What an offer does that who made it may not expect. It can be handed in and approved all the same."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.kernel import clock, stamps
from forecourt.offers.queries.absent import absent
from forecourt.offers.queries.floors import floors
from forecourt.offers.queries.gifts import costs_of_gifts
from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.effects import Gift
from forecourt.offers.rules.matching import EVER, NEVER, Book, Live
from forecourt.offers.rules.offer import Offer
from forecourt.offers.rules.speaking import listed
from forecourt.offers.rules.terms import About
from forecourt.organisation import queries as organisation

_MOST_NAMED: Final = 5


def advice(offer: Offer) -> tuple[str, ...]:
    """Sentences in the reader's language, none where there is nothing to say. A few statements."""
    found = []
    if any(budget.is_customers_own for budget in offer.budgets) and not _asks_who(offer.when):
        found.append(_("It has a limit for each customer, so only members get it. Add “Any member” to its conditions."))
    if offer.floor and (products := _without_cost(offer)):
        found.append(
            _("No cost is known of %(products)s, so no margin floor holds there.") % {"products": _named(products)}
        )
    if not offer.worth and (gifts := _gifts_without_cost(offer)):
        found.append(
            _(
                "No cost is known of %(products)s, everywhere or at some stations: who pays is charged nothing for it "
                "there. Note a cost, or say what it is worth."
            )
            % {"products": _named(gifts)}
        )
    return (*found, *_not_there(offer))


def _not_there(offer: Offer) -> list[str]:
    """What it names and nobody knows, a sentence a kind."""
    said = {
        "products": _("No product has the code %(codes)s. Where it asks for that, it applies to no sale."),
        "categories": _("There is no category %(codes)s. Where it asks for that, it applies to no sale."),
        "brands": _("No product is of the brand %(codes)s. Where it asks for that, it applies to no sale."),
        "stations": _("No station has the code %(codes)s. Where it asks for that, it applies to no sale."),
        "regions": _("There is no region %(codes)s. Where it asks for that, it applies to no sale."),
        "payees": _("There is no legal entity %(codes)s. Where it asks for that, it applies to no sale."),
        "segments": _("There is no segment %(codes)s. Where it asks for that, it applies to no sale."),
        "tiers": _("The programme has no tier %(codes)s. Where it asks for that, it applies to no sale."),
        "templates": _("There is no coupon template %(codes)s. Where it asks for that, it applies to no sale."),
        "issued": _("Coupons %(codes)s are not issued one by one, so nobody gets one."),
    }
    return [said[kind] % {"codes": _named(codes)} for kind, codes in absent(offer).items() if kind in said]


def costless(offers: Iterable[Offer]) -> str:
    """The names of products on sale that these offers take money off and of which no cost is known, or empty.

    Of them nobody can tell what margin is left, and no floor holds.
    """
    unknown = catalogue.products_without_cost()
    facts = catalogue.products_by_id(unknown) if unknown else {}
    selections = (
        {products for offer in offers for effect in offer.then for products in effect.discounted()} if facts else ()
    )
    names = [one.name for one in facts.values() if any(products.pick(one) for products in selections)]
    return _named(names) if names else ""


def _asks_who(condition: AnyCondition) -> bool:
    """Whether it holds for members only."""
    if isinstance(condition, All):
        return any(_asks_who(part) for part in condition.of)
    return condition.about in (About.CUSTOMER, About.HABIT)


def _without_cost(offer: Offer) -> list[str]:
    """The names of products with a margin floor that it may take money off, of which no cost is known anywhere."""
    seen = stamps.read()
    known = floors(seen.get("offers", 0), seen.get("catalogue", 0))
    unknown = known.without_cost(clock.now(), organisation.open_station_ids()) if known.products else set()
    facts = catalogue.products_by_id(unknown) if unknown else {}
    selections = [products for effect in offer.then for products in effect.discounted()]
    return [one.name for one in facts.values() if any(products.pick(one) for products in selections)]


def _gifts_without_cost(offer: Offer) -> list[str]:
    """The names of products that it hands over, of which no cost is known at one station at least when it begins, or now."""
    codes = sorted({effect.product for effect in offer.then if isinstance(effect, Gift)})
    costs = costs_of_gifts(Book([Live(0, 0, offer, NEVER, EVER)])) if codes else None
    stations = organisation.open_station_ids() if codes else []
    moment = max(clock.now(), offer.starts or NEVER)
    unknown = [code for code in codes if costs is not None and not costs.is_known(code, moment, stations)]
    facts = catalogue.products_by_code(unknown) if unknown else {}
    return [facts[code].name if code in facts else code for code in unknown]


def _named(names: Sequence[str]) -> str:
    """The first few of them."""
    every = sorted(names)
    if len(every) <= _MOST_NAMED:
        return listed(every, _(", "))
    return _("%(names)s and %(count)s more") % {
        "names": _(", ").join(every[:_MOST_NAMED]),
        "count": len(every) - _MOST_NAMED,
    }
