"""Stations and products that an import speaks of and nobody knows yet: made on the way."""

from collections.abc import Iterable, Mapping, Sequence

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue import rules as catalogue_rules
from forecourt.catalogue import services as catalogue_services
from forecourt.catalogue.values import NewProduct
from forecourt.connectors.pos import guess
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid
from forecourt.organisation import queries as organisation
from forecourt.organisation import services as organisation_services
from forecourt.organisation.values import NewStation
from forecourt.sales.values import NewSale

_REMEMBERED = 200_000


class Making:
    """Makes what is missing before each list is posted; in a dry run only counts it."""

    def __init__(self, actor: Actor, *, dry_run: bool) -> None:
        self._actor = actor
        self._dry_run = dry_run
        self._stations: set[str] = set()
        self._products: set[str] = set()
        self.new_stations: set[str] = set()
        self.new_products: set[str] = set()

    def make_for(self, sales: Sequence[NewSale], goods: Mapping[str, NewProduct]) -> tuple[int, int]:
        """Make what these sales need; returns how many stations and products were new."""
        stations = self._missing_stations({sale.station for sale in sales} - self._stations)
        products = self._missing_products({line.product for sale in sales for line in sale.lines}, goods)
        if not self._dry_run:
            if stations:
                new = [NewStation(code=code, name=code) for code in stations]
                organisation_services.open_stations(self._actor, new)
            if products:
                catalogue_services.add_products(self._actor, products)
        else:
            self.new_stations.update(stations)
            self.new_products.update(product.code for product in products)
        return len(stations), len(products)

    def _missing_stations(self, codes: Iterable[str]) -> list[str]:
        codes = set(codes)
        missing = sorted(codes - organisation.station_facts(codes).keys()) if codes else []
        self._stations |= codes
        return missing

    def _missing_products(self, codes: set[str], goods: Mapping[str, NewProduct]) -> list[NewProduct]:
        codes = codes - self._products
        if not codes:
            return []
        if len(self._products) > _REMEMBERED:
            self._products.clear()
        missing = sorted(codes - catalogue.products_by_code(codes).keys())
        self._products |= codes
        made = (_valid(goods.get(code) or guess.product(code)) for code in missing)
        return [product for product in made if product is not None]


def _valid(product: NewProduct) -> NewProduct | None:
    """The product as the catalogue would take it, by its code alone if its name is none; None if neither will do."""
    for candidate in (product, guess.product(product.code)):
        try:
            return catalogue_rules.normal_product(candidate)
        except Invalid:
            continue
    return None
