"""What happens to products and prices. Events are about no customer."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from forecourt.kernel.events import Event


class ProductsAdded(Event):
    """Products are new, at most 1,000 in one event; sales that were flagged for them can be mended."""

    name: ClassVar[str] = "products.added.v1"
    products: tuple[str, ...]


class ProductChanged(Event):
    """`fields` names what changed."""

    name: ClassVar[str] = "product.changed.v1"
    product_id: int
    product: str
    fields: tuple[str, ...]


class PriceAnnounced(Event):
    """A price will hold, or holds already, from `effective_from` on; `station_id` null means everywhere."""

    name: ClassVar[str] = "price.announced.v1"
    price_id: int
    product_id: int
    product: str
    station_id: int | None
    price: Decimal
    effective_from: datetime


class PriceWithdrawn(Event):
    """An announced price was taken back before it took effect."""

    name: ClassVar[str] = "price.withdrawn.v1"
    price_id: int
    product_id: int
    station_id: int | None
