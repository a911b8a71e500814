"""What the goods cost that offers hand over: what their funders owe."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Final

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.rules import History, in_force_at
from forecourt.offers.rules.effects import Gift
from forecourt.offers.rules.matching import Book

_NOWHERE: Final = 0
"""No station's id: a station without costs of its own."""


class GiftCosts:
    """Costs of products that are given, by code, each with its times."""

    def __init__(self, products: dict[str, int], costs: History) -> None:
        self._products = products
        self._costs = costs

    def of(self, station_id: int, product: str, moment: datetime) -> Decimal | None:
        """What a piece cost there and then; None where nobody knows."""
        product_id = self._products.get(product)
        return None if product_id is None else in_force_at(self._costs, product_id, station_id, moment)

    def is_known(self, product: str, moment: datetime, stations: Collection[int]) -> bool:
        """Whether its cost is known then at each of these stations; where there are none yet, everywhere."""
        return all(self.of(station, product, moment) is not None for station in stations or (_NOWHERE,))


_memory: tuple[Book, int, GiftCosts] | None = None


def gift_costs(book: Book, catalogue_stamp: int) -> GiftCosts:
    """The costs of all that the offers of a book hand over, remembered by each process under the stamp of the catalogue."""
    global _memory  # noqa: PLW0603 - one memory a process, of what the stamp vouches for
    memory = _memory
    if memory is not None and memory[0] is book and memory[1] == catalogue_stamp:
        return memory[2]
    found = costs_of_gifts(book)
    _memory = (book, catalogue_stamp, found)
    return found


def costs_of_gifts(book: Book) -> GiftCosts:
    """The same, read anew. Two statements where there are any gifts."""
    codes = {effect.product for live in book.offers for effect in live.offer.then if isinstance(effect, Gift)}
    facts = catalogue.products_by_code(codes) if codes else {}
    products = {code: known.id for code, known in facts.items()}
    return GiftCosts(products, catalogue.costs(products.values()) if products else {})


def forget() -> None:
    """Forget what was read."""
    global _memory  # noqa: PLW0603
    _memory = None
