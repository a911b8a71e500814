"""Routes of coupon templates."""

from typing import Annotated

import msgspec
from ninja import Path, Router, Status
from pydantic import Field

from forecourt.coupons import permissions, queries, services
from forecourt.coupons.api.schemas import TemplateBody, TemplateChanges, TemplateOut, TemplateVersionOut
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import Cursor, KeyedRequest, Limit, Page, cursor_of, needs, position_of

router = Router()

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
) -> Page[TemplateOut]:
    """In the order of their codes, without figures."""
    request.actor.require(permissions.VIEW_COUPONS)
    known = queries.live_templates()
    codes = [code for code in sorted(known) if code > cursor and (known[code].is_live or not live)]
    places = queries.places(codes[:limit])
    return Page[TemplateOut](
        items=[TemplateOut.of(known[code], places[code]) for code in codes[:limit]],
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
    known = queries.templates([code]).get(code)
    if known is None:
        raise NotFound(f"There is no coupon template {code!r}.")
    figures = queries.figures([known.id]).get(known.id, queries.Figures())
    return TemplateOut.of(known, queries.places([code])[code], figures)


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
    known = queries.templates([code]).get(code)
    if known is None:
        raise NotFound(f"There is no coupon template {code!r}.")
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
    summary="Make a coupon template",
    openapi_extra=needs("coupons:write", idempotent=True),
)
def create_template(request: KeyedRequest, template: TemplateBody) -> Status[TemplateOut]:
    """One with `kind` "generic" gets its `generic_code` at once; one with "single" is issued to customers or in batches."""
    services.create_template(request.actor, template.to_value())
    return Status(201, get_template(request, template.code))


@router.patch(
    "/coupon-templates/{code}",
    response=TemplateOut,
    operation_id="coupon_templates_update",
    summary="Change a coupon template",
    openapi_extra=needs("coupons:write"),
)
def update_template(request: KeyedRequest, code: PathCode, changes: TemplateChanges) -> TemplateOut:
    """What was issued keeps its days and its uses."""
    known = queries.templates([code]).get(code)
    if known is None:
        raise NotFound(f"There is no coupon template {code!r}.")
    services.change_template(request.actor, msgspec.structs.replace(known.template, **changes.sent()))
    return get_template(request, code)


@router.post(
    "/coupon-templates/{code}/retire",
    response=TemplateOut,
    operation_id="coupon_templates_retire",
    summary="Issue no more of a template",
    openapi_extra=needs("coupons:write"),
)
def retire_template(request: KeyedRequest, code: PathCode) -> TemplateOut:
    """What members hold stays good; a code for everybody is void until the template is revived."""
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
    services.revive_template(request.actor, code)
    return get_template(request, code)
