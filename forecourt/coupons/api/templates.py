"""Routes of coupon templates."""

from typing import Annotated

import msgspec
from ninja import Path, Router, Status
from pydantic import Field

from forecourt.coupons import permissions, queries, services
from forecourt.coupons.api.schemas import (
    TemplateBody,
    TemplateChanges,
    TemplateOut,
    TemplateReviewOut,
    TemplateRuleOut,
    TemplateVersionOut,
)
from forecourt.coupons.queries import KnownTemplate
from forecourt.coupons.values import TemplateState
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import (
    Cursor,
    HandInBody,
    KeyedRequest,
    Limit,
    Page,
    SendBackBody,
    cursor_of,
    needs,
    position_of,
)

router = Router()
step = review_routes(
    router,
    "/coupon-templates/{code}",
    "coupon_templates",
    TemplateOut,
    write="coupons:write",
    approve="coupons:approve",
)

PathCode = Annotated[str, Path(min_length=1, max_length=40)]


@router.get(
    "/coupon-templates",
    response=Page[TemplateOut],
    operation_id="coupon_templates_list",
    summary="List coupon templates",
    openapi_extra=needs("coupons:read"),
)
def list_templates(
    request: KeyedRequest,
    limit: Annotated[int, Field(ge=1, le=200, description="Items on a page.")] = 50,
    cursor: Annotated[str, Field(max_length=40, description="`next` of the page before.")] = "",
    live: Annotated[bool, Field(description="Only those that are still issued.")] = False,
    state: Annotated[TemplateState | None, Field(description="Only those that are so.")] = None,
) -> Page[TemplateOut]:
    """In the order of their codes, without figures. What was never approved is for those who draft or approve templates."""
    actor = request.actor
    actor.require(permissions.VIEW_COUPONS)
    known = queries.live_templates()
    is_told = _is_told(actor)
    codes = [
        code
        for code in sorted(known)
        if code > cursor
        and _may_see(known[code], is_told=is_told)
        and (known[code].is_live or not live)
        and state in (None, known[code].state)
    ]
    places, waiting = queries.places(codes[:limit]), queries.open_reviews() if is_told else {}
    return Page[TemplateOut](
        items=[
            TemplateOut.of(known[code], places[code], is_told=is_told, review=waiting.get(code))
            for code in codes[:limit]
        ],
        next=codes[limit - 1] if len(codes) > limit else None,
    )


@router.get(
    "/coupon-templates/{code}",
    response=TemplateOut,
    operation_id="coupon_templates_get",
    summary="A coupon template with its figures",
    openapi_extra=needs("coupons:read"),
)
def get_template(request: KeyedRequest, code: PathCode) -> TemplateOut:
    """`figures` tell what became of its coupons: issued, seen, used, given back, void, ended."""
    request.actor.require(permissions.VIEW_COUPONS)
    known = _known(request.actor, code)
    figures = queries.figures([known.id]).get(known.id, queries.Figures())
    is_told = _is_told(request.actor)
    review = queries.open_reviews().get(code) if is_told else None
    return TemplateOut.of(known, queries.places([code])[code], figures, is_told=is_told, review=review)


def _known(actor: Actor, code: str) -> KnownTemplate:
    known = queries.templates([code]).get(code)
    if known is None or not _may_see(known, is_told=_is_told(actor)):
        raise NotFound(f"There is no coupon template {code!r}.")
    return known


def _may_see(known: KnownTemplate, *, is_told: bool) -> bool:
    return is_told or known.state is not TemplateState.DRAFT


def _is_told(actor: Actor) -> bool:
    """Whether drafts and reviews are for this actor."""
    return any(actor.may_everywhere(name) for name in (permissions.EDIT_TEMPLATES, permissions.APPROVE_TEMPLATES))


@router.get(
    "/coupon-templates/{code}/versions",
    response=Page[TemplateVersionOut],
    operation_id="coupon_templates_versions",
    summary="What a coupon template said, and when",
    openapi_extra=needs("coupons:read"),
)
def list_versions(
    request: KeyedRequest, code: PathCode, limit: Limit = 50, cursor: Cursor | None = None
) -> Page[TemplateVersionOut]:
    """The newest first."""
    request.actor.require(permissions.VIEW_COUPONS)
    known = _known(request.actor, code)
    place = position_of(cursor, [int])
    found = queries.versions(known.id, before=place[0] if place else None, limit=limit + 1)
    return Page[TemplateVersionOut](
        items=[TemplateVersionOut.of(version) for version in found[:limit]],
        next=cursor_of(found[limit - 1].number) if len(found) > limit else None,
    )


@router.post(
    "/coupon-templates",
    response={201: TemplateOut},
    operation_id="coupon_templates_create",
    summary="Draft a coupon template",
    openapi_extra=needs("coupons:write", idempotent=True),
)
def create_template(request: KeyedRequest, template: TemplateBody) -> Status[TemplateOut]:
    """Nothing is issued of it before it is handed in and approved: then one with `kind` "generic" gets its code, and one with
    "single" is issued to customers or in batches. 409 when the code is taken.
    """
    services.draft_template(request.actor, template.to_value(), is_new=True)
    return Status(201, get_template(request, template.code))


@router.patch(
    "/coupon-templates/{code}",
    response=TemplateOut,
    operation_id="coupon_templates_update",
    summary="Change a coupon template",
    openapi_extra=needs("coupons:write"),
)
def update_template(request: KeyedRequest, code: PathCode, changes: TemplateChanges) -> TemplateOut:
    """Its draft: what is in force stays until this is handed in and approved. What was issued keeps its days and its uses."""
    known = _known(request.actor, code)
    services.draft_template(request.actor, msgspec.structs.replace(known.edited, **changes.sent()))
    return get_template(request, code)


@router.get(
    "/coupon-templates/{code}/draft",
    response=TemplateRuleOut,
    operation_id="coupon_templates_draft",
    summary="What a coupon template is to become",
    openapi_extra=needs("coupons:write", or_scope="coupons:approve"),
)
def get_draft(request: KeyedRequest, code: PathCode) -> TemplateRuleOut:
    """What is edited and handed in: as it was approved, where nothing was changed since."""
    request.actor.require_all_stations()
    return TemplateRuleOut(**TemplateRuleOut.said(_known(request.actor, code).edited))


@router.delete(
    "/coupon-templates/{code}/draft",
    response=TemplateOut,
    operation_id="coupon_templates_discard",
    summary="Throw away what a coupon template was to become",
    openapi_extra=needs("coupons:write"),
)
def discard_draft(request: KeyedRequest, code: PathCode) -> TemplateOut:
    """What is in force stays; 409 for one that was never approved."""
    services.discard_template_draft(request.actor, code)
    return get_template(request, code)


@step("submit", "Hand a coupon template in for review")
def submit_template(request: KeyedRequest, code: PathCode, body: HandInBody) -> TemplateOut:
    """It cannot be edited until that is decided or withdrawn."""
    services.submit_template(request.actor, code, body.note)
    return get_template(request, code)


@step("withdraw", "Take a coupon template back that was handed in")
def withdraw_template(request: KeyedRequest, code: PathCode) -> TemplateOut:
    services.withdraw_template(request.actor, code)
    return get_template(request, code)


@step("approve", "Approve a coupon template")
def approve_template(request: KeyedRequest, code: PathCode) -> TemplateOut:
    """By another than who handed it in. It is in force from now on; coupons issued before keep their days and uses."""
    services.approve_template(request.actor, code)
    return get_template(request, code)


@step("refuse", "Send a coupon template back")
def refuse_template(request: KeyedRequest, code: PathCode, body: SendBackBody) -> TemplateOut:
    services.refuse_template(request.actor, code, body.reason)
    return get_template(request, code)


@router.get(
    "/coupon-templates/{code}/reviews",
    response=list[TemplateReviewOut],
    operation_id="coupon_templates_reviews",
    summary="What was decided about a coupon template",
    openapi_extra=needs("coupons:write", or_scope="coupons:approve"),
)
def list_reviews(request: KeyedRequest, code: PathCode) -> list[TemplateReviewOut]:
    """The latest first: those approved are what it was, who wanted it and who let it."""
    request.actor.require_all_stations()
    return [TemplateReviewOut.of(review) for review in queries.decided(request.actor, code)]


@router.post(
    "/coupon-templates/{code}/retire",
    response=TemplateOut,
    operation_id="coupon_templates_retire",
    summary="Issue no more of a template",
    openapi_extra=needs("coupons:write"),
)
def retire_template(request: KeyedRequest, code: PathCode) -> TemplateOut:
    """At once. What members hold stays good; a code for everybody is void until the template is revived."""
    services.retire_template(request.actor, code)
    return get_template(request, code)


@router.post(
    "/coupon-templates/{code}/revive",
    response=TemplateOut,
    operation_id="coupon_templates_revive",
    summary="Issue a retired template again",
    openapi_extra=needs("coupons:write"),
)
def revive_template(request: KeyedRequest, code: PathCode) -> TemplateOut:
    """As it was approved last; 409 for one that never was."""
    services.revive_template(request.actor, code)
    return get_template(request, code)
