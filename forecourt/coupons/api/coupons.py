"""Routes of coupons: issued, found, used, moved."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Status

from forecourt.coupons import answers, permissions, queries, services
from forecourt.coupons.api.schemas import (
    CouponClaimBody,
    CouponReasonBody,
    CouponRedeemBody,
    CouponTransferBody,
    IssueBody,
    SeenBody,
    SeenOut,
)
from forecourt.coupons.wire import CouponOut, LookupBody, LookupOut
from forecourt.customers import queries as customers
from forecourt.kernel.schemas import Cursor, Id, KeyedRequest, Limit, Page, cursor_of, needs, position_of
from forecourt.kernel.wire import content, described, ref

COMPONENTS = described(LookupBody, LookupOut)

router = Router()


@router.post(
    "/coupons",
    response={201: list[CouponOut]},
    operation_id="coupons_issue",
    summary="Issue coupons to customers",
    openapi_extra=needs("coupons:write", idempotent=True),
)
def issue_coupons(request: KeyedRequest, wanted: IssueBody) -> Status[list[CouponOut]]:
    """Answers those that were made; with an `origin`, whoever has one of it gets none. Send an Idempotency-Key."""
    made = services.issue_coupons(
        request.actor, wanted.template, wanted.customer_ids, origin=wanted.origin, reason=wanted.reason
    )
    return Status(201, answers.outs(queries.views([coupon.id for coupon in made])))


@router.get(
    "/customers/{customer_id}/coupons",
    response=Page[CouponOut],
    operation_id="coupons_of_customer",
    summary="A customer's coupons",
    openapi_extra=needs("coupons:read"),
)
def list_of_customer(
    request: KeyedRequest, customer_id: Id, open: bool = False, limit: Limit = 50, cursor: Cursor | None = None
) -> Page[CouponOut]:
    """The newest first; with `open` those that can still be used. Those of customers merged into this one too."""
    request.actor.require(permissions.VIEW_COUPONS)
    place = position_of(cursor, [UUID])
    found = queries.coupons_of(
        customers.family_ids(answers.known(customer_id)),
        only_open=open,
        after=place[0] if place else None,
        limit=limit + 1,
    )
    return Page[CouponOut](
        items=answers.outs(found[:limit]),
        next=cursor_of(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post(
    "/coupons/lookup",
    response={200: None},
    operation_id="coupons_lookup",
    summary="What a code stands for, and whether it can be used now",
    openapi_extra=needs(
        "coupons:read",
        requestBody={"required": True, "content": content(ref("LookupBody"))},
        responses={200: {"description": "What was found", "content": content(ref("LookupOut"))}},
    ),
)
def look_up(request: KeyedRequest) -> HttpResponse:
    """For a till before it sells: nothing is reserved. An unknown code is an answer, not an error. Both doors take it."""
    answer = answers.look_up(request.actor, request.body)
    return HttpResponse(answer.body, status=answer.status, content_type=answer.media_type)


@router.post(
    "/coupons/redeem",
    response=CouponOut,
    operation_id="coupons_redeem",
    summary="Hand over what a coupon gives, without a sale",
    openapi_extra=needs("coupons:write", idempotent=True),
)
def redeem_coupon(request: KeyedRequest, wanted: CouponRedeemBody) -> CouponOut:
    """409 says why it is not taken, or that it is used in a sale. Send an Idempotency-Key."""
    done = services.redeem_coupon(request.actor, wanted.code, wanted.station, wanted.customer_id)
    return _one(done.id)


@router.post(
    "/coupons/claim",
    response=CouponOut,
    operation_id="coupons_claim",
    summary="Take a coupon by its code",
    openapi_extra=needs("coupons:write"),
)
def claim_coupon(request: KeyedRequest, wanted: CouponClaimBody) -> CouponOut:
    """A bearer's coupon, or one that its holder shared by telling the code where its template allows that."""
    done = services.claim_coupon(request.actor, wanted.code, wanted.customer_id)
    return _one(done.id)


@router.post(
    "/coupons/seen",
    response=SeenOut,
    operation_id="coupons_seen",
    summary="Note that customers saw their coupons",
    openapi_extra=needs("coupons:write"),
)
def mark_seen(request: KeyedRequest, seen: SeenBody) -> SeenOut:
    return SeenOut(seen=services.mark_seen(request.actor, seen.coupon_ids))


@router.get(
    "/coupons/{coupon_id}",
    response=CouponOut,
    operation_id="coupons_get",
    summary="A coupon",
    openapi_extra=needs("coupons:read"),
)
def get_coupon(request: KeyedRequest, coupon_id: UUID) -> CouponOut:
    request.actor.require(permissions.VIEW_COUPONS)
    return _one(coupon_id)


@router.post(
    "/coupons/{coupon_id}/transfer",
    response=CouponOut,
    operation_id="coupons_transfer",
    summary="Give a coupon to another customer",
    openapi_extra=needs("coupons:write"),
)
def transfer_coupon(request: KeyedRequest, coupon_id: UUID, to: CouponTransferBody) -> CouponOut:
    """409 where its template does not allow that, or the coupon cannot be used any more."""
    services.transfer_coupon(request.actor, coupon_id, to.customer_id)
    return get_coupon(request, coupon_id)


@router.post(
    "/coupons/{coupon_id}/void",
    response=CouponOut,
    operation_id="coupons_void",
    summary="Make a coupon void",
    openapi_extra=needs("coupons:write"),
)
def void_coupon(request: KeyedRequest, coupon_id: UUID, why: CouponReasonBody) -> CouponOut:
    """One that is used up stays used and bears `voided_at`: no refund makes it good again. What is void stays as it is."""
    queries.view(coupon_id)
    services.void_coupons(request.actor, [coupon_id], why.reason)
    return get_coupon(request, coupon_id)


@router.post(
    "/coupons/{coupon_id}/restore",
    response=CouponOut,
    operation_id="coupons_restore",
    summary="Give a use back, or make a void coupon good",
    openapi_extra=needs("coupons:write"),
)
def restore_coupon(request: KeyedRequest, coupon_id: UUID, why: CouponReasonBody) -> CouponOut:
    """Its latest use is given back; its last day stays as it is. 409 when there is nothing to give back."""
    services.restore_coupon(request.actor, coupon_id, why.reason)
    return get_coupon(request, coupon_id)


def _one(coupon_id: UUID) -> CouponOut:
    return answers.outs([queries.view(coupon_id)])[0]
