"""Reads of the catalogue: products by any code, prices and costs as of a moment."""

from forecourt.catalogue.queries.costs import (
    cost_history,
    costs,
    costs_in_force,
    products_with_costs,
    products_without_cost,
)
from forecourt.catalogue.queries.prices import next_changes, price_history, prices_at_stations, prices_in_force
from forecourt.catalogue.queries.products import (
    brands,
    categories,
    category_names,
    forget,
    fuels,
    list_products,
    product,
    product_facts,
    products_by_code,
    products_by_id,
    remembered_products,
)

__all__ = [
    "brands",
    "categories",
    "category_names",
    "cost_history",
    "costs",
    "costs_in_force",
    "forget",
    "fuels",
    "list_products",
    "next_changes",
    "price_history",
    "prices_at_stations",
    "prices_in_force",
    "product",
    "product_facts",
    "products_by_code",
    "products_by_id",
    "products_with_costs",
    "products_without_cost",
    "remembered_products",
]
