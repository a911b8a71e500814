"""Commands of the main road."""

from forecourt.sales.services.available import Available, available_offers
from forecourt.sales.services.loading import Depth, Submission
from forecourt.sales.services.looking_back import whole_explanation
from forecourt.sales.services.posting import post_sales, post_together
from forecourt.sales.services.quoting import quote_sales, quote_together, simulate_sales, try_offer
from forecourt.sales.services.refunds import refund_sale
from forecourt.sales.services.repairs import accept_sale, repair_sale
from forecourt.sales.services.reserving import expire_reservations, release_sale, reserve_sales, reserve_together
from forecourt.sales.services.simulating import ask_simulation, forget_old, run_simulation, stop_simulation
from forecourt.sales.services.tiers import review_tiers

__all__ = [
    "Available",
    "Depth",
    "Submission",
    "accept_sale",
    "ask_simulation",
    "available_offers",
    "expire_reservations",
    "forget_old",
    "post_sales",
    "post_together",
    "quote_sales",
    "quote_together",
    "refund_sale",
    "release_sale",
    "repair_sale",
    "reserve_sales",
    "reserve_together",
    "review_tiers",
    "run_simulation",
    "simulate_sales",
    "stop_simulation",
    "try_offer",
    "whole_explanation",
]
