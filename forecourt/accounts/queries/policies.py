"""Versions of the accounting policy."""

from datetime import date

import msgspec
from django.utils.translation import gettext as _

from forecourt.accounts import permissions, rules
from forecourt.accounts.models import PolicyVersion
from forecourt.accounts.queries.scope import require_all
from forecourt.accounts.values import Policy, PolicyState, PolicyView
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound


def approved() -> list[Policy]:
    """Every approved version, oldest first."""
    return [_policy(row) for row in PolicyVersion.objects.filter(state=PolicyState.APPROVED).order_by("id")]


def policy_at(day: date) -> Policy | None:
    """The policy in force on a day; None before the first."""
    return rules.in_force(approved(), day)


def policies(actor: Actor) -> list[PolicyView]:
    """All versions, newest first."""
    actor.require(permissions.VIEW)
    require_all(actor)
    return [view(row) for row in PolicyVersion.objects.order_by("-id")[:200]]


def policy(actor: Actor, policy_id: int) -> PolicyView:
    """One version; NotFound when there is none."""
    actor.require(permissions.VIEW)
    require_all(actor)
    row = PolicyVersion.objects.filter(pk=policy_id).first()
    if row is None:
        raise NotFound(_("There is no accounting policy %(id)s.") % {"id": policy_id})
    return view(row)


def view(row: PolicyVersion) -> PolicyView:
    return PolicyView(
        id=row.pk,
        state=PolicyState(row.state),
        policy=_policy(row),
        reason=row.reason,
        drafted_at=row.drafted_at,
        drafted_by=row.drafted_by,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.note,
    )


def _policy(row: PolicyVersion) -> Policy:
    body = msgspec.convert(row.body, type=Policy, strict=False)
    return msgspec.structs.replace(body, version=row.pk, valid_from=row.valid_from)
