"""Commands of the catalogue, a file a noun."""

from forecourt.catalogue.services.costs import note_costs, note_good_costs
from forecourt.catalogue.services.prices import announce_prices, withdraw_price
from forecourt.catalogue.services.products import add_products, add_standard_fuels, rename_category, update_product

__all__ = [
    "add_products",
    "add_standard_fuels",
    "announce_prices",
    "note_costs",
    "note_good_costs",
    "rename_category",
    "update_product",
    "withdraw_price",
]
