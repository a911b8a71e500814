"""Set-based writes of coupons."""

from forecourt.coupons.records.issuing import issue

__all__ = ["issue"]
