"""Routes of catalogue."""

from ninja import Router

router = Router()
