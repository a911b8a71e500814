"""Routes of sales. Sales are read and answered by `wire`, as at the till door, so that both give the same bytes."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field, WithJsonSchema

from forecourt.customers import queries as customers
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound, Problem
from forecourt.kernel.schemas import Cursor, Day, Id, KeyedRequest, Limit, cursor_of, needs, position_of
from forecourt.kernel.wire import JSON, HttpAnswer, content, ref
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import words as tier_words
from forecourt.loyalty.values import TierShown
from forecourt.organisation import queries as organisation
from forecourt.sales import answers, queries, services, wire
from forecourt.sales.api.schemas import (
    SaleLineOut,
    SaleOut,
    SalesPage,
    SaleSummary,
    answers_of,
    sales_body,
)
from forecourt.sales.queries import SaleView
from forecourt.sales.values import (
    NewSale,
    Points,
    Quote,
    Receipt,
    SaleStatus,
    Totals,
)
from forecourt.sales.words import Reader

router = Router()

Reservation = Annotated[str, Path(), WithJsonSchema({"type": "string", "format": "uuid"})]
LINES: Final = "application/jsonl"
_OTHER_LINES: Final = "application/x-ndjson"
_READER: Final = {
    "in": "query",
    "name": "reader",
    "required": False,
    "description": "Answer `sentences` too: for the customer (what they get, what is in reach), the cashier (what to "
    "say and do) or the auditor (all: each condition that fails, of every offer in force); and `benefits`: what the "
    "member's tier brings.",
    "schema": {"type": "string", "enum": [reader.value for reader in Reader]},
}


@router.post(
    "/sales",
    response={200: None, 201: None},
    operation_id="sales_post",
    summary="Post a sale or a list of sales",
    openapi_extra=needs(
        "sales:write",
        parameters=[_READER],
        requestBody=sales_body(),
        responses=answers_of("Receipt", status_200="All were replayed", status_201="One at least is new"),
    ),
)
def post_sales(request: KeyedRequest) -> HttpResponse:
    """Make sales final, each once: (station, source, source_ref) names a sale for ever, and sent again it is replayed.

    A list holds up to 5,000. Each item is answered in its place, by its receipt or its problem; one spoils no other.
    """
    return _answered(request, services.post_sales)


@router.post(
    "/sales/quote",
    response={200: None},
    operation_id="sales_quote",
    summary="Quote a sale or a list of sales",
    openapi_extra=needs(
        "sales:write",
        parameters=[_READER],
        requestBody=sales_body(),
        responses=answers_of("Quote", status_200="What they would come to"),
    ),
)
def quote_sales(request: KeyedRequest) -> HttpResponse:
    """What sales would come to if they were posted now, each by itself. Nothing is recorded."""
    reader = answers.reader_of(request.GET.get("reader"))
    return _answered(request, partial(services.quote_sales, depth=answers.depth_of(reader)))


@router.post(
    "/sales/reserve",
    response={200: None},
    operation_id="sales_reserve",
    summary="Reserve a sale or a list of sales",
    openapi_extra=needs(
        "sales:write",
        parameters=[_READER],
        requestBody=sales_body(),
        responses=answers_of("Reserved", status_200="What they were promised"),
    ),
)
def reserve_sales(request: KeyedRequest) -> HttpResponse:
    """A quote that holds: its coupons, budgets and points are set aside until it is sold, released, or its time is up.

    Post the sale with `reservation`. Offers that end meanwhile still serve it. Points to pay with that are not there: 409.
    """
    return _answered(request, services.reserve_sales)


def _answered(
    request: KeyedRequest, engine: Callable[[Actor, Sequence[NewSale | Problem]], Sequence[Receipt | Quote | Problem]]
) -> HttpResponse:
    reader = answers.reader_of(request.GET.get("reader"))
    found: Sequence[Receipt | Quote | Problem] = engine(request.actor, wire.decode_sales(request.body))
    if reader is not None:
        found = answers.in_words(found, reader)
    return _http(answers.to_list(found) if wire.is_list(request.body) else answers.to_one(found[0]))


@router.post(
    "/sales/reserve/{reservation_id}/release",
    response={204: None},
    operation_id="sales_release",
    summary="Release a reservation",
    openapi_extra=needs("sales:write"),
)
def release_sale(request: KeyedRequest, reservation_id: Reservation) -> HttpResponse:
    """Let a reservation go that will not be sold. Safe to repeat."""
    return _http(answers.release(request.actor, reservation_id))


@router.post(
    "/sales/import",
    response={200: None},
    operation_id="sales_import",
    summary="Import sales as JSON Lines",
    openapi_extra=needs(
        "sales:write",
        requestBody={"required": True, "content": content({"type": "string"}, LINES, _OTHER_LINES)},
        responses={
            200: {
                "description": "A receipt or a problem for each line that is not blank, in order, one a line",
                "content": content({"type": "string"}, LINES),
            }
        },
    ),
)
def import_sales(request: KeyedRequest) -> StreamingHttpResponse:
    """Any number of sales, one a line, plain or gzip; posted a thousand at a time while the answers stream back."""
    return StreamingHttpResponse(answers.to_lines(request.actor, request.lines), content_type=LINES)


@router.post(
    "/sales/{sale_id}/refund",
    response={200: None, 201: None},
    operation_id="sales_refund",
    summary="Refund a sale",
    openapi_extra=needs(
        "sales:write",
        requestBody={"required": True, "content": content(ref("NewRefund"))},
        responses={
            200: {"description": "The refund was replayed", "content": content(ref("Receipt"))},
            201: {"description": "The refund is new", "content": content(ref("Receipt"))},
        },
    ),
)
def refund_sale(request: KeyedRequest, sale_id: UUID) -> HttpResponse:
    """Refund a sale whole, or the lines named. Points go back to the lots they came from."""
    return _http(answers.to_one(services.refund_sale(request.actor, sale_id, wire.decode_refund(request.body))))


@router.get(
    "/sales/{sale_id}",
    response={200: None},
    operation_id="sales_get",
    summary="One sale",
    openapi_extra=needs("sales:read", responses={200: {"description": "The sale", "content": content(ref("SaleOut"))}}),
)
def get_sale(request: KeyedRequest, sale_id: UUID) -> HttpResponse:
    """A sale with its lines, payments and explanation. 404 for one at a station that is not the key's."""
    view = queries.sale(request.actor, sale_id)
    station = organisation.stations_by_id([view.station_id])[view.station_id]
    lines = tuple(
        SaleLineOut(product=line.code, **{name: getattr(line, name) for name in _LINE_FIELDS}) for line in view.lines
    )
    shown = SaleOut(
        **_summary(view, station.code),
        lines=lines,
        tenders=wire.decode_tenders(view.tenders),
        refunds=view.refunds,
        explanation=wire.decode_reasons(view.explanation),
        benefits=_benefits(view),
    )
    return HttpResponse(wire.encode(shown), content_type=JSON)


def _benefits(view: SaleView) -> TierShown | None:
    return tier_words.shown(loyalty.programme_at(view.occurred_at), view.tier) if view.tier else None


class SalesFilter(Schema):
    """Which sales to list; business dates, both included."""

    station: Annotated[str, Field(max_length=32)] = ""
    since: Annotated[Day | None, Field(alias="from", description="First business date.")] = None
    until: Annotated[Day | None, Field(alias="to", description="Last business date.")] = None
    customer: Annotated[Id | None, Field(description="The customer's id; those merged into it count too.")] = None
    limit: Limit = 50
    cursor: Cursor | None = None


@router.get(
    "/sales",
    response={200: None},
    operation_id="sales_list",
    summary="List sales",
    openapi_extra=needs(
        "sales:read", responses={200: {"description": "A page of sales", "content": content(ref("SalesPage"))}}
    ),
)
def list_sales(request: KeyedRequest, wanted: Query[SalesFilter]) -> HttpResponse:
    """Newest first, of the stations in the key's scope."""
    found = queries.list_sales(
        request.actor,
        customer_ids=customers.family_ids(wanted.customer) if wanted.customer else None,
        station_ids=[_station_id(request, wanted.station)] if wanted.station else None,
        since=wanted.since,
        until=wanted.until,
        before=position_of(wanted.cursor, [date, datetime, UUID]),
        limit=wanted.limit + 1,
    )
    shown = found[: wanted.limit]
    stations = organisation.stations_by_id({view.station_id for view in shown})
    page = SalesPage(
        items=tuple(SaleSummary(**_summary(view, stations[view.station_id].code)) for view in shown),
        next=_cursor_after(shown[-1]) if len(found) > wanted.limit else None,
    )
    return HttpResponse(wire.encode(page), content_type=JSON)


def _cursor_after(last: SaleView) -> str:
    return cursor_of(last.business_date, last.occurred_at, last.id)


_LINE_FIELDS: Final = ("number", "name", "kind", "quantity", "unit_price", "amount", "discount")
_SAME_FIELDS: Final = (
    "id",
    "business_date",
    "source",
    "source_ref",
    "occurred_at",
    "recorded_at",
    "customer_id",
    "pump",
    "staff",
    "fuel_quantity",
    "flags",
    "refund_of",
)


def _summary(view: SaleView, station: str) -> dict[str, Any]:
    return {
        **{name: getattr(view, name) for name in _SAME_FIELDS},
        "status": SaleStatus(view.status),
        "station": station,
        "totals": Totals(gross=view.gross, discount=view.discount, net=view.net),
        "points": Points(earned=view.points_earned, balance=view.points_balance),
        "tier": view.tier or None,
    }


def _station_id(request: KeyedRequest, code: str) -> int:
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise NotFound(f"There is no station {code}.")
    request.actor.require_station(station.id, code)
    return station.id


def _http(answer: HttpAnswer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.media_type)
