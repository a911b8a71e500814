"""Set-based writes of coupons."""

from forecourt.coupons.records.issuing import company_day, issue
from forecourt.coupons.records.reserving import free, reserve
from forecourt.coupons.records.using import lock, restore, use
from forecourt.coupons.records.voiding import Taken, UsedAlready, void, void_issued_by

__all__ = [
    "Taken",
    "UsedAlready",
    "company_day",
    "free",
    "issue",
    "lock",
    "reserve",
    "restore",
    "use",
    "void",
    "void_issued_by",
]
