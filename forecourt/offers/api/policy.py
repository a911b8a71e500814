"""Routes of how all offers combine: what holds, and its way through a review."""

from decimal import Decimal

from ninja import Router, Status

from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import DatedHandInBody, Id, Instant, KeyedRequest, Limit, Page, SendBackBody, needs
from forecourt.offers import permissions, queries, services
from forecourt.offers.api.ruling import (
    OfferPolicyBody,
    OfferPolicyDraftOut,
    OfferPolicyLineOut,
    OfferPolicyOut,
    OfferPolicyReviewOut,
)

router = Router()
step = review_routes(
    router, "/offer-policy", "offer_policy", OfferPolicyDraftOut, write="offers:write", approve="offers:approve"
)


def _drafted(request: KeyedRequest) -> OfferPolicyDraftOut:
    request.actor.require(permissions.VIEW_OFFERS)
    return OfferPolicyDraftOut.of(queries.draft_policy())


@router.get(
    "/offer-policy",
    response=OfferPolicyOut,
    operation_id="offer_policy_get",
    summary="How all offers combine",
    openapi_extra=needs("offers:read"),
)
def get_policy(request: KeyedRequest, at: Instant | None = None) -> OfferPolicyOut:
    """Now or at a moment, as a sale of that time is rated."""
    found = queries.policy_at(request.actor, at)
    if found is None:
        return OfferPolicyOut(
            most_offers=0, most_percent=Decimal(100), valid_from=None, published_at=None, published_by=""
        )
    return OfferPolicyOut(**OfferPolicyOut.said(found))


@router.get(
    "/offer-policy/history",
    response=Page[OfferPolicyLineOut],
    operation_id="offer_policy_history",
    summary="How offers combined over time",
    openapi_extra=needs("offers:read"),
)
def list_policies(request: KeyedRequest, limit: Limit = 50) -> Page[OfferPolicyLineOut]:
    """What is to come first, then what holds, then what held; at most `limit`, one page only."""
    found = queries.policies(request.actor, limit=limit)
    return Page[OfferPolicyLineOut](items=[OfferPolicyLineOut.of_line(one) for one in found])


@router.post(
    "/offer-policy/versions/{version}/withdraw",
    response={204: None},
    operation_id="offer_policy_version_withdraw",
    summary="Withdraw how offers were to combine, before it holds",
    openapi_extra=needs("offers:approve"),
)
def withdraw_version(request: KeyedRequest, version: Id) -> Status[None]:
    """One that is announced; what holds by then goes on. 409 once it holds or will within a minute, or while another is in
    review.
    """
    services.withdraw_announced_policy(request.actor, version)
    return Status(204, None)


@router.get(
    "/offer-policy/draft",
    response=OfferPolicyDraftOut,
    operation_id="offer_policy_draft",
    summary="How offers are to combine",
    openapi_extra=needs("offers:read"),
)
def get_draft(request: KeyedRequest) -> OfferPolicyDraftOut:
    """And what is in review now."""
    return _drafted(request)


@router.put(
    "/offer-policy/draft",
    response=OfferPolicyDraftOut,
    operation_id="offer_policy_change",
    summary="Draft how offers are to combine",
    openapi_extra=needs("offers:write"),
)
def change_draft(request: KeyedRequest, body: OfferPolicyBody) -> OfferPolicyDraftOut:
    """What holds stays until this is handed in and approved; what holds anyhow throws the draft away."""
    services.draft_policy(request.actor, body.to_value())
    return _drafted(request)


@step("submit", "Hand how offers combine in for review")
def submit(request: KeyedRequest, body: DatedHandInBody) -> OfferPolicyDraftOut:
    """It cannot be edited until that is decided or withdrawn."""
    services.submit_policy(request.actor, body.note, valid_from=body.valid_from)
    return _drafted(request)


@step("withdraw", "Take how offers combine back that was handed in")
def withdraw(request: KeyedRequest) -> OfferPolicyDraftOut:
    services.withdraw_policy(request.actor)
    return _drafted(request)


@step("approve", "Approve how offers combine")
def approve(request: KeyedRequest) -> OfferPolicyDraftOut:
    """By another than who handed it in. It holds from the moment it was meant for, at the earliest from now."""
    services.approve_policy(request.actor)
    return _drafted(request)


@step("refuse", "Send how offers combine back")
def refuse(request: KeyedRequest, body: SendBackBody) -> OfferPolicyDraftOut:
    services.refuse_policy(request.actor, body.reason)
    return _drafted(request)


@router.get(
    "/offer-policy/reviews",
    response=list[OfferPolicyReviewOut],
    operation_id="offer_policy_reviews",
    summary="What was decided about how offers combine",
    openapi_extra=needs("offers:read"),
)
def list_reviews(request: KeyedRequest) -> list[OfferPolicyReviewOut]:
    """The latest first."""
    return [OfferPolicyReviewOut.of(review) for review in queries.decided_policies(request.actor)]
