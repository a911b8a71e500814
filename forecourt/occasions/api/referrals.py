"""Routes of referrals."""

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema, Status
from pydantic import Field

from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import Body, Cursor, Id, KeyedRequest, Limit, Page, Text, cursor_of, needs, position_of
from forecourt.occasions import permissions, queries, services
from forecourt.occasions.values import Flag, ReferralState, ReferralView

router = Router()


class CodeOut(Schema):
    """A member's referral code."""

    customer_id: int
    code: str


class CodeBody(Body):
    """The referral code of the member who brought this one."""

    code: Annotated[Text, Field(min_length=1, max_length=40)]


class ReferralOut(Schema):
    """A member brought by another. While there are `open_flags`, a person decides and nothing is rewarded.

    `accepted_flags` are those that a person let pass; `decided_by` and `decided_at` say who decided last, and when.
    """

    id: int
    referrer_id: int
    referred_id: int
    state: ReferralState
    open_flags: list[Flag]
    accepted_flags: list[Flag]
    made_at: datetime
    qualified_at: datetime | None
    due_at: datetime | None
    rewarded_at: datetime | None
    reason: str
    decided_at: datetime | None
    decided_by: str

    @classmethod
    def of(cls, view: ReferralView) -> "ReferralOut":
        said = {name: getattr(view, name) for name in cls.model_fields if name != "accepted_flags"}
        accepted = [flag for flag in view.flags if flag not in view.open_flags]
        return cls.model_validate({**said, "accepted_flags": accepted})


class AcceptBody(Body):
    """Why what speaks against it may pass, for the audit trail."""

    note: Annotated[str, Field(max_length=200)] = ""


class ReferralRefusalBody(Body):
    """Why nothing is given."""

    reason: Annotated[Text, Field(min_length=1, max_length=200)]


@router.get(
    "/customers/{customer_id}/referral-code",
    response=CodeOut,
    operation_id="referral_code_get",
    summary="The referral code of a customer",
    openapi_extra=needs("occasions:read"),
)
def get_code(request: KeyedRequest, customer_id: Id) -> CodeOut:
    """Made when it is first asked for. It stays the same, after merges too."""
    return CodeOut(customer_id=_known(customer_id), code=services.referral_code(request.actor, customer_id))


@router.post(
    "/customers/{customer_id}/referral",
    response={201: ReferralOut},
    operation_id="referrals_create",
    summary="Note who brought a customer",
    openapi_extra=needs("occasions:write", idempotent=True),
)
def make_referral(request: KeyedRequest, customer_id: Id, said: CodeBody) -> Status[ReferralOut]:
    """422 for a code that is nobody's, the customer's own, or too late; 409 when another member brought the customer."""
    referral_id = services.make_referral(request.actor, customer_id, said.code)
    return Status(201, ReferralOut.of(queries.referral(referral_id)))


@router.get(
    "/customers/{customer_id}/referrals",
    response=Page[ReferralOut],
    operation_id="referrals_of_customer",
    summary="Whom a customer brought, and who brought the customer",
    openapi_extra=needs("occasions:read"),
)
def list_of_customer(
    request: KeyedRequest, customer_id: Id, limit: Limit = 50, cursor: Cursor | None = None
) -> Page[ReferralOut]:
    request.actor.require(permissions.VIEW)
    return _page(limit, cursor, customers.family_ids(_known(customer_id)))


@router.get(
    "/referrals",
    response=Page[ReferralOut],
    operation_id="referrals_list",
    summary="Referrals",
    openapi_extra=needs("occasions:read"),
)
def list_referrals(
    request: KeyedRequest,
    state: ReferralState | None = None,
    is_flagged: bool | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> Page[ReferralOut]:
    """The latest first. With `is_flagged` those that wait for a person (false: the others), each with its `open_flags`."""
    request.actor.require(permissions.VIEW)
    return _page(limit, cursor, None, state, is_flagged=is_flagged)


@router.get(
    "/referrals/{referral_id}",
    response=ReferralOut,
    operation_id="referrals_get",
    summary="One referral",
    openapi_extra=needs("occasions:read"),
)
def get_referral(request: KeyedRequest, referral_id: Id) -> ReferralOut:
    request.actor.require(permissions.VIEW)
    return ReferralOut.of(queries.referral(referral_id))


@router.post(
    "/referrals/{referral_id}/accept",
    response=ReferralOut,
    operation_id="referrals_accept",
    summary="Let what speaks against a referral pass",
    openapi_extra=needs("occasions:approve"),
)
def accept_referral(request: KeyedRequest, referral_id: Id, said: AcceptBody) -> ReferralOut:
    """It is rewarded when it is due; what turns up later needs another look. 409 when it ended, or nothing waits."""
    services.approve_referral(request.actor, referral_id, said.note)
    return ReferralOut.of(queries.referral(referral_id))


@router.post(
    "/referrals/{referral_id}/refuse",
    response=ReferralOut,
    operation_id="referrals_refuse",
    summary="Give no reward for a referral",
    openapi_extra=needs("occasions:approve"),
)
def refuse_referral(request: KeyedRequest, referral_id: Id, said: ReferralRefusalBody) -> ReferralOut:
    """For good. 409 when it ended already."""
    services.refuse_referral(request.actor, referral_id, said.reason)
    return ReferralOut.of(queries.referral(referral_id))


def _page(
    limit: int,
    cursor: str | None,
    family: list[int] | None,
    state: ReferralState | None = None,
    *,
    is_flagged: bool | None = None,
) -> Page[ReferralOut]:
    position = position_of(cursor, [int])
    found = queries.referrals(
        is_flagged=is_flagged,
        states=[state.value] if state else (),
        customer_ids=family,
        before=position[0] if position else None,
        limit=limit + 1,
    )
    return Page[ReferralOut](
        items=[ReferralOut.of(view) for view in found[:limit]],
        next=cursor_of(found[limit - 1].id) if len(found) > limit else None,
    )


def _known(customer_id: int) -> int:
    """The id under which a customer is known today; NotFound when there is none."""
    resolved = customers.resolve([CustomerClaim(id=customer_id)])[0]
    if resolved is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return resolved.customer_id
