"""What templates say, from a moment on: every version stays, so that a sale is rated by what held when it was rated as of."""

from datetime import datetime
from typing import Any

import msgspec

from forecourt.coupons import queries
from forecourt.coupons.models import CouponTemplate, CouponTemplateVersion
from forecourt.coupons.values import Template
from forecourt.kernel import stamps
from forecourt.kernel.actors import Actor


def put_in_force(actor: Actor, row: CouponTemplate, template: Template, now: datetime) -> int:
    """Have a template, whose row is new or locked, say this from now on; returns the number of its version.

    What says nothing otherwise than the version before is none.
    """
    for name, value in _columns(template).items():
        setattr(row, name, value)
    row.save()
    latest = CouponTemplateVersion.objects.filter(template=row).order_by("-number").first()
    if latest is not None and msgspec.convert(latest.body, Template) == template:
        return int(latest.number)
    number = latest.number + 1 if latest is not None else 1
    CouponTemplateVersion.objects.create(
        template=row, number=number, body=row.body, valid_from=now, published_at=now, published_by=actor.label
    )
    stamps.bump(queries.STAMP)
    return int(number)


def _columns(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "kind": template.kind.value,
        "is_automatic": template.is_automatic,
        "body": msgspec.to_builtins(template, builtin_types=()),
    }
