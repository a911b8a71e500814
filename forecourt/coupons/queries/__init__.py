"""Reads of coupons."""

from forecourt.coupons.queries.checkout import for_sale, used_by
from forecourt.coupons.queries.templates import STAMP, KnownTemplate, forget, live_templates, templates

__all__ = [
    "STAMP",
    "KnownTemplate",
    "for_sale",
    "forget",
    "live_templates",
    "templates",
    "used_by",
]
