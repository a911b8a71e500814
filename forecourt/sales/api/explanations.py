"""Why a sale came to what it did, in words."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from forecourt.kernel.schemas import KeyedRequest, needs
from forecourt.kernel.wire import JSON, content, ref
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.sales import queries, services, wire, words
from forecourt.sales.api.schemas import ExplanationOut

router = Router()


class ExplanationFilter(Schema):
    """For whom it is said."""

    reader: Annotated[
        words.Reader,
        Field(description="customer: what they got, and what is in reach; cashier: what to say and do; auditor: all."),
    ] = words.Reader.CUSTOMER


@router.get(
    "/sales/{sale_id}/explanation",
    response={200: None},
    operation_id="sales_explanation",
    summary="Why a sale came to what it did, in words",
    openapi_extra=needs(
        "sales:read", responses={200: {"description": "The sentences", "content": content(ref("ExplanationOut"))}}
    ),
)
def explain_sale(request: KeyedRequest, sale_id: UUID, wanted: Query[ExplanationFilter]) -> HttpResponse:
    """For the customer, the cashier or the auditor. 404 for a sale at a station that is not the key's.

    The auditor hears of each offer that was missed all that is known to have stood in its way, not only the first thing.
    """
    view = queries.sale(request.actor, sale_id)
    if wanted.reader is words.Reader.AUDITOR:
        reasons = services.whole_explanation(view)
    else:
        reasons = wire.decode_reasons(view.explanation)
    programme = loyalty.programme_at(view.occurred_at)
    company = organisation.company()
    found = words.sentences(reasons, company, words.names_of(company, programme), wanted.reader)
    return HttpResponse(wire.encode(ExplanationOut(reader=wanted.reader, sentences=found)), content_type=JSON)
