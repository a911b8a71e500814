"""The accounting policy: drafted with its reason, approved by a second person, never changed afterwards."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.accounts import permissions, queries
from forecourt.accounts.models import PolicyVersion
from forecourt.accounts.queries.scope import require_all
from forecourt.accounts.values import Policy, PolicyState, Role
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import queries as organisation

_HUNDRED = Decimal(100)


@transaction.atomic(durable=True)
def draft_policy(actor: Actor, policy: Policy, reason: str) -> int:
    """Write down a new version with the reason for it; returns its id. Nothing takes effect until it is approved."""
    _admit(actor, permissions.EDIT)
    _check(policy, reason)
    row = PolicyVersion.objects.create(
        valid_from=policy.valid_from,
        body=_body(policy),
        reason=reason.strip(),
        drafted_at=clock.now(),
        drafted_by=actor.label,
    )
    audit.record(actor, "policy.draft", f"policy:{row.pk}", reason=row.reason)
    return int(row.pk)


@transaction.atomic(durable=True)
def change_policy(actor: Actor, policy_id: int, policy: Policy, reason: str) -> None:
    """Write a draft anew. Conflict once it was handed in."""
    _admit(actor, permissions.EDIT)
    _check(policy, reason)
    row = _locked(policy_id, PolicyState.DRAFT)
    row.valid_from, row.body, row.reason = policy.valid_from, _body(policy), reason.strip()
    row.drafted_at, row.drafted_by = clock.now(), actor.label
    row.save()
    audit.record(actor, "policy.draft", f"policy:{row.pk}", reason=row.reason)


@transaction.atomic(durable=True)
def discard_policy(actor: Actor, policy_id: int) -> None:
    """Throw a draft away."""
    _admit(actor, permissions.EDIT)
    _locked(policy_id, PolicyState.DRAFT).delete()
    audit.record(actor, "policy.discard", f"policy:{policy_id}")


@transaction.atomic(durable=True)
def submit_policy(actor: Actor, policy_id: int) -> None:
    """Hand a draft in for review by a second person."""
    _admit(actor, permissions.EDIT)
    row = _locked(policy_id, PolicyState.DRAFT)
    _check_day(row.valid_from)
    row.state, row.submitted_at, row.submitted_by = PolicyState.REVIEW, clock.now(), actor.label
    row.save()
    audit.record(actor, "policy.submit", f"policy:{policy_id}")


@transaction.atomic(durable=True)
def approve_policy(actor: Actor, policy_id: int, note: str = "") -> None:
    """Put a version in force from its day on. NotAllowed for whoever handed it in, unless the company says otherwise."""
    _admit(actor, permissions.APPROVE)
    row = _locked(policy_id, PolicyState.REVIEW)
    if actor.label == row.submitted_by and not organisation.company().solo_approval:
        raise NotAllowed(_("You handed this in yourself; a second person must approve it."))
    _check_day(row.valid_from)
    _decide(actor, row, PolicyState.APPROVED, note)


@transaction.atomic(durable=True)
def refuse_policy(actor: Actor, policy_id: int, note: str) -> None:
    """Turn a version down, saying why."""
    _admit(actor, permissions.APPROVE)
    if not note.strip():
        raise Invalid.field("note", _("is empty; say why it is refused"))
    _decide(actor, _locked(policy_id, PolicyState.REVIEW), PolicyState.REFUSED, note)


def _admit(actor: Actor, permission: str) -> None:
    actor.require(permission)
    require_all(actor)


def _decide(actor: Actor, row: PolicyVersion, state: PolicyState, note: str) -> None:
    row.state, row.note = state, note.strip()
    row.decided_at, row.decided_by = clock.now(), actor.label
    row.save()
    audit.record(
        actor, "policy.approve" if state is PolicyState.APPROVED else "policy.refuse", f"policy:{row.pk}", reason=note
    )


def _locked(policy_id: int, state: PolicyState) -> PolicyVersion:
    row = PolicyVersion.objects.select_for_update().filter(pk=policy_id).first()
    if row is None:
        raise NotFound(_("There is no accounting policy %(id)s.") % {"id": policy_id})
    if row.state != state:
        raise Conflict(
            _("Accounting policy %(id)s is in state %(state)s, not %(wanted)s; look at it again.")
            % {"id": policy_id, "state": row.state, "wanted": state.value}
        )
    return row


def _body(policy: Policy) -> Any:
    return msgspec.json.decode(msgspec.json.encode(policy))


def _check_day(valid_from: date) -> None:
    """A closed day never changes, so a policy can only begin after the last one."""
    last = queries.last_close()
    if last is not None and valid_from <= last.day:
        raise Invalid.field(
            "valid_from", _("the books are closed up to %(day)s; choose a later day") % {"day": last.day}
        )


def _check(policy: Policy, reason: str) -> None:
    """Refuse a policy that could not be applied, naming the field and the remedy."""
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; auditors will ask why the estimate is what it is"))
    if not 0 < policy.point_value <= 1000:
        raise Invalid.field("point_value", _("must be above 0 and at most 1,000: what a point is worth in currency"))
    percents = {"redemption_percent": policy.redemption_percent} | {
        f"cohort_percents.{month}": percent for month, percent in policy.cohort_percents.items()
    }
    for path, percent in percents.items():
        if not 0 < percent <= _HUNDRED:
            raise Invalid.field(path, _("%(percent)s must be above 0 and at most 100") % {"percent": percent})
    for month in policy.cohort_percents:
        try:
            date.fromisoformat(f"{month}-01")
        except ValueError:
            raise Invalid.field(
                "cohort_percents", _("%(month)r is no month such as 2026-01") % {"month": month}
            ) from None
    if not 0 <= policy.tax_percent < _HUNDRED:
        raise Invalid.field("tax_percent", _("must be 0 or more and below 100"))
    for role in Role:
        if not policy.account(role).code.strip():
            raise Invalid.field(f"accounts.{role.value}", _("is empty; give the account's code in the general ledger"))
    _check_day(policy.valid_from)
