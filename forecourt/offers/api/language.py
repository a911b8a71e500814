"""The rule language that offers are written in."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from forecourt.kernel.schemas import needs
from forecourt.offers.api.schemas import encoded
from forecourt.offers.rules import language

router = Router()


@router.get(
    "/offers/schema",
    response={200: None},
    operation_id="offers_schema",
    summary="The rule language as JSON Schema",
    openapi_extra=needs("offers:read"),
)
def get_schema(request: HttpRequest) -> HttpResponse:
    return encoded(language.schema())


@router.get(
    "/offers/terms",
    response={200: None},
    operation_id="offers_terms",
    summary="Every condition and effect, with labels and fields, for a builder",
    openapi_extra=needs("offers:read"),
)
def get_terms(request: HttpRequest) -> HttpResponse:
    """In the language of Accept-Language."""
    return encoded(language.catalogue())
