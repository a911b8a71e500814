"""Claims on those who fund offers: drafted from what the sales gave, frozen when sent, then settled or disputed."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.accounts import permissions, queries, records
from forecourt.accounts.events import ClaimSent, ClaimSettled
from forecourt.accounts.models import FundingClaim
from forecourt.accounts.queries.claims import point_value
from forecourt.accounts.queries.scope import require_all
from forecourt.accounts.values import ClaimState, ClaimView, CostsDue
from forecourt.kernel import audit, clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.organisation import queries as organisation

LOOK_BACK_YEARS: Final = 2
"""How far back awards and costs are compared with what was claimed of them; what changes later is settled by hand."""
_LONGEST_DAYS: Final = 366


@transaction.atomic(durable=True)
def draft_claim(
    actor: Actor, funder: str, since: date, until: date, *, entity_id: int | None = None, costs: CostsDue | None = None
) -> ClaimView:
    """Begin a claim on a funder for these business dates, both included, of one legal entity's stations or of all.

    It holds what was not claimed before, corrections of earlier claims included: of awards, and of `costs` where they are
    given. A funder has one draft at a time.
    """
    _admit(actor)
    if not funder.strip():
        raise Invalid.field("funder", _("is empty; say who is to pay"))
    if until < since:
        raise Invalid.field("until", _("%(until)s lies before %(since)s") % {"until": until, "since": since})
    if (until - since).days > _LONGEST_DAYS:
        raise Invalid.field("until", _("a claim spans a year at most; make one for each"))
    _lock(funder)
    draft = FundingClaim.objects.filter(funder=funder, state=ClaimState.DRAFT).first()
    if draft is not None:
        raise Conflict(
            _("Claim %(id)s on %(funder)s is a draft still; send it or throw it away first.")
            % {"id": draft.pk, "funder": funder}
        )
    claim = FundingClaim.objects.create(
        funder=funder, entity_id=entity_id, since=since, until=until, drafted_at=clock.now(), drafted_by=actor.label
    )
    _fill(claim, costs)
    audit.record(actor, "claim.draft", f"claim:{claim.pk}", detail={"since": since, "until": until})
    return queries.claim(actor, claim.pk)


@transaction.atomic(durable=True)
def refresh_claim(actor: Actor, claim_id: int, costs: CostsDue | None = None) -> ClaimView:
    """Fill a draft anew with what is due now."""
    _admit(actor)
    _fill(_locked(claim_id, ClaimState.DRAFT), costs)
    return queries.claim(actor, claim_id)


@transaction.atomic(durable=True)
def discard_claim(actor: Actor, claim_id: int) -> None:
    """Throw a draft away; what it held can be claimed again."""
    _admit(actor)
    claim = _locked(claim_id, ClaimState.DRAFT)
    records.delete_rows(claim.pk)
    claim.delete()
    audit.record(actor, "claim.discard", f"claim:{claim_id}")


@transaction.atomic(durable=True)
def send_claim(actor: Actor, claim_id: int, costs: CostsDue | None = None) -> ClaimView:
    """Fill a draft a last time and freeze it. Conflict when nothing is due."""
    _admit(actor)
    claim = _fill(_locked(claim_id, ClaimState.DRAFT), costs)
    if not claim.rows:
        raise Conflict(_("Claim %(id)s holds nothing; there is nothing to send.") % {"id": claim_id})
    claim.state, claim.sent_at, claim.sent_by = ClaimState.SENT, clock.now(), actor.label
    claim.save()
    total = claim.total
    publish([ClaimSent(occurred_at=clock.now(), claim_id=claim.pk, funder=claim.funder, total=total)])
    audit.record(actor, "claim.send", f"claim:{claim_id}", detail={"total": str(total)})
    return queries.claim(actor, claim_id)


@transaction.atomic(durable=True)
def settle_claim(actor: Actor, claim_id: int, amount: Decimal, note: str = "") -> ClaimView:
    """Note what the funder paid. Where that is not all that was claimed, the note says why."""
    _admit(actor)
    claim = _locked(claim_id, ClaimState.SENT, ClaimState.DISPUTED)
    total = claim.total
    if not min(ZERO, total) <= amount <= max(ZERO, total):
        raise Invalid.field(
            "amount", _("%(amount)s is not between 0 and the %(total)s claimed") % {"amount": amount, "total": total}
        )
    if amount != total and not note.strip():
        raise Invalid.field("note", _("is empty; say why not all of it was paid"))
    _decide(actor, claim, ClaimState.SETTLED, note, amount)
    publish(
        [ClaimSettled(occurred_at=clock.now(), claim_id=claim.pk, funder=claim.funder, total=total, settled=amount)]
    )
    return queries.claim(actor, claim_id)


@transaction.atomic(durable=True)
def dispute_claim(actor: Actor, claim_id: int, note: str) -> ClaimView:
    """Note that the funder does not agree, and why. It stays frozen until it is settled."""
    _admit(actor)
    if not note.strip():
        raise Invalid.field("note", _("is empty; say what the funder does not agree with"))
    _decide(actor, _locked(claim_id, ClaimState.SENT), ClaimState.DISPUTED, note, None)
    return queries.claim(actor, claim_id)


def _admit(actor: Actor) -> None:
    actor.require(permissions.EDIT)
    require_all(actor)


def _fill(claim: FundingClaim, costs: CostsDue | None) -> FundingClaim:
    _lock(claim.funder)
    first = (
        FundingClaim.objects.filter(funder=claim.funder)
        .exclude(state=ClaimState.DRAFT)
        .order_by("since")
        .values_list("since", flat=True)
        .first()
    )
    earliest = claim.since.replace(year=claim.since.year - LOOK_BACK_YEARS, day=1)
    return records.fill_claim(
        claim,
        costs,
        back_to=max(min(first or claim.since, claim.since), earliest),
        point_value=point_value(claim.until),
        digits=organisation.company().digits,
    )


def _decide(actor: Actor, claim: FundingClaim, state: ClaimState, note: str, amount: Decimal | None) -> None:
    claim.state, claim.settled_amount, claim.note = state, amount, note.strip() or claim.note
    claim.decided_at, claim.decided_by = clock.now(), actor.label
    claim.save()
    action = "claim.settle" if state is ClaimState.SETTLED else "claim.dispute"
    audit.record(actor, action, f"claim:{claim.pk}", reason=note, detail={"amount": str(amount or "")})


def _lock(funder: str) -> None:
    """One at a time for a funder, so that nothing is claimed twice."""
    sql.rows("SELECT pg_advisory_xact_lock(hashtext('accounts.claim'), hashtext(%(funder)s))", {"funder": funder})


def _locked(claim_id: int, *states: ClaimState) -> FundingClaim:
    claim = FundingClaim.objects.select_for_update().filter(pk=claim_id).first()
    if claim is None:
        raise NotFound(_("There is no claim %(id)s.") % {"id": claim_id})
    if claim.state not in states:
        raise Conflict(
            _("Claim %(id)s is in state %(state)s; look at it again.") % {"id": claim_id, "state": claim.state}
        )
    return claim
