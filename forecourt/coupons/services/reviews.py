"""Templates handed in for review, and what a second person decides."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.coupons import permissions
from forecourt.coupons.models import CouponTemplate
from forecourt.coupons.services.drafting import edited_of
from forecourt.coupons.services.templates import (
    bring_into_force,
    changed,
    checked,
    locked,
    require_everywhere,
    subject_of,
)
from forecourt.coupons.services.versions import kept, stored
from forecourt.coupons.values import Template
from forecourt.kernel import reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict
from forecourt.organisation import queries as organisation


@transaction.atomic(durable=True)
def submit_template(actor: Actor, code: str, note: str = "") -> int:
    """Hand in what a template is to be, for review; returns the review's id. It cannot be edited until that is decided.

    Conflict when it is in review already, or was approved and nothing was changed since.
    """
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    row = locked(code)
    if not row.is_draft and row.draft is None:
        raise Conflict(_("%(code)s stands as it was approved; change something first.") % {"code": code})
    template = checked(edited_of(row), row)
    before = None if row.is_draft else row.body
    return reviews.hand_in(actor, subject_of(code), kept(template), note, before=before, detail=_detail(row, template))


@transaction.atomic(durable=True)
def approve_template(actor: Actor, code: str) -> None:
    """Put what was handed in in force: a template is issued from now on, one that was retired stays so.

    NotAllowed for who handed it in themselves, unless the company lets one person do both. It is checked again, for what
    became of its coupons since.
    """
    require_everywhere(actor, permissions.APPROVE_TEMPLATES)
    row = locked(code)
    is_alone, detail = organisation.company().solo_approval, _detail(row, edited_of(row))
    review = reviews.approve(actor, subject_of(code), is_alone=is_alone, detail=detail)
    bring_into_force(actor, row, checked(stored(review.body), row))


@transaction.atomic(durable=True)
def refuse_template(actor: Actor, code: str, reason: str) -> None:
    """Send it back to who handed it in, saying why; what is in force stays as it is."""
    require_everywhere(actor, permissions.APPROVE_TEMPLATES)
    locked(code)
    reviews.refuse(actor, subject_of(code), reason)


@transaction.atomic(durable=True)
def withdraw_template(actor: Actor, code: str) -> None:
    """Take it back before it is decided; it can be edited again."""
    require_everywhere(actor, permissions.EDIT_TEMPLATES)
    locked(code)
    reviews.withdraw(actor, subject_of(code))


def _detail(row: CouponTemplate, template: Template) -> dict[str, Any]:
    return {} if row.is_draft else {"fields": changed(stored(row.body), template)}
