"""Routes of products, prices and costs, a file a noun."""

from ninja import Router

from forecourt.catalogue.api import costs, prices, products

router = Router()
for part in (products, prices, costs):
    router.add_router("", part.router)
