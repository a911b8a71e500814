"""The engine's heart, pure: check a sale, rate it, work out a refund. Same for posting, quoting and simulating."""

from forecourt.sales.rules.checking import (
    CLOCK_TOLERANCE,
    DAY_TOLERANCE,
    EARLIEST,
    LARGEST_AMOUNT,
    LARGEST_QUANTITY,
    LATEST,
    PRICE_DIGITS,
    business_date_of,
    checked,
    flags_of,
)
from forecourt.sales.rules.explaining import coupons_given, offers_given
from forecourt.sales.rules.offering import counted_since, seen, used_up
from forecourt.sales.rules.paying import POINTS, flagged, kept_from_paying, points_payable, points_tendered
from forecourt.sales.rules.promising import freed, held_for, holds_of, is_for, promised
from forecourt.sales.rules.rating import LARGEST_POINTS, Mint, rate, take
from forecourt.sales.rules.recalling import Past, PastLine, told_again
from forecourt.sales.rules.remaining import Remaining
from forecourt.sales.rules.returning import Paid, paid_back, returned, returned_whole
from forecourt.sales.rules.state import Known, Rulings, State, Used

__all__ = [
    "CLOCK_TOLERANCE",
    "DAY_TOLERANCE",
    "EARLIEST",
    "LARGEST_AMOUNT",
    "LARGEST_POINTS",
    "LARGEST_QUANTITY",
    "LATEST",
    "POINTS",
    "PRICE_DIGITS",
    "Known",
    "Mint",
    "Paid",
    "Past",
    "PastLine",
    "Remaining",
    "Rulings",
    "State",
    "Used",
    "business_date_of",
    "checked",
    "counted_since",
    "coupons_given",
    "flagged",
    "flags_of",
    "freed",
    "held_for",
    "holds_of",
    "is_for",
    "kept_from_paying",
    "offers_given",
    "paid_back",
    "points_payable",
    "points_tendered",
    "promised",
    "rate",
    "returned",
    "returned_whole",
    "seen",
    "take",
    "told_again",
    "used_up",
]
