"""Routes of loyalty."""

from ninja import Router

router = Router()
