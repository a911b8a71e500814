"""Names of what explanations and offers name by code."""

from collections.abc import Mapping
from functools import cached_property

from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.coupons import queries as coupons
from forecourt.kernel.words import say
from forecourt.offers import queries as offers
from forecourt.offers.rules.speaking import WORDS
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import CompanyFacts


class CompanyNames:
    """Names of what rules name by code, looked up when they are first asked for."""

    def __init__(self, company: CompanyFacts, tiers: Mapping[str, str]) -> None:
        self._company = company
        self._tiers = tiers
        self._products: dict[str, str] = {}
        self._stations: dict[str, str] = {}

    def name(self, kind: str, code: str) -> str:
        """The name of a code; the code itself where nothing is known of it."""
        match kind:
            case "tier":
                return self._tiers.get(code, code)
            case "product":
                return self._product(code)
            case "station":
                return self._station(code)
            case "template":
                return self._templates.get(code, code)
            case "category":
                return self._categories.get(code, code)
            case "currency":
                return code or symbol(self._company.currency)
            case "digits":
                return str(self._company.digits)
            case "unit" if code == "volume":
                return _("L") if self._company.volume_unit == "litre" else _("gal")
            case "unit_of":
                facts = catalogue.products_by_code([code]).get(code)
                return facts.unit if facts else ""
        return say(WORDS[kind][code]) if code in WORDS.get(kind, {}) else code

    def offer(self, code: str) -> str:
        """What an offer is called; a tier's own discount is called after the tier."""
        if code.startswith("tier."):
            return self._tiers.get(code.removeprefix("tier."), code)
        return self._offers.get(code, code)

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


def symbol(currency: str) -> str:
    """The sign of a currency, its code where it has none here."""
    return {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}.get(currency, f"{currency} ")
