"""An offer tried on a basket: what the sale would come to, which offers it would get, and why not the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.values import ProductFacts
from forecourt.customers.values import CustomerClaim
from forecourt.faces.backoffice.queries import offers as reads
from forecourt.faces.backoffice.queries import reference
from forecourt.faces.backoffice.screens.figures import moment_of
from forecourt.faces.backoffice.screens.offer_words import OfferNames
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid
from forecourt.offers.rules.language import Offer
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.sales import services
from forecourt.sales.values import NewLine, NewSale, NewTender, Quote, Reason
from forecourt.sales.words import sentence

ROWS: Final = 3
"""Goods of a basket."""
MOST: Final = Decimal(100_000)
_MARKS: Final = {"offer.applied": "applied", "offer.lost": "lost", "offer.missed": "missed"}


def goods() -> list[tuple[str, str]]:
    """Goods and services to put in a basket, the first few hundred."""
    fuels = {row["code"] for row in reference.grades()}
    return [(code, name) for code, name, _brand in reads.pick("products", "", 300) if code not in fuels]


def tried(actor: Actor, asked: Mapping[str, Any], offer: Offer, names: OfferNames) -> dict[str, Any]:
    """What the basket would come to with the offer. Invalid for a basket that cannot be."""
    code = asked.get("try_station", "")
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise Invalid.field("try_station", _("choose a station"))
    at = moment_of(asked, "try_at") or clock.now()
    lines = _lines(asked, station, at)
    quote = services.try_offer(
        actor,
        NewSale(
            station=code,
            source="office",
            source_ref="try",
            occurred_at=at,
            lines=tuple(lines),
            tenders=_tenders(asked, lines),
            customer=_claim(asked),
            coupons=tuple(asked.get("try_coupons", "").split()[:20]),
            pricing="offers",
        ),
        offer,
    )
    return _shown(quote, offer, names, asked)


def _shown(quote: Quote, offer: Offer, names: OfferNames, asked: Mapping[str, Any]) -> dict[str, Any]:
    company = organisation.company()
    offers = _first_of_others(quote.explanation, offer)
    rows = [
        {
            "mark": _MARKS.get(reason.code, "said"),
            "text": sentence(reason, company, names),
            "is_own": reason.rule == offer.code and reason.code in _MARKS,
        }
        for reason in offers
    ]
    rows.sort(key=lambda row: (not row["is_own"], ["applied", "said", "lost", "missed"].index(row["mark"])))
    own = next((row["mark"] for row in rows if row["is_own"]), "")
    return {
        "totals": quote.totals,
        "points": quote.points,
        "is_member": quote.customer_id is not None,
        "is_unknown": quote.customer_id is None and bool(asked.get("try_who")),
        "tier": names.name("tier", quote.tier) if quote.tier else "",
        "rows": rows,
        "own": own,
    }


def _first_of_others(reasons: Sequence[Reason], offer: Offer) -> list[Reason]:
    """What is said of offers and coupons: all that was missing for the one that is tried, of others the first thing."""
    found: list[Reason] = []
    missed = set()
    for reason in reasons:
        if reason.code == "offer.missed" and reason.rule != offer.code:
            if reason.rule in missed:
                continue
            missed.add(reason.rule)
        if reason.code.startswith(("offer.", "coupon.")):
            found.append(reason)
    return found


def _lines(asked: Mapping[str, Any], station: StationFacts, at: datetime) -> list[NewLine]:
    wanted = [(asked.get("try_grade", ""), asked.get("try_volume", ""), "try_volume")]
    wanted += [
        (asked.get(f"try_item_{row}", ""), asked.get(f"try_count_{row}", "") or "1", f"try_count_{row}")
        for row in range(1, ROWS + 1)
    ]
    chosen = [(code, _number(text, field)) for code, text, field in wanted if code and text.strip()]
    facts = catalogue.products_by_code({code for code, _quantity in chosen})
    prices = catalogue.prices_in_force(station.id, {one.id for one in facts.values()}, at)
    lines = [
        _line(facts[code], quantity, prices.get(facts[code].id))
        for code, quantity in chosen
        if quantity and code in facts
    ]
    if not lines:
        raise Invalid.field("try_volume", _("Put something into the basket."))
    return lines


def _line(product: ProductFacts, quantity: Decimal, price: Decimal | None) -> NewLine:
    price = price or reference.usual_price(product.id)
    if price is None:
        raise Invalid.field(
            "try_station", _("%(product)s has no price there and then; announce one first.") % {"product": product.name}
        )
    amount = (price * quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return NewLine(product=product.code, quantity=quantity, unit_price=price, amount=amount)


def _number(text: str, field: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value < MOST:
        raise Invalid.field(field, _("%(text)s is no quantity.") % {"text": text})
    return value.quantize(Decimal("0.001"))


def _tenders(asked: Mapping[str, Any], lines: list[NewLine]) -> tuple[NewTender, ...]:
    kind = asked.get("try_tender", "")
    total = sum([line.amount for line in lines], ZERO)
    return (NewTender(kind=kind, amount=total),) if kind else ()


def _claim(asked: Mapping[str, Any]) -> CustomerClaim | None:
    """Nobody, whoever has this phone number, or the member of a tier who came last."""
    chosen = asked.get("try_who", "")
    if chosen == "phone":
        phone = asked.get("try_phone", "").strip()[:40]
        return CustomerClaim(phone=phone) if phone else None
    if chosen.startswith("tier:"):
        tier = chosen.removeprefix("tier:")
        somebody = reads.somebody_of(tier)
        if somebody is None:
            raise Invalid.field("try_who", _("No member of that tier has bought anything yet; take another."))
        return CustomerClaim(id=somebody)
    return None
