"""Why a sale came to what it did, in words."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field

from forecourt.kernel.schemas import KeyedRequest, needs
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.sales import queries, wire, words

router = Router()


class ExplanationFilter(Schema):
    """For whom it is said."""

    reader: Annotated[
        words.Reader,
        Field(description="customer: what they got, and what is in reach; cashier: what to say and do; auditor: all."),
    ] = words.Reader.CUSTOMER


class SentenceOut(Schema):
    """A reason with its sentence by language ("en", "zh-Hans"); `code`, `verdict`, `rule` are those of the explanation."""

    code: str
    verdict: str
    rule: str
    words: dict[str, str]


class ExplanationOut(Schema):
    """The sentences that are this reader's business, in the order in which the sale was worked out."""

    reader: words.Reader
    sentences: list[SentenceOut]


@router.get(
    "/sales/{sale_id}/explanation",
    response=ExplanationOut,
    operation_id="sales_explanation",
    summary="Why a sale came to what it did, in words",
    openapi_extra=needs("sales:read"),
)
def explain_sale(request: KeyedRequest, sale_id: UUID, wanted: Query[ExplanationFilter]) -> ExplanationOut:
    """For the customer, the cashier or the auditor. 404 for a sale at a station that is not the key's."""
    view = queries.sale(request.actor, sale_id)
    reasons = wire.decode_reasons(view.explanation)
    programme = loyalty.programme_at(view.occurred_at)
    company = organisation.company()
    found = words.sentences(reasons, company, words.names_of(company, programme), wanted.reader)
    return ExplanationOut(
        reader=wanted.reader,
        sentences=[
            SentenceOut(code=one.code, verdict=one.verdict.value, rule=one.rule, words=one.words) for one in found
        ],
    )
