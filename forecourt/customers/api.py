"""Routes of customers."""

from ninja import Router

router = Router()
