"""Rules of gifts and referrals handed in for review, and what a second person decides."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.occasions import permissions, queries
from forecourt.occasions.queries.settings import subject_of
from forecourt.occasions.services.settings import add_version, check, locked, next_version, require_everywhere
from forecourt.occasions.values import GiftRules, ReferralRules, RulesKind
from forecourt.organisation import queries as organisation


@transaction.atomic(durable=True)
def submit_rules(actor: Actor, kind: RulesKind, note: str = "", *, valid_from: datetime | None = None) -> int:
    """Hand the draft in for review, to begin at `valid_from` or as soon as it is approved; returns the review's id.

    It cannot be edited until that is decided. Conflict when it is in review already, or nothing was changed; Invalid when it
    gives nothing, or names what is not there.
    """
    require_everywhere(actor, permissions.EDIT_RULES)
    if locked(kind) is None:
        raise Conflict(_("There is no draft to hand in; save one first."))
    view, now = queries.rules_of(kind), clock.now()
    if valid_from is not None and valid_from <= now:
        raise Invalid.field(
            "valid_from", _("%(at)s is past; give a time to come, or none") % {"at": valid_from.isoformat()}
        )
    check(view.draft, valid_from or now)
    if view.latest == view.draft:
        raise Conflict(_("The rules were approved as they stand; change something first."))
    body = {"rules": _stored(view.draft), "valid_from": valid_from.isoformat() if valid_from else None}
    before = None if view.live is None else _stored(view.live)
    return reviews.hand_in(actor, subject_of(kind), body, note, before=before)


@transaction.atomic(durable=True)
def approve_rules(actor: Actor, kind: RulesKind) -> int:
    """Put what was handed in in force, from when it says or now; returns its version. What was given stays as it was given.

    NotAllowed for who handed it in themselves, unless the company lets one person do both; Invalid as for handing it in.
    """
    require_everywhere(actor, permissions.APPROVE_RULES)
    locked(kind)
    is_alone = organisation.company().solo_approval
    detail = {"version": next_version(kind)}
    review = reviews.approve(actor, subject_of(kind), is_alone=is_alone, detail=detail)
    proposal, now = queries.proposal_of(kind, review), clock.now()
    begins = max(proposal.valid_from or now, now)
    check(proposal.rules, begins)
    return add_version(actor, kind, proposal.rules, begins, note=review.note, submitted_by=review.submitted_by)


@transaction.atomic(durable=True)
def refuse_rules(actor: Actor, kind: RulesKind, reason: str) -> None:
    """Send it back to who handed it in, saying why; what is in force stays as it is."""
    require_everywhere(actor, permissions.APPROVE_RULES)
    locked(kind)
    reviews.refuse(actor, subject_of(kind), reason)


@transaction.atomic(durable=True)
def withdraw_rules(actor: Actor, kind: RulesKind) -> None:
    """Take it back before it is decided; it can be edited again."""
    require_everywhere(actor, permissions.EDIT_RULES)
    locked(kind)
    reviews.withdraw(actor, subject_of(kind))


def _stored(rules: GiftRules | ReferralRules) -> Any:
    return msgspec.json.decode(msgspec.json.encode(rules))
