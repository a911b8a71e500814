"""Routes of sales."""

from ninja import Router

router = Router()
