"""Names of what explanations and offers name by code."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from django.utils.translation import gettext_lazy

from forecourt.catalogue import queries as catalogue
from forecourt.coupons import queries as coupons
from forecourt.kernel.money import sign
from forecourt.kernel.words import say
from forecourt.loyalty.words import TENDERS
from forecourt.offers import queries as offers
from forecourt.offers.rules.speaking import WORDS
from forecourt.organisation import queries as organisation
from forecourt.organisation.rules import unit_in_short
from forecourt.organisation.values import CompanyFacts

_FUNDERS: Final = {
    "brand": gettext_lazy("The brand"),
    "dealer": gettext_lazy("The dealer"),
    "supplier": gettext_lazy("Supplier"),
}


class CompanyNames:
    """Names of what rules name by code, looked up when they are first asked for."""

    def __init__(self, company: CompanyFacts, tiers: Mapping[str, str]) -> None:
        self._volume_unit = company.volume_unit
        self._tiers = tiers
        self._products: dict[str, str] = {}
        self._stations: dict[str, str] = {}
        self._look_ups: dict[str, Callable[[str], str]] = {
            "tier": lambda code: tiers.get(code, code),
            "product": self._product,
            "station": self._station,
            "template": lambda code: self._templates.get(code, code),
            "category": lambda code: self._categories.get(code, code),
            "tender": lambda code: str(TENDERS.get(code, code)),
            "funder": funder_name,
            "currency": lambda code: code or sign(company.currency),
            "digits": lambda _code: str(company.digits),
            "zone": lambda code: code or company.zone,
            "unit": self._unit,
            "unit_of": self._unit_of,
        }

    def name(self, kind: str, code: str) -> str:
        """The name of a code; the code itself where nothing is known of it."""
        look_up = self._look_ups.get(kind)
        if look_up is not None:
            return look_up(code)
        return _word(kind, code)

    def offer(self, code: str) -> str:
        """What an offer is called; a tier's own discount is called after the tier."""
        if code.startswith("tier."):
            return self._tiers.get(code.removeprefix("tier."), code)
        return self._offers.get(code, code)

    def _unit(self, code: str) -> str:
        if code != "volume":
            return _word("unit", code)
        return unit_in_short(self._volume_unit)

    def _unit_of(self, code: str) -> str:
        facts = catalogue.products_by_code([code]).get(code)
        return facts.unit if facts else ""

    def _product(self, code: str) -> str:
        if code not in self._products:
            facts = catalogue.products_by_code([code]).get(code)
            self._products[code] = facts.name if facts else code
        return self._products[code]

    def _station(self, code: str) -> str:
        if code not in self._stations:
            facts = organisation.station_facts([code]).get(code)
            self._stations[code] = facts.name if facts else code
        return self._stations[code]

    @cached_property
    def _templates(self) -> dict[str, str]:
        return {code: known.template.name for code, known in coupons.live_templates().items()}

    @cached_property
    def _categories(self) -> dict[str, str]:
        return catalogue.category_names()

    @cached_property
    def _offers(self) -> dict[str, str]:
        return offers.offers().names()


def _word(kind: str, code: str) -> str:
    """The word of the language of offers for a code, the code itself where it has none."""
    return say(WORDS[kind][code]) if code in WORDS.get(kind, {}) else code


def funder_name(code: str) -> str:
    """Who pays for an offer: "supplier:aoke" is the supplier aoke."""
    kind, _colon, name = code.partition(":")
    return f"{_FUNDERS.get(kind, kind)} {name}".strip()
