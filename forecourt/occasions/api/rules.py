"""Routes of the rules of gifts and referrals: in force, as they were, drafted, handed in and decided."""

from enum import StrEnum

from ninja import Router

from forecourt.kernel import clock
from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import DatedHandInBody, Instant, KeyedRequest, SendBackBody, needs
from forecourt.occasions import permissions, queries, services
from forecourt.occasions.api.rule_schemas import (
    GiftDraftOut,
    GiftRulesBody,
    ReferralDraftOut,
    ReferralRulesBody,
    RulesOut,
    RulesReviewOut,
    RulesVersionOut,
    StopBody,
)
from forecourt.occasions.values import RulesKind

router = Router()

READ, WRITE, APPROVE = "occasions:read", "gifts:write", "occasions:approve"
step = review_routes(router, "/occasion-rules/{kind}", "occasion_rules", RulesOut, write=WRITE, approve=APPROVE)


class GiftKind(StrEnum):
    """The kinds of rules that are about gifts."""

    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"


@router.get(
    "/occasion-rules",
    response=list[RulesOut],
    operation_id="occasion_rules_list",
    summary="The rules of gifts and referrals",
    openapi_extra=needs(READ),
)
def list_rules(request: KeyedRequest) -> list[RulesOut]:
    """Birthday, anniversary, referral: what is in force, what is to come, what is in review."""
    request.actor.require(permissions.VIEW)
    return [_rules(kind) for kind in RulesKind]


@router.get(
    "/occasion-rules/referral/draft",
    response=ReferralDraftOut,
    operation_id="referral_rules_draft_get",
    summary="The rules of referrals as they are edited",
    openapi_extra=needs(WRITE),
)
def get_referral_draft(request: KeyedRequest) -> ReferralDraftOut:
    request.actor.require(permissions.EDIT_RULES)
    return ReferralDraftOut.of(queries.rules_of(RulesKind.REFERRAL))


@router.put(
    "/occasion-rules/referral/draft",
    response=ReferralDraftOut,
    operation_id="referral_rules_draft_put",
    summary="Save the draft of the rules of referrals",
    openapi_extra=needs(WRITE),
)
def put_referral_draft(request: KeyedRequest, rules: ReferralRulesBody) -> ReferralDraftOut:
    """Nothing takes effect until it is handed in and approved; 409 while it is in review."""
    services.save_rules(request.actor, RulesKind.REFERRAL, rules.to_value())
    return ReferralDraftOut.of(queries.rules_of(RulesKind.REFERRAL))


@router.get(
    "/occasion-rules/{kind}/draft",
    response=GiftDraftOut,
    operation_id="gift_rules_draft_get",
    summary="The rules of a gift as they are edited",
    openapi_extra=needs(WRITE),
)
def get_gift_draft(request: KeyedRequest, kind: GiftKind) -> GiftDraftOut:
    request.actor.require(permissions.EDIT_RULES)
    return GiftDraftOut.of(queries.rules_of(RulesKind(kind.value)))


@router.put(
    "/occasion-rules/{kind}/draft",
    response=GiftDraftOut,
    operation_id="gift_rules_draft_put",
    summary="Save the draft of the rules of a gift",
    openapi_extra=needs(WRITE),
)
def put_gift_draft(request: KeyedRequest, kind: GiftKind, rules: GiftRulesBody) -> GiftDraftOut:
    """Nothing takes effect until it is handed in and approved; 409 while it is in review."""
    services.save_rules(request.actor, RulesKind(kind.value), rules.to_value())
    return GiftDraftOut.of(queries.rules_of(RulesKind(kind.value)))


@router.get(
    "/occasion-rules/{kind}",
    response=RulesOut,
    operation_id="occasion_rules_get",
    summary="Rules in force, now or at another time",
    openapi_extra=needs(READ),
)
def get_rules(request: KeyedRequest, kind: RulesKind, at: Instant | None = None) -> RulesOut:
    """With `at`, `version` is what was in force then, or will be as things stand."""
    request.actor.require(permissions.VIEW)
    found = _rules(kind)
    if at is not None:
        then = queries.rules_at(kind, at)
        found.version = RulesVersionOut.of(then) if then else None
    return found


@router.get(
    "/occasion-rules/{kind}/versions",
    response=list[RulesVersionOut],
    operation_id="occasion_rules_versions",
    summary="Every version of rules",
    openapi_extra=needs(READ),
)
def list_versions(request: KeyedRequest, kind: RulesKind) -> list[RulesVersionOut]:
    """The newest first, all of them; they are never changed."""
    request.actor.require(permissions.VIEW)
    return [RulesVersionOut.of(one) for one in queries.rules_versions(kind)]


@router.get(
    "/occasion-rules/{kind}/reviews",
    response=list[RulesReviewOut],
    operation_id="occasion_rules_reviews",
    summary="What was decided about rules",
    openapi_extra=needs(READ),
)
def list_reviews(request: KeyedRequest, kind: RulesKind) -> list[RulesReviewOut]:
    """The latest first."""
    request.actor.require(permissions.VIEW)
    return [RulesReviewOut.of(one) for one in queries.decided_rules(kind)]


@step("submit", "Hand the draft of rules in for review")
def submit_rules(request: KeyedRequest, kind: RulesKind, body: DatedHandInBody) -> RulesOut:
    """422 for what gives nothing or names what is not there; 409 when it is in review, or nothing was changed."""
    services.submit_rules(request.actor, kind, body.note, valid_from=body.valid_from)
    return _rules(kind)


@step("withdraw", "Take rules back that were handed in")
def withdraw_rules(request: KeyedRequest, kind: RulesKind) -> RulesOut:
    services.withdraw_rules(request.actor, kind)
    return _rules(kind)


@step("approve", "Approve rules")
def approve_rules(request: KeyedRequest, kind: RulesKind) -> RulesOut:
    """By another than who handed them in. What was given, and referrals that were made, stay as they are."""
    services.approve_rules(request.actor, kind)
    return _rules(kind)


@step("refuse", "Send rules back")
def refuse_rules(request: KeyedRequest, kind: RulesKind, body: SendBackBody) -> RulesOut:
    services.refuse_rules(request.actor, kind, body.reason)
    return _rules(kind)


@router.post(
    "/occasion-rules/{kind}/stop",
    response=RulesOut,
    operation_id="occasion_rules_stop",
    summary="Give nothing more by these rules",
    openapi_extra=needs(WRITE),
)
def stop_rules(request: KeyedRequest, kind: RulesKind, body: StopBody) -> RulesOut:
    """At once, and nothing of what was to begin later; what is in review is withdrawn. 409 when nothing is given."""
    services.stop_rules(request.actor, kind, body.reason)
    return _rules(kind)


def _rules(kind: RulesKind) -> RulesOut:
    view, held = queries.rules_of(kind), queries.rules_at(kind, clock.now())
    return RulesOut(
        kind=kind,
        version=RulesVersionOut.of(held) if held else None,
        coming=[RulesVersionOut.of(one) for one in view.coming],
        review=RulesReviewOut.of(view.review) if view.review else None,
    )
