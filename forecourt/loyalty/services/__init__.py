"""Commands of loyalty: publish the rules, adjust points, expire them."""

from forecourt.loyalty.services.expiry import expire_points, expire_points_of
from forecourt.loyalty.services.points import adjust_points
from forecourt.loyalty.services.programme import check_programme, draft_programme, publish_programme

__all__ = [
    "adjust_points",
    "check_programme",
    "draft_programme",
    "expire_points",
    "expire_points_of",
    "publish_programme",
]
