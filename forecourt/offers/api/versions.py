"""Routes of what offers said before."""

from typing import Annotated

from django.http import HttpResponse
from ninja import Path, Router

from forecourt.kernel.schemas import Cursor, KeyedRequest, Limit, Page, cursor_of, needs, position_of
from forecourt.offers import queries, services
from forecourt.offers.api.schemas import OfferOut, OfferVersionOut, PathCode, encoded, offer_out

router = Router()

PathVersion = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get(
    "/offers/{code}/versions",
    response={200: Page[OfferVersionOut]},
    operation_id="offers_versions",
    summary="What an offer said, and when",
    openapi_extra=needs("offers:read"),
)
def list_versions(
    request: KeyedRequest, code: PathCode, limit: Limit = 50, cursor: Cursor | None = None
) -> HttpResponse:
    """The newest first."""
    queries.offer(request.actor, code)
    place = position_of(cursor, [int])
    found = queries.versions(request.actor, code, before=place[0] if place else None, limit=limit + 1)
    page = found[:limit]
    return encoded({"items": page, "next": cursor_of(page[-1].number) if len(found) > limit else None})


@router.get(
    "/offers/{code}/versions/{version}",
    response={200: OfferVersionOut},
    operation_id="offers_version",
    summary="One version of an offer",
    openapi_extra=needs("offers:read"),
)
def get_version(request: KeyedRequest, code: PathCode, version: PathVersion) -> HttpResponse:
    return encoded(queries.version(request.actor, code, version))


@router.post(
    "/offers/{code}/versions/{version}/restore",
    response={200: OfferOut},
    operation_id="offers_restore",
    summary="Put what an offer said before into its draft",
    openapi_extra=needs("offers:write"),
)
def restore_version(request: KeyedRequest, code: PathCode, version: PathVersion) -> HttpResponse:
    """It holds again once it is handed in and approved. 404 for a version that says that the offer is not in force."""
    services.restore_draft(request.actor, code, version)
    return offer_out(request, code)
