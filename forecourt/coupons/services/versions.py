"""What templates say, from a moment on: every version stays, so that a sale is rated by what held when it was rated as of."""

from datetime import datetime
from typing import Any

import msgspec

from forecourt.coupons import queries
from forecourt.coupons.models import CouponTemplate, CouponTemplateVersion
from forecourt.coupons.values import Template
from forecourt.kernel import stamps
from forecourt.kernel.actors import Actor


def put_in_force(actor: Actor, row: CouponTemplate, template: Template, now: datetime) -> None:
    """Have a template, whose row is new or locked, say this from now on.

    What says nothing otherwise than the version before is none.
    """
    put_in_place(row, template)
    row.save()
    stamps.bump(queries.STAMP)
    latest = CouponTemplateVersion.objects.filter(template=row).order_by("-number").first()
    if latest is not None and stored(latest.body) == template:
        return
    number = latest.number + 1 if latest is not None else 1
    CouponTemplateVersion.objects.create(
        template=row, number=number, body=row.body, valid_from=now, published_at=now, published_by=actor.label
    )


def put_in_place(row: CouponTemplate, template: Template) -> None:
    """Make this what the template says, without a draft beside it; not saved yet."""
    row.name, row.kind, row.is_automatic = template.name, template.kind, template.is_automatic
    row.body, row.draft = kept(template), None


def kept(template: Template) -> Any:
    """The template as JSON keeps it."""
    return msgspec.to_builtins(template, builtin_types=())


def stored(body: Any) -> Template:
    """The template that was kept so."""
    return msgspec.convert(body, Template)
