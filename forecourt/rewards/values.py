"""Rewards as others see them: what points buy, and what became of it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from forecourt.kernel.values import Review, Value
from forecourt.offers.values import Share

Code = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_.-]+$")]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class RewardKind(StrEnum):
    """GOODS and SERVICE are handed over for a code; FUEL_DISCOUNT and COUPON are a coupon, issued at once."""

    GOODS = "goods"
    SERVICE = "service"
    FUEL_DISCOUNT = "fuel_discount"
    COUPON = "coupon"


class RewardState(StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    ENDED = "ended"


class StockKind(StrEnum):
    """ANY: as many as wanted. COMMON: one stock for all stations. STATIONS: each station has its own."""

    ANY = "any"
    COMMON = "common"
    STATIONS = "stations"


class OnExpiry(StrEnum):
    """What becomes of the points of a redemption that nobody collected."""

    RETURN = "return"
    FORFEIT = "forfeit"


class RedemptionState(StrEnum):
    """OPEN waits to be collected. What is a coupon is COLLECTED at once."""

    OPEN = "open"
    COLLECTED = "collected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Movement(StrEnum):
    """Why a stock changed."""

    ADDED = "added"
    COUNTED = "counted"
    REDEEMED = "redeemed"
    RETURNED = "returned"


class IdentifiedBy(StrEnum):
    """By what the customer was recognised. A telephone number or an e-mail address can be known to anybody."""

    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"
    APP = "app"
    WECHAT = "wechat"
    PLATE = "plate"
    ID = "id"


class Reward(Value, forbid_unknown_fields=True):
    """A reward of the catalogue, for `points` and, if that is not enough, `money` the cashier takes.

    `name` and `description` are for members to read, `picture` is an https address or empty. `cost` is what a piece
    costs in money, and `shares` say who pays it (100 percent together; the brand unless given). `template` is the coupon
    template of a fuel discount or coupon. Limits count a customer's redemptions per day, per month and in all (0: any
    number). Empty `tiers`: every tier may. `stations` are the codes where it is collected, empty: everywhere. Days are
    the company's, both included. A code is good for `days_good` days, its own included (0: for ever).
    `needs_strong_identity` null: from a number of points on (`rules.STRONG_FROM_POINTS`). `position` orders the catalogue.
    """

    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: RewardKind
    points: Annotated[int, Meta(ge=1, le=100_000_000)]
    description: Annotated[str, Meta(max_length=400)] = ""
    picture: Annotated[str, Meta(max_length=300)] = ""
    money: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    shares: Annotated[tuple[Share, ...], Meta(max_length=10)] = ()
    stock: StockKind = StockKind.ANY
    per_day: Count = 0
    per_month: Count = 0
    per_customer: Count = 0
    tiers: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    stations: Annotated[tuple[str, ...], Meta(max_length=50_000)] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    template: Annotated[str, Meta(max_length=40)] = ""
    days_good: Annotated[int, Meta(ge=0, le=3650)] = 30
    on_expiry: OnExpiry = OnExpiry.RETURN
    needs_strong_identity: bool | None = None
    position: Annotated[int, Meta(ge=0, le=100_000)] = 100


class KnownReward(Value):
    """A reward as stored: what holds, or held last, and the `draft` that differs from it, null for none.

    A reward that was never live is all draft, and stands in `reward`. `edited_at` and `edited_by` tell of the last change.
    """

    id: int
    state: RewardState
    reward: Reward
    edited_at: datetime
    edited_by: str
    draft: Reward | None = None

    @property
    def edited(self) -> Reward:
        """What is to be edited and handed in."""
        return self.draft or self.reward


class RewardLine(Value):
    """A reward in the catalogue's list. `left` is null where any number can be had; figures of the month are the company's.

    `review` is null where nothing was handed in, or all was decided.
    """

    known: KnownReward
    left: int | None
    open: int
    redeemed_month: int
    points_month: int
    review: Review | None = None


class Refusal(StrEnum):
    """Why a customer cannot redeem a reward, in the order in which it is told."""

    STATE = "state"
    DATES = "dates"
    BLOCKED = "blocked"
    TIER = "tier"
    STATION = "station"
    STATION_WANTED = "station_wanted"
    STOCK = "stock"
    PER_DAY = "per_day"
    PER_MONTH = "per_month"
    PER_CUSTOMER = "per_customer"
    POINTS = "points"
    IDENTITY = "identity"


class Taken(Value):
    """How many of a reward a customer has redeemed; those given back do not count."""

    today: int = 0
    month: int = 0
    total: int = 0


class Asking(Value):
    """Who asks for a reward, where and when. `station` is a code, "" for none; `left` null where stock is not counted.

    `spendable` are points that can be spent now. `is_vouched`: somebody who may has vouched for the customer.
    """

    today: date
    tier: str
    spendable: int
    station: str = ""
    left: int | None = None
    taken: Taken = Taken()
    is_blocked: bool = False
    identified_by: IdentifiedBy = IdentifiedBy.ID
    is_vouched: bool = False


class Choice(Value):
    """A reward as one customer sees it: what is missing, and what else is in the way. `left` null: any number."""

    known: KnownReward
    missing_points: int
    refusals: tuple[Refusal, ...]
    left: int | None

    @property
    def is_redeemable(self) -> bool:
        return not self.refusals


class Redemption(Value):
    """A redemption as it stands. `customer_id` is who holds it today, `redeemed_for` for whom it was made, whatever merged
    since; `points`, `money` and `cost` are as of then.

    `coupon` is the code of the coupon it issued, "" for goods and services; `stock_station_id` is whose stock a piece was
    taken from (0: the common one), null where stock is not counted. `is_returned`: the points were given back.
    """

    id: UUID
    code: str
    reward: str
    reward_name: str
    kind: RewardKind
    customer_id: int
    redeemed_for: int
    points: int
    money: Decimal
    cost: Decimal
    shares: tuple[Share, ...]
    state: RedemptionState
    redeemed_at: datetime
    redeemed_on: date
    redeemed_by: str
    station_id: int | None
    identified_by: IdentifiedBy
    expires_on: date | None
    on_expiry: OnExpiry
    stock_station_id: int | None = None
    coupon_id: UUID | None = None
    coupon: str = ""
    coupon_expires_on: date | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    collected_station_id: int | None = None
    reason: str = ""
    is_returned: bool = False


class StockLine(Value):
    """What is left of a reward at a station, or in the common stock where `station` is ""."""

    station_id: int
    station: str
    left: int


class StockMovement(Value):
    """A line of the stock's ledger: `change` pieces, `left` after it."""

    id: UUID
    station_id: int
    kind: Movement
    change: int
    left: int
    at: datetime
    by: str
    reason: str
    redemption_id: UUID | None = None


class Cost(Value):
    """What rewards that were handed over cost one funder, in money; `pieces` and `points` are those of the reward."""

    reward: str
    reward_name: str
    funder: str
    pieces: int
    points: int
    cost: Decimal
