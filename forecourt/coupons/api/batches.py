"""Routes of batches of bearer coupons."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from forecourt.coupons import permissions, queries, rules, services
from forecourt.coupons.api.schemas import BatchBody, BatchOut, CouponReasonBody, SheetsBody, SheetsOut
from forecourt.coupons.queries import BatchCode
from forecourt.kernel.languages import LANGUAGES
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import Cursor, Id, KeyedRequest, Limit, Page, cursor_of, needs, position_of

router = Router()

_CSV: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "A line for each coupon: code, as printed, status, from, until.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    }
}


_ZIP: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "A ZIP of HTML files to print.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class BatchCodeOut(Schema):
    """A coupon of a batch."""

    id: UUID
    code: str
    status: str
    active_from: date
    expires_on: date | None


@router.post(
    "/coupon-batches",
    response={201: BatchOut},
    operation_id="coupon_batches_create",
    summary="Ask for a batch of bearer coupons",
    openapi_extra=needs("coupons:write", idempotent=True),
)
def create_batch(request: KeyedRequest, wanted: BatchBody) -> Status[BatchOut]:
    """A job makes them; `made` of the batch tells how far it is. Send an Idempotency-Key."""
    batch_id = services.create_batch(request.actor, wanted.template, wanted.name, wanted.count)
    return Status(201, BatchOut.of(queries.batch(batch_id)))


@router.get(
    "/coupon-batches",
    response=Page[BatchOut],
    operation_id="coupon_batches_list",
    summary="List batches",
    openapi_extra=needs("coupons:read"),
)
def list_batches(request: KeyedRequest, limit: Limit = 50, cursor: Cursor | None = None) -> Page[BatchOut]:
    """The newest first, without their figures."""
    request.actor.require(permissions.VIEW_COUPONS)
    place = position_of(cursor, [int])
    found = queries.all_batches(limit + 1, place[0] if place else None)
    return Page[BatchOut](
        items=[BatchOut.of(batch) for batch in found[:limit]],
        next=cursor_of(found[limit - 1].id) if len(found) > limit else None,
    )


@router.get(
    "/coupon-batches/{batch_id}",
    response=BatchOut,
    operation_id="coupon_batches_get",
    summary="A batch, how far it is made and what became of it",
    openapi_extra=needs("coupons:read"),
)
def get_batch(request: KeyedRequest, batch_id: Id) -> BatchOut:
    request.actor.require(permissions.VIEW_COUPONS)
    return BatchOut.of(queries.batch(batch_id))


@router.get(
    "/coupon-batches/{batch_id}/coupons",
    response=Page[BatchCodeOut],
    operation_id="coupon_batches_coupons",
    summary="The coupons of a batch",
    openapi_extra=needs("coupons:write"),
)
def list_codes(
    request: KeyedRequest, batch_id: Id, limit: Limit = 200, cursor: Cursor | None = None
) -> Page[BatchCodeOut]:
    """In the order they were made. Codes are as good as the coupons, so that this needs the scope that issues them."""
    request.actor.require(permissions.ISSUE_COUPONS)
    queries.batch(batch_id)
    place = position_of(cursor, [UUID])
    found = list(queries.batch_codes(batch_id, **({"after": place[0]} if place else {}), most=limit + 1))
    return Page[BatchCodeOut](
        items=[BatchCodeOut(**line._asdict()) for line in found[:limit]],
        next=cursor_of(found[limit - 1].id) if len(found) > limit else None,
    )


@router.get(
    "/coupon-batches/{batch_id}/export.csv",
    operation_id="coupon_batches_export",
    summary="The coupons of a batch as CSV",
    openapi_extra=needs("coupons:write", **_CSV),
)
def export_batch(request: KeyedRequest, batch_id: Id) -> StreamingHttpResponse:
    """UTF-8, comma-separated, a head, then a line for each coupon made so far; sent while it is read."""
    services.note_export(request.actor, batch_id)
    response = StreamingHttpResponse(csv_lines(queries.batch_codes(batch_id)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="coupons-{batch_id}.csv"'
    return response


@router.post(
    "/coupon-batches/{batch_id}/sheets",
    response={202: SheetsOut},
    operation_id="coupon_sheets_create",
    summary="Ask for the sheets of a batch to print",
    openapi_extra=needs("coupons:write"),
)
def ask_sheets(request: KeyedRequest, batch_id: Id, wanted: SheetsBody) -> Status[SheetsOut]:
    """A job makes a ZIP of pages for A4, 24 coupons on a sheet, each with its QR code. 409 while they are under way."""
    return Status(202, SheetsOut.of(services.ask_sheets(request.actor, batch_id, LANGUAGES[wanted.language])))


@router.get(
    "/coupon-batches/{batch_id}/sheets",
    response=SheetsOut,
    operation_id="coupon_sheets_get",
    summary="How far the sheets of a batch are",
    openapi_extra=needs("coupons:read"),
)
def get_sheets(request: KeyedRequest, batch_id: Id) -> SheetsOut:
    """404 where none were asked for, or they were thrown away: they are kept for a week."""
    request.actor.require(permissions.VIEW_COUPONS)
    queries.batch(batch_id)
    view = queries.sheets(batch_id)
    if view is None:
        raise NotFound(_("There are no sheets of batch %(id)s; ask for them.") % {"id": batch_id})
    return SheetsOut.of(view)


@router.delete(
    "/coupon-batches/{batch_id}/sheets",
    response={204: None},
    operation_id="coupon_sheets_drop",
    summary="Throw the sheets of a batch away, or stop making them",
    openapi_extra=needs("coupons:write"),
)
def drop_sheets(request: KeyedRequest, batch_id: Id) -> Status[None]:
    services.drop_sheets(request.actor, batch_id)
    return Status(204, None)


@router.get(
    "/coupon-batches/{batch_id}/sheets.zip",
    operation_id="coupon_sheets_download",
    summary="The sheets of a batch as ZIP",
    openapi_extra=needs("coupons:write", **_ZIP),
)
def download_sheets(request: KeyedRequest, batch_id: Id) -> FileResponse:
    """HTML files that need nothing else, a hundred sheets each. Codes are as good as the coupons: it is audited."""
    path = services.take_sheets(request.actor, batch_id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"coupons-{batch_id}.zip")


@router.post(
    "/coupon-batches/{batch_id}/void",
    response=BatchOut,
    operation_id="coupon_batches_void",
    summary="Make a batch void",
    openapi_extra=needs("coupons:write"),
)
def void_batch(request: KeyedRequest, batch_id: Id, why: CouponReasonBody) -> BatchOut:
    """At once, whatever its size: what was not used of it is not taken any more."""
    services.void_batch(request.actor, batch_id, why.reason)
    return get_batch(request, batch_id)


@router.post(
    "/coupon-batches/{batch_id}/restore",
    response=BatchOut,
    operation_id="coupon_batches_restore",
    summary="Make a void batch good again",
    openapi_extra=needs("coupons:write"),
)
def restore_batch(request: KeyedRequest, batch_id: Id) -> BatchOut:
    services.restore_batch(request.actor, batch_id)
    return get_batch(request, batch_id)


class _Line:
    """What csv writes to: hands back each line."""

    def write(self, text: str) -> str:
        return text


def csv_lines(coupons: Iterator[BatchCode]) -> Iterator[str]:
    """The lines of an export."""
    write = csv.writer(_Line()).writerow
    yield write(["code", "printed", "status", "active_from", "expires_on"])
    for line in coupons:
        yield write([line.code, rules.shown_code(line.code), line.status, line.active_from, line.expires_on or ""])
