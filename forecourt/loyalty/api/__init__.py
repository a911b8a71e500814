"""Routes of loyalty: points, adjustments that want approval, and the programme with its draft, reviews and versions."""

from ninja import Router

from forecourt.loyalty.api.adjustments import router as adjustments
from forecourt.loyalty.api.points import router as points
from forecourt.loyalty.api.programme import router as programme

router = Router()
router.add_router("", points)
router.add_router("", adjustments)
router.add_router("", programme)
