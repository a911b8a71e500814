"""Batches of bearer coupons: asked for, made by a job in steps, made void as a whole."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from forecourt.coupons import permissions, queries, records, rules
from forecourt.coupons.models import CouponBatch
from forecourt.coupons.queries import BatchView
from forecourt.coupons.services.templates import require_everywhere
from forecourt.coupons.values import CouponKind
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.organisation import queries as organisation

MOST: Final = 1_000_000
STEP: Final = 20_000
"""Coupons made in one transaction: about half a second."""
JOB: Final = "coupons.make_batch"


@transaction.atomic(durable=True)
def create_batch(actor: Actor, template: str, name: str, count: int) -> int:
    """Ask for so many bearer coupons, at most a million; returns the batch's id. A job makes them from now on.

    They count against the template's limit at once. Invalid when there is no such template, it has one code for all, or its
    coupons would never be good.
    """
    require_everywhere(actor, permissions.ISSUE_COUPONS)
    if not 1 <= count <= MOST:
        raise Invalid.field("count", _("%(count)s; give 1 to %(most)s") % {"count": count, "most": MOST})
    title = " ".join(name.split())
    if not 1 <= len(title) <= 80:
        raise Invalid.field("name", _("has %(count)s characters; give 1 to 80") % {"count": len(title)})
    known = queries.templates([template]).get(template)
    if known is None or not known.is_live or known.template.kind is CouponKind.GENERIC:
        raise Invalid.field(
            "template", _("%(code)r is not a template of single coupons that is issued") % {"code": template}
        )
    if not known.can_be_issued(day := organisation.company_day()):
        raise records.never_good(known.template, day)
    if known.template.limit:
        records.count_issued({template: count}, {template: known})
    batch = CouponBatch.objects.create(
        template_id=known.id, name=title, count=count, created_at=clock.now(), created_by=actor.label
    )
    batch_id: int = batch.pk
    audit.record(
        actor, "coupon_batch.create", f"coupon_batch:{batch_id}", detail={"template": template, "count": count}
    )
    app.configure_task(JOB).defer(batch_id=batch_id)
    return batch_id


@transaction.atomic(durable=True)
def extend_batch(actor: Actor, batch_id: int, step: int = STEP) -> int:
    """Make the next coupons of a batch; returns how many are still to be made, 0 for a batch that is done or void.

    What is made and how far the batch is are one transaction: whoever is killed in between made nothing.
    """
    actor.require(permissions.ISSUE_COUPONS)
    batch = CouponBatch.objects.select_for_update(no_key=True).filter(id=batch_id).select_related("template").first()
    if batch is None:
        raise NotFound(_("There is no batch %(id)s.") % {"id": batch_id})
    count = min(step, batch.count - batch.made)
    if count <= 0 or batch.voided_at is not None:
        return 0
    template = queries.templates([batch.template.code])[batch.template.code].at(batch.created_at)
    records.make_bearers(batch_id, batch.template_id, template, batch.created_at, rules.new_codes(count))
    batch.made += count
    if batch.made == batch.count:
        batch.finished_at = clock.now()
    batch.save(update_fields=["made", "finished_at"])
    return int(batch.count - batch.made)


@transaction.atomic(durable=True)
def void_batch(actor: Actor, batch_id: int, reason: str) -> None:
    """Make void what was not used of a batch, at once and whatever its size; what is not made yet is made no more."""
    require_everywhere(actor, permissions.VOID_COUPONS)
    why = " ".join(reason.split())
    if not why:
        raise Invalid.field("reason", _("is empty; say why, it stands in the audit trail"))
    batch = _locked(batch_id)
    if batch.voided_at is not None:
        raise Conflict(_("Batch %(id)s is void already.") % {"id": batch_id})
    batch.voided_at = clock.now()
    batch.save(update_fields=["voided_at"])
    audit.record(actor, "coupon_batch.void", f"coupon_batch:{batch_id}", reason=why)


@transaction.atomic(durable=True)
def restore_batch(actor: Actor, batch_id: int) -> None:
    """Make a voided batch good again, and what was not made yet is made."""
    require_everywhere(actor, permissions.VOID_COUPONS)
    batch = _locked(batch_id)
    if batch.voided_at is None:
        raise Conflict(_("Batch %(id)s is not void.") % {"id": batch_id})
    batch.voided_at = None
    batch.save(update_fields=["voided_at"])
    audit.record(actor, "coupon_batch.restore", f"coupon_batch:{batch_id}")
    if batch.made < batch.count:
        app.configure_task(JOB).defer(batch_id=batch_id)


@transaction.atomic(durable=True)
def note_export(actor: Actor, batch_id: int, *, kind: str = "csv") -> BatchView:
    """Audit that somebody takes the codes of a batch along, which are as good as its coupons; returns the batch."""
    actor.require(permissions.ISSUE_COUPONS)
    batch = queries.batch(batch_id)
    audit.record(actor, "coupon_batch.export", f"coupon_batch:{batch_id}", detail={"kind": kind, "count": batch.made})
    return batch


def _locked(batch_id: int) -> CouponBatch:
    batch = CouponBatch.objects.select_for_update(no_key=True).filter(id=batch_id).first()
    if batch is None:
        raise NotFound(_("There is no batch %(id)s.") % {"id": batch_id})
    return batch
