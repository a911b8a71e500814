"""Routes of the accounting policy for points: drafted with its reason, approved by a second person, then never changed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from forecourt.accounts import queries, services
from forecourt.accounts.api.books import Month
from forecourt.accounts.values import Account, Policy, PolicyState, PolicyView, Role
from forecourt.kernel.problems import Invalid
from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import Body, Day, Figure, Id, KeyedRequest, SendBackBody, Text, needs

router = Router()


class AccountBody(Body):
    """An account as the general ledger knows it, and what the journal uses it for."""

    role: Role
    code: Annotated[Text, StringConstraints(min_length=1, max_length=20)]
    name: Annotated[str, StringConstraints(max_length=60)] = ""


class PolicyBody(Body):
    """How points are accounted for from `valid_from` on, and why so: auditors ask.

    `point_value` is the stand-alone price of a point, tax included. `redemption_percent` of the points earned are expected to
    be redeemed ever (the rest is breakage); `cohort_percents` says otherwise by the month of earning. `tax_percent` is the
    VAT inside of prices. Accounts that are not named are those of a Chinese general ledger.
    """

    valid_from: Day
    point_value: Figure
    redemption_percent: Figure
    cohort_percents: dict[Month, Figure] = {}
    tax_percent: Figure = Decimal(0)
    accounts: Annotated[list[AccountBody], Field(max_length=20)] = []
    reason: Annotated[Text, Field(max_length=1000)]

    def to_value(self) -> Policy:
        roles = [one.role for one in self.accounts]
        for place, role in enumerate(roles):
            if role in roles[:place]:
                raise Invalid.field(f"accounts.{place}.role", f"{role.value} is named twice; leave one out")
        policy = Policy(
            valid_from=self.valid_from,
            point_value=self.point_value,
            redemption_percent=self.redemption_percent,
            cohort_percents=self.cohort_percents,
            tax_percent=self.tax_percent,
        )
        named = {one.role: Account(code=one.code.strip(), name=one.name) for one in self.accounts}
        return msgspec.structs.replace(policy, accounts=policy.accounts | named)


class PolicyNoteBody(Body):
    """A note on the decision."""

    note: Annotated[str, Field(max_length=1000)] = ""


class AccountOut(Schema):
    """An account of the general ledger, and what the journal uses it for."""

    role: str
    code: str
    name: str


class PolicyOut(Schema):
    """A version of the accounting policy for points, in force from `valid_from` once it is approved.

    `redemption_percent` of the points earned are expected to be redeemed; `cohort_percents` says otherwise by month.
    `note` is what was said with the decision.
    """

    id: int
    state: PolicyState
    valid_from: date
    point_value: Figure
    redemption_percent: Figure
    cohort_percents: dict[str, Figure]
    tax_percent: Figure
    accounts: list[AccountOut]
    reason: str
    drafted_by: str
    drafted_at: datetime
    submitted_by: str
    submitted_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    note: str

    @classmethod
    def of(cls, view: PolicyView) -> "PolicyOut":
        policy = view.policy
        return cls(
            id=view.id,
            state=view.state,
            valid_from=policy.valid_from,
            point_value=policy.point_value,
            redemption_percent=policy.redemption_percent,
            cohort_percents=policy.cohort_percents,
            tax_percent=policy.tax_percent,
            accounts=[
                AccountOut(role=role.value, code=account.code, name=account.name)
                for role, account in policy.accounts.items()
            ],
            reason=view.reason,
            drafted_by=view.drafted_by,
            drafted_at=view.drafted_at,
            submitted_by=view.submitted_by,
            submitted_at=view.submitted_at,
            decided_by=view.decided_by,
            decided_at=view.decided_at,
            note=view.note,
        )


step = review_routes(
    router,
    "/liability/policies/{policy_id}",
    "liability_policies",
    PolicyOut,
    write="accounts:write",
    approve="accounts:approve",
)


@router.get(
    "/liability/policies",
    response=list[PolicyOut],
    operation_id="liability_policies",
    summary="The accounting policy for points, all versions",
    openapi_extra=needs("accounts:read"),
)
def list_policies(request: KeyedRequest) -> list[PolicyOut]:
    """Newest first. Of the approved ones the one with the latest `valid_from` that has begun is in force."""
    return [PolicyOut.of(view) for view in queries.policies(request.actor)]


@router.post(
    "/liability/policies",
    response={201: PolicyOut},
    operation_id="liability_policies_draft",
    summary="Draft a version of the accounting policy",
    openapi_extra=needs("accounts:write", idempotent=True),
)
def draft_policy(request: KeyedRequest, policy: PolicyBody) -> Status[PolicyOut]:
    """Nothing takes effect until it is approved. To begin after the last day that is closed."""
    policy_id = services.draft_policy(request.actor, policy.to_value(), policy.reason)
    return Status(201, _out(request, policy_id))


@router.get(
    "/liability/policies/{policy_id}",
    response=PolicyOut,
    operation_id="liability_policies_get",
    summary="One version of the accounting policy",
    openapi_extra=needs("accounts:read"),
)
def get_policy(request: KeyedRequest, policy_id: Id) -> PolicyOut:
    return _out(request, policy_id)


@router.put(
    "/liability/policies/{policy_id}",
    response=PolicyOut,
    operation_id="liability_policies_change",
    summary="Write a draft of the accounting policy anew",
    openapi_extra=needs("accounts:write"),
)
def change_policy(request: KeyedRequest, policy_id: Id, policy: PolicyBody) -> PolicyOut:
    """All of it. 409 once it was handed in."""
    services.change_policy(request.actor, policy_id, policy.to_value(), policy.reason)
    return _out(request, policy_id)


@router.delete(
    "/liability/policies/{policy_id}",
    response={204: None},
    operation_id="liability_policies_discard",
    summary="Throw away a draft of the accounting policy",
    openapi_extra=needs("accounts:write"),
)
def discard_policy(request: KeyedRequest, policy_id: Id) -> Status[None]:
    """409 once it was handed in."""
    services.discard_policy(request.actor, policy_id)
    return Status(204, None)


@step("submit", "Hand in a draft of the accounting policy")
def submit_policy(request: KeyedRequest, policy_id: Id) -> PolicyOut:
    services.submit_policy(request.actor, policy_id)
    return _out(request, policy_id)


@step("approve", "Approve a version of the accounting policy")
def approve_policy(request: KeyedRequest, policy_id: Id, body: PolicyNoteBody | None = None) -> PolicyOut:
    """By another than who handed it in. The books follow it from `valid_from` on."""
    services.approve_policy(request.actor, policy_id, body.note if body else "")
    return _out(request, policy_id)


@step("refuse", "Turn a version of the accounting policy down")
def refuse_policy(request: KeyedRequest, policy_id: Id, body: SendBackBody) -> PolicyOut:
    """For good; a new draft begins from it."""
    services.refuse_policy(request.actor, policy_id, body.reason)
    return _out(request, policy_id)


def _out(request: KeyedRequest, policy_id: int) -> PolicyOut:
    return PolicyOut.of(queries.policy(request.actor, policy_id))
