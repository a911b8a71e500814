"""How all offers combine: in force, before, to come, and what is drafted or in review."""

from datetime import datetime
from typing import Any, Final

import msgspec

from forecourt.kernel import clock, reviews, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.values import Review, Value
from forecourt.offers import permissions
from forecourt.offers.models import RulesDraft
from forecourt.offers.rules.language import Policy, PolicyHandedIn
from forecourt.offers.values import POLICY_SUBJECT, RuleState

_POLICIES: Final = """
SELECT id, body::text, valid_from, published_at, published_by, withdrawn_at, withdrawn_by FROM offers_policyversion
WHERE %(at)s::timestamptz IS NULL OR (valid_from <= %(at)s::timestamptz AND withdrawn_at IS NULL)
ORDER BY valid_from DESC, id DESC LIMIT %(limit)s
"""


class PolicyView(Value):
    """How offers combine from `valid_from` on, unless it was withdrawn before."""

    version: int
    policy: Policy
    valid_from: datetime
    published_at: datetime
    published_by: str
    state: RuleState
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


class PolicyDraft(Value):
    """The policy in draft or, where there is a `review`, handed in: to hold from `valid_from` on, null as soon as approved."""

    policy: Policy
    edited_at: datetime
    edited_by: str
    review: Review | None = None
    valid_from: datetime | None = None


def draft_policy() -> PolicyDraft | None:
    """What the policy is to become, as it is drafted or in review; None where nothing is."""
    row = RulesDraft.objects.filter(subject=POLICY_SUBJECT.partition(":")[2]).exclude(body=None).first()
    if row is None:
        return None
    review = reviews.open_review(POLICY_SUBJECT)
    handed_in = policy_handed_in(review) if review is not None else None
    return PolicyDraft(
        policy=handed_in.policy if handed_in else msgspec.convert(row.body, Policy),
        edited_at=row.edited_at,
        edited_by=row.edited_by,
        review=review,
        valid_from=handed_in.valid_from if handed_in else None,
    )


def policy_handed_in(review: Review) -> PolicyHandedIn:
    """What a review of the policy is about."""
    return msgspec.convert(review.body, PolicyHandedIn)


def policy_of(stored: Any) -> Policy:
    """A policy as reviews keep what held before."""
    return msgspec.convert(stored, Policy)


def policy_at(actor: Actor, moment: datetime | None = None) -> PolicyView | None:
    """How offers combine now, or did at a moment; None before the first policy, when anything goes."""
    return next(iter(_views(actor, moment or clock.now(), 1)), None)


def policies(actor: Actor, *, limit: int = 50) -> list[PolicyView]:
    """How offers combine and combined: what is to come first, then what holds, then what held."""
    return _views(actor, None, limit)


def _views(actor: Actor, at: datetime | None, limit: int) -> list[PolicyView]:
    actor.require(permissions.VIEW_OFFERS)
    now = clock.now()
    found: list[PolicyView] = []
    is_told = False
    for row in sql.dicts(_POLICIES, {"at": at, "limit": limit}):
        state = _state(row, now, is_told=is_told)
        is_told = is_told or state is RuleState.IN_FORCE
        policy = msgspec.json.decode(row.pop("body"), type=Policy)
        found.append(PolicyView(version=row.pop("id"), policy=policy, state=state, **row))
    return found


def _state(row: dict[str, Any], now: datetime, *, is_told: bool) -> RuleState:
    """How a policy stands; `is_told`: one that is later is in force already."""
    if row["withdrawn_at"] is not None:
        return RuleState.WITHDRAWN
    if row["valid_from"] > now:
        return RuleState.ANNOUNCED
    return RuleState.PAST if is_told else RuleState.IN_FORCE


def decided_policies(actor: Actor) -> list[Review]:
    """What was decided about policies that were handed in, the latest first."""
    actor.require(permissions.VIEW_OFFERS)
    return reviews.decided(POLICY_SUBJECT)
