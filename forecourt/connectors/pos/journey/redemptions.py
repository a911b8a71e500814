"""Loading the campaigns: templates, offers, the households' coupons, and the redemptions against the year's sales."""

from pathlib import Path
from typing import Any

from forecourt.connectors.pos.journey import campaigns as reading
from forecourt.connectors.pos.journey import redeeming, reporting
from forecourt.connectors.pos.journey.goods import Goods
from forecourt.connectors.pos.journey.issuing import (
    households,
    issue_campaign,
    use_coupons,
    wanted_coupons,
    with_sales,
)
from forecourt.connectors.pos.journey.offering import make_offers
from forecourt.kernel.actors import Actor


def load_campaigns(actor: Actor, folder: Path, report: Path) -> dict[str, Any] | None:
    """Load the campaigns and reconcile their redemptions; what was loaded before is left as it is. None without any.

    The sales come first: a coupon's worth is learned from the baskets in which it was redeemed, and only a sale that is there
    can have used it. `report` gets every redemption as a line.
    """
    campaigns = reading.read(folder)
    if campaigns is None:
        return None
    days = {(redemption.household, redemption.day) for redemption in campaigns.redemptions}
    matches = redeeming.reconciled(campaigns, redeeming.lines_of(folder / "transactions.parquet", days))
    made = make_offers(actor, campaigns, Goods.read(folder), redeeming.face_values(matches))
    everybody = {number for members in campaigns.members.values() for number in members}
    wanted = wanted_coupons(campaigns, households(everybody))
    issued = sum(issue_campaign(actor, campaign, coupons) for campaign, coupons in wanted.items())
    redeemed = with_sales(matches)
    used = use_coupons(actor, redeemed)
    reporting.write(report, campaigns, redeemed)
    return {
        "campaigns": len(campaigns.campaigns),
        "templates_made": made.templates,
        "offers_made": made.offers,
        "drafts_made": made.drafts,
        "coupons_issued": issued,
        "coupons_used": used,
        "redemptions": reporting.figures(campaigns, redeemed),
        "report": str(report),
    }
