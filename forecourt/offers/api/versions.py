"""Routes of what offers said before."""

from django.http import HttpResponse
from ninja import Router

from forecourt.kernel.schemas import KeyedRequest, needs
from forecourt.offers import queries
from forecourt.offers.api.schemas import OfferVersions, PathCode, encoded

router = Router()


@router.get(
    "/offers/{code}/versions",
    response={200: OfferVersions},
    operation_id="offers_versions",
    summary="What an offer said, and when",
    openapi_extra=needs("offers:read"),
)
def list_versions(request: KeyedRequest, code: PathCode) -> HttpResponse:
    """The newest first."""
    queries.offer(request.actor, code)
    return encoded({"items": queries.versions(request.actor, code)})
