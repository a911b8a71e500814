"""Reads of coupons."""

from forecourt.coupons.queries.templates import KnownTemplate, templates

__all__ = ["KnownTemplate", "templates"]
