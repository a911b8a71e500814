"""How all offers combine: drafted, handed in, approved by a second person, in force from a moment on."""

from datetime import datetime

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import bounds, clock, reviews, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.offers import permissions
from forecourt.offers.models import PolicyVersion
from forecourt.offers.rules.language import Policy, PolicyHandedIn
from forecourt.offers.services import ruling
from forecourt.offers.values import POLICY_SUBJECT
from forecourt.organisation import queries as organisation


@transaction.atomic(durable=True)
def draft_policy(actor: Actor, policy: Policy) -> None:
    """Draft how all offers are to combine. What holds stays until this is handed in and approved.

    Drafting what holds anyhow throws the draft away. Invalid, naming the field, for what cannot be; Conflict while in review.
    """
    ruling.require_everywhere(actor, permissions.EDIT_OFFERS)
    _check(policy)
    row = ruling.locked(POLICY_SUBJECT)
    ruling.keep(actor, POLICY_SUBJECT, row, None if _holds_anyhow(policy) else _stored(policy))


@transaction.atomic(durable=True)
def discard_policy(actor: Actor) -> None:
    """Throw the draft away. Conflict while it is in review."""
    ruling.require_everywhere(actor, permissions.EDIT_OFFERS)
    ruling.keep(actor, POLICY_SUBJECT, ruling.locked(POLICY_SUBJECT), None)


@transaction.atomic(durable=True)
def submit_policy(actor: Actor, note: str = "", *, valid_from: datetime | None = None) -> int:
    """Hand the draft in, to hold from `valid_from` or as soon as it is approved; returns the review's id.

    It cannot be edited until that is decided. Conflict when nothing is drafted.
    """
    ruling.require_everywhere(actor, permissions.EDIT_OFFERS)
    row = ruling.locked(POLICY_SUBJECT)
    policy = msgspec.convert(ruling.drafted(row), Policy)
    _check(policy)
    ruling.require_to_come(valid_from)
    body = msgspec.to_builtins(PolicyHandedIn(policy=policy, valid_from=valid_from))
    before = _stored(_policy_at(valid_from or clock.now()))
    return reviews.hand_in(actor, POLICY_SUBJECT, body, note, before=before, detail=_stored(policy))


@transaction.atomic(durable=True)
def approve_policy(actor: Actor) -> datetime:
    """Let offers combine as was handed in, from the moment it was meant for, at the earliest from now; returns from when.

    Sales that occurred before keep what held then. NotAllowed for who handed it in, unless the company lets one do both.
    """
    ruling.require_everywhere(actor, permissions.APPROVE_OFFERS)
    row = ruling.locked(POLICY_SUBJECT)
    review = reviews.approve(actor, POLICY_SUBJECT, is_alone=organisation.company().solo_approval)
    handed_in = msgspec.convert(review.body, PolicyHandedIn)
    _check(handed_in.policy)
    now = clock.now()
    valid_from = max(handed_in.valid_from or now, now)
    PolicyVersion.objects.create(
        valid_from=valid_from, body=_stored(handed_in.policy), published_at=now, published_by=actor.label
    )
    ruling.take_up(row)
    stamps.bump("offers")
    return valid_from


@transaction.atomic(durable=True)
def refuse_policy(actor: Actor, reason: str) -> None:
    """Send it back to who handed it in, saying why; the draft stays."""
    ruling.require_everywhere(actor, permissions.APPROVE_OFFERS)
    ruling.locked(POLICY_SUBJECT)
    reviews.refuse(actor, POLICY_SUBJECT, reason)


@transaction.atomic(durable=True)
def withdraw_policy(actor: Actor) -> None:
    """Take it back before it is decided; it can be edited again."""
    ruling.require_everywhere(actor, permissions.EDIT_OFFERS)
    ruling.locked(POLICY_SUBJECT)
    reviews.withdraw(actor, POLICY_SUBJECT)


@transaction.atomic(durable=True)
def withdraw_announced_policy(actor: Actor, version: int) -> None:
    """Take a policy back that was approved and does not hold yet, so that it never will. What holds by then goes on.

    NotFound when there is no such version; Conflict once it holds, or while another is in review.
    """
    ruling.require_everywhere(actor, permissions.APPROVE_OFFERS)
    ruling.locked(POLICY_SUBJECT)
    rows = PolicyVersion.objects.filter(pk=version)
    row = rows.first()
    if row is None:
        raise NotFound(_("There is no version %(version)s of how offers combine.") % {"version": version})
    ruling.call_off(actor, POLICY_SUBJECT, row.valid_from, rows)


def _check(policy: Policy) -> None:
    bounds.check(policy)
    if not 0 <= policy.most_offers <= 100:
        raise Invalid.field(
            "most_offers", _("%(count)s is no number from 0, any, to 100; mend it") % {"count": policy.most_offers}
        )


def _policy_at(moment: datetime) -> Policy:
    """How offers combine at that moment as far as is decided; anything goes before the first policy."""
    body = (
        PolicyVersion.objects.filter(valid_from__lte=moment, withdrawn_at=None)
        .order_by("-valid_from", "-id")
        .values_list("body", flat=True)
        .first()
    )
    return Policy() if body is None else msgspec.convert(body, Policy)


def _holds_anyhow(policy: Policy) -> bool:
    """Whether offers combine like this now, and nothing else is announced."""
    now = clock.now()
    return policy == _policy_at(now) and not _announced(now)


def _announced(now: datetime) -> bool:
    return PolicyVersion.objects.filter(valid_from__gt=now, withdrawn_at=None).exists()


def _stored(policy: Policy) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(policy)
    return found
