"""Commands of loyalty: draft the rules, review and publish them, adjust points, expire them."""

from forecourt.loyalty.services.checking import check_programme, faults, find_coupons_by
from forecourt.loyalty.services.expiry import expire_points, expire_points_of, warn_of_expiry
from forecourt.loyalty.services.points import adjust_points, approve_adjustment, refuse_adjustment
from forecourt.loyalty.services.programme import (
    draft_programme,
    publish_programme,
    restore_programme,
    withdraw_version,
)
from forecourt.loyalty.services.review import (
    approve_programme,
    refuse_programme,
    submit_programme,
    withdraw_programme,
)
from forecourt.loyalty.services.spending import return_points, spend_points
from forecourt.loyalty.services.transfers import transfer_points

__all__ = [
    "adjust_points",
    "approve_adjustment",
    "approve_programme",
    "check_programme",
    "draft_programme",
    "expire_points",
    "expire_points_of",
    "faults",
    "find_coupons_by",
    "publish_programme",
    "refuse_adjustment",
    "refuse_programme",
    "restore_programme",
    "return_points",
    "spend_points",
    "submit_programme",
    "transfer_points",
    "warn_of_expiry",
    "withdraw_programme",
    "withdraw_version",
]
