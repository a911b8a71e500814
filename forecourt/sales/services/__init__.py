"""Commands of the main road."""

from forecourt.sales.services.posting import Submission, post_sales, post_together
from forecourt.sales.services.quoting import quote_sales, simulate_sales
from forecourt.sales.services.refunds import refund_sale
from forecourt.sales.services.repairs import accept_sale, repair_sale
from forecourt.sales.services.tiers import review_tiers

__all__ = [
    "Submission",
    "accept_sale",
    "post_sales",
    "post_together",
    "quote_sales",
    "refund_sale",
    "repair_sale",
    "review_tiers",
    "simulate_sales",
]
