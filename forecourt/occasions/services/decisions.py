"""What a person decides about a referral that was flagged."""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import rules as customer_rules
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.occasions import permissions, queries, records
from forecourt.occasions.events import ReferralRefused
from forecourt.occasions.models import Referral
from forecourt.occasions.values import Flag, ReferralState


@transaction.atomic(durable=True)
def approve_referral(actor: Actor, referral_id: int, note: str = "") -> None:
    """Let what speaks against a referral pass: it is rewarded when it is due. What turns up later needs another look.

    Conflict when it ended already, or nothing speaks against it.
    """
    actor.require_everywhere(permissions.DECIDE_REFERRALS)
    why = customer_rules.normal_text("note", note, limit=200, required=False)
    row = _open(referral_id)
    passed = {flag for flag in row.flags if flag != Flag.TEMPLATE}
    if passed <= set(row.accepted):
        raise Conflict(_("Nothing that a person can let pass speaks against referral %(id)s.") % {"id": referral_id})
    row.accepted = sorted({*row.accepted, *passed})
    row.decided_at, row.decided_by = clock.now(), actor.label
    row.save(update_fields=["accepted", "decided_at", "decided_by"])
    _audit(actor, "referral.approve", row, why)


@transaction.atomic(durable=True)
def refuse_referral(actor: Actor, referral_id: int, reason: str) -> None:
    """Give no reward for a referral, and say why. Conflict when it ended already."""
    actor.require_everywhere(permissions.DECIDE_REFERRALS)
    why = customer_rules.normal_text("reason", reason, limit=200)
    row = _open(referral_id)
    now = clock.now()
    records.refuse(row, why, now)
    row.decided_at, row.decided_by = now, actor.label
    row.save(update_fields=["state", "reason", "ended_at", "due_at", "decided_at", "decided_by"])
    publish(
        [
            ReferralRefused(
                customer_id=row.referred_id,
                occurred_at=now,
                referral_id=row.pk,
                referrer_id=row.referrer_id,
                reason="person",
            )
        ]
    )
    _audit(actor, "referral.refuse", row, why)


def _open(referral_id: int) -> Referral:
    """The referral, locked with its two customers; NotFound when there is none, Conflict when it ended."""
    pair = Referral.objects.filter(id=referral_id).values_list("referrer_id", "referred_id").first()
    if pair is None:
        raise NotFound(_("There is no referral %(id)s.") % {"id": referral_id})
    records.lock_survivors(pair)
    row = Referral.objects.select_for_update().get(id=referral_id)
    if row.state not in {ReferralState.PENDING, ReferralState.QUALIFIED}:
        raise Conflict(
            _("Referral %(id)s has ended: %(state)s.") % {"id": referral_id, "state": row.get_state_display()}
        )
    return row


def _audit(actor: Actor, action: str, row: Referral, why: str) -> None:
    referred = queries.survivor_ids([row.referred_id]).get(row.referred_id, row.referred_id)
    audit.record(
        actor, action, f"referral:{row.pk}", customer_id=referred, reason=why, detail={"flags": sorted(row.flags)}
    )
