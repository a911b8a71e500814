"""Offers as others see them. The rule language itself stands in `rules`."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from forecourt.kernel.bounds import OfHundred, Positive
from forecourt.kernel.values import Value

Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]


class OfferState(StrEnum):
    """DRAFT was never in force; REVIEW waits for a second person; LIVE is in force or will be; PAUSED and ENDED are not."""

    DRAFT = "draft"
    REVIEW = "review"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


class RuleState(StrEnum):
    """Where a rule of all offers stands: ANNOUNCED begins later, IN_FORCE holds now, PAST was followed by another.
    WITHDRAWN was taken back before it began.
    """

    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    PAST = "past"
    WITHDRAWN = "withdrawn"


POLICY_SUBJECT: Final = "offers:policy"
FLOORS_SUBJECT: Final = "offers:floors"
"""How the audit trail and reviews name the rules of all offers: how they combine, and margin floors."""


class Measure(StrEnum):
    """What a budget counts: money given, fuel (units) discounted, sales, points given."""

    MONEY = "money"
    VOLUME = "volume"
    USES = "uses"
    POINTS = "points"


class Per(StrEnum):
    """For whom and how long a budget lasts. DAY is the trading day of the sale."""

    TOTAL = "total"
    DAY = "day"
    STATION = "station"
    STATION_DAY = "station_day"
    CUSTOMER = "customer"
    CUSTOMER_DAY = "customer_day"
    CUSTOMER_MONTH = "customer_month"


class Budget(Value, forbid_unknown_fields=True):
    """No more than `limit` of a measure for each `per`."""

    measure: Measure
    limit: Positive
    per: Per = Per.TOTAL

    @property
    def is_customers_own(self) -> bool:
        """Whether each customer has it for themselves; else it is everybody's, and stands in slots."""
        return self.per in {Per.CUSTOMER, Per.CUSTOMER_DAY, Per.CUSTOMER_MONTH}

    def key(self, offer_id: int, station_id: int, day: date) -> str:
        """The name of the budget that a sale at this station on this trading day spends from."""
        key = f"{offer_id}:{self.measure}:{self.per}"
        match self.per:
            case Per.DAY:
                return f"{key}:{day}"
            case Per.STATION:
                return f"{key}:S{station_id}"
            case Per.STATION_DAY:
                return f"{key}:S{station_id}:{day}"
        return key


class Share(Value, forbid_unknown_fields=True):
    """Who pays so many percent of what an offer gives: "brand", "dealer", "supplier:shell"."""

    funder: Annotated[str, Meta(min_length=1, max_length=60)]
    percent: OfHundred


class FloorChange(Value, forbid_unknown_fields=True):
    """What is to become of the margin floor of a product, by code, at a station, by code, or everywhere (empty).

    `margin` is in the currency per unit, over what it costs, at most four decimal places; below zero: so much may be lost.
    Null: no floor there any more; at a station, the one of everywhere holds again.
    """

    product: str
    station: str = ""
    margin: Decimal | None = None


class FloorsHandedIn(Value):
    """Changes of floors handed in together, to hold from `valid_from` on; null: as soon as they are approved."""

    changes: tuple[FloorChange, ...]
    valid_from: datetime | None = None
