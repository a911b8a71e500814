"""Templates drafted: new ones, and what those in force are to become. What puts a draft in force stands in `reviews`."""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.coupons import permissions, queries
from forecourt.coupons.models import CouponTemplate
from forecourt.coupons.services.templates import (
    add_row,
    changed,
    checked,
    locked,
    require_everywhere,
    subject_of,
)
from forecourt.coupons.services.versions import kept, put_in_place, stored
from forecourt.coupons.values import Template
from forecourt.kernel import audit, reviews, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict


@transaction.atomic(durable=True)
def draft_template(actor: Actor, template: Template, *, is_new: bool = False) -> None:
    """Put this in the place of the draft of the template of that code, or make it, as a draft of which nothing is issued.

    What is in force stays until the draft is handed in and approved. Conflict while it is in review, for what cannot change
    once there are coupons, and with `is_new` when the code is taken.
    """
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    if is_new or not CouponTemplate.objects.filter(code=template.code).exists():
        template = checked(template)
        add_row(actor, template)
        audit.record(actor, "coupon_template.make", subject_of(template.code))
    else:
        row = locked(template.code)
        reviews.require_none(subject_of(row.code))
        before, template = edited_of(row), checked(template, row)
        if row.is_draft:
            put_in_place(row, template)
        else:
            row.draft = None if template == stored(row.body) else kept(template)
        row.save()
        detail = {"fields": changed(before, template)}
        audit.record(actor, "coupon_template.draft", subject_of(row.code), detail=detail)
    stamps.bump(queries.STAMP)


@transaction.atomic(durable=True)
def discard_template_draft(actor: Actor, code: str) -> None:
    """Throw away what a draft says other than what is in force or retired; without such nothing changes.

    Conflict while it is in review, and for a template that was never approved: there is nothing that it could be again.
    """
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    row = locked(code)
    reviews.require_none(subject_of(code))
    if row.is_draft:
        raise Conflict(_("%(code)s was never approved; change it as a whole.") % {"code": code})
    if row.draft is None:
        return
    detail = {"fields": changed(stored(row.draft), stored(row.body))}
    row.draft = None
    row.save(update_fields=["draft"])
    stamps.bump(queries.STAMP)
    audit.record(actor, "coupon_template.discard", subject_of(code), detail=detail)


def edited_of(row: CouponTemplate) -> Template:
    """What is edited and handed in."""
    return stored(row.draft or row.body)
