"""What came of the redemptions: counted, and written down one by one."""

import csv
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from forecourt.connectors.pos.journey.campaigns import Campaigns
from forecourt.connectors.pos.journey.issuing import InSale
from forecourt.connectors.pos.journey.redeeming import WORDS, Outcome
from forecourt.kernel.problems import Invalid

_COLUMNS: Final = (
    "household",
    "campaign",
    "type",
    "coupon_upc",
    "coupon",
    "day",
    "outcome",
    "sale",
    "basket",
    "line",
    "product",
    "discount",
    "shared_with",
    "baskets",
)


def write(path: Path, campaigns: Campaigns, redeemed: Sequence[InSale]) -> None:
    """Every redemption as a line of CSV: what it came to, and in which sale, line and for how much. Invalid where it cannot."""
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            for match, sale_id, _ in redeemed:
                redemption, line = match.redemption, match.line
                where = [sale_id, line.basket, line.line, line.product] if line and sale_id else [""] * 4
                what = [match.discount, match.sharers, match.baskets] if line and sale_id else [""] * 3
                writer.writerow(
                    [
                        redemption.household,
                        redemption.key.campaign,
                        _type(campaigns, redemption.key.campaign),
                        redemption.key.upc,
                        redemption.code,
                        redemption.day,
                        match.outcome.value,
                        *where,
                        *what,
                    ]
                )
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}") from error


def figures(campaigns: Campaigns, redeemed: Sequence[InSale]) -> dict[str, Any]:
    """The redemptions by outcome, in all and by the campaigns' type; every one has one outcome, so they add up."""
    types = sorted({_type(campaigns, one.match.redemption.key.campaign) for one in redeemed})
    counts = Counter((one.match.outcome, _type(campaigns, one.match.redemption.key.campaign)) for one in redeemed)
    shown = [one.match for one in redeemed if one.sale_id is not None]
    own = [one.match for one in redeemed if not one.match.redemption.key.is_manufacturers]
    return {
        "read": len(redeemed),
        "outcomes": {
            outcome.value: {"all": sum(counts[outcome, kind] for kind in types)}
            | {kind: counts[outcome, kind] for kind in types}
            for outcome in Outcome
        },
        "discount": str(sum((match.discount for match in shown), Decimal("0.00"))),
        "sharing_a_line": sum(match.sharers > 0 for match in shown),
        "several_baskets": sum(match.baskets > 1 for match in shown),
        "no_discount_own_coupons": sum(match.outcome is Outcome.NO_DISCOUNT for match in own),
    }


def table(found: dict[str, Any]) -> list[str]:
    """The figures as lines of text: a table by outcome and type that adds up, and what else is known."""
    outcomes = found["outcomes"]
    kinds = list(next(iter(outcomes.values())))
    rows = [(WORDS[Outcome(name)], counts) for name, counts in outcomes.items()]
    rows.append(("redemptions in all", {kind: sum(counts[kind] for counts in outcomes.values()) for kind in kinds}))
    width = max(len(words) for words, _ in rows)
    lines = [" " * width + "".join(f"{kind:>8}" for kind in kinds)]
    lines += [f"{words:<{width}}" + "".join(f"{counts[kind]:>8,}" for kind in kinds) for words, counts in rows]
    lines.append(
        f"Reconciled redemptions took {found['discount']} off; {found['sharing_a_line']} share a line of several units, for "
        f"{found['several_baskets']} several baskets would do (the earliest is taken). Of those without a discount "
        f"{found['no_discount_own_coupons']} are of the retailer's own coupons."
    )
    return lines


def _type(campaigns: Campaigns, number: int) -> str:
    campaign = campaigns.campaigns.get(number)
    return campaign.type if campaign else "unknown"
