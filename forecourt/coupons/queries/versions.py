"""What templates said, and since when, to read."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from forecourt.coupons.models import CouponTemplateVersion
from forecourt.coupons.values import Template


class TemplateVersion(NamedTuple):
    """What a template says from a moment on, until the next version begins."""

    number: int
    template: Template
    valid_from: datetime
    published_at: datetime
    published_by: str


def versions(template_id: int, *, before: int | None = None, limit: int = 50) -> list[TemplateVersion]:
    """Versions of a template, the newest first, older than the one with number `before`."""
    found = CouponTemplateVersion.objects.filter(template_id=template_id).order_by("-number")
    if before is not None:
        found = found.filter(number__lt=before)
    return [
        TemplateVersion(
            row.number, msgspec.convert(row.body, Template), row.valid_from, row.published_at, row.published_by
        )
        for row in found[:limit]
    ]
