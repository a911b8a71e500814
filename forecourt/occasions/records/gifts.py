"""What was given on birthdays, anniversaries and by tiers, noted in lists."""

from collections.abc import Sequence
from datetime import datetime

from forecourt.kernel import sql
from forecourt.occasions.models import GiftRow
from forecourt.occasions.rules import Due

BENEFIT_COLUMNS = ("customer_id", "tier", "template", "every", "period", "given_at")
GIFT_COLUMNS = ("customer_id", "kind", "year", "day", "given_at", "points", "template", "version")


def save_gifts(gifts: Sequence[GiftRow]) -> None:
    """Note gifts, each new for its customer, kind and year."""
    sql.copy_in(
        "occasions_gift",
        GIFT_COLUMNS,
        [
            sql.copy_line(
                gift.customer_id,
                str(gift.kind),
                gift.year,
                gift.day,
                gift.given_at,
                gift.points,
                gift.template,
                gift.version,
            )
            for gift in gifts
        ],
    )


def save_benefits(benefits: Sequence[tuple[int, Due]], given_at: datetime) -> None:
    """Note what tiers brought, each new for its customer and period."""
    sql.copy_in(
        "occasions_benefit",
        BENEFIT_COLUMNS,
        [
            sql.copy_line(customer_id, due.tier, due.template, str(due.every), due.period, given_at)
            for customer_id, due in benefits
        ],
    )
