"""A sale as it comes in, as it is rated, and as it is answered."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Raw, UnsetType

from forecourt.catalogue.values import ProductFacts
from forecourt.coupons.values import Coupon
from forecourt.customers.values import CustomerClaim, Usage
from forecourt.kernel.problems import Problem
from forecourt.kernel.values import Value
from forecourt.loyalty.values import PointsEntry, Programme, TierShown
from forecourt.offers.rules.offer import Offer, Policy
from forecourt.offers.values import FloorChange
from forecourt.organisation.values import StationFacts

MAX_LIST = 5000
"""Sales in one list."""
MAX_LINES = 1000
"""Lines in one sale; the largest basket in complete-journey has 168."""

Code = Annotated[str, Meta(min_length=1, max_length=32)]


class NewLine(Value, forbid_unknown_fields=True):
    """A line as the till sends it. `amount` is what it came to before Forecourt's own offers.

    `quantity` in the product's unit, at most three digits; `unit_price` may be missing; `discount` is what the till
    itself took off, already out of `amount`, for the record. All negative on a refund that names no sale.
    """

    product: Code
    quantity: Decimal
    amount: Decimal
    unit_price: Decimal | None = None
    discount: Decimal = Decimal(0)


class NewTender(Value, forbid_unknown_fields=True):
    """How it was paid: `kind` is a word of the till's, "cash", "wechat", "alipay", "card", "fleet".

    "points" is a member's points, at what the programme says a point pays.
    """

    kind: Annotated[str, Meta(min_length=1, max_length=24)]
    amount: Decimal


class NewSale(Value, forbid_unknown_fields=True):
    """A sale from a till, a file or an app. (station, source, source_ref) is its name for ever.

    `occurred_at` bears a zone. `business_date` is the station's trading day, worked out when missing. `coupons` are the
    codes that were presented. `reservation` is what the till was promised before it sold.

    `pricing` tells whether the customer pays what Forecourt's offers leave ("offers") or the lines' amounts as they are
    ("final"): then offers give points and coupons and no money. Unless given, the payments tell: those that add up to the
    amounts of the lines make it "final".
    """

    station: Code
    source: Annotated[str, Meta(min_length=1, max_length=40)]
    source_ref: Annotated[str, Meta(min_length=1, max_length=80)]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    lines: Annotated[tuple[NewLine, ...], Meta(min_length=1, max_length=MAX_LINES)]
    tenders: Annotated[tuple[NewTender, ...], Meta(max_length=50)] = ()
    business_date: date | None = None
    customer: CustomerClaim | None = None
    pump: Annotated[int, Meta(ge=0, le=999)] | None = None
    staff: Annotated[str, Meta(max_length=32)] | None = None
    coupons: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(max_length=20)] = ()
    pricing: Literal["", "offers", "final"] = ""
    reservation: UUID | None = None


class NewRefund(Value, forbid_unknown_fields=True):
    """A refund of a sale, whole unless `lines` says which, under a name of its own.

    `source` defaults to the sale's, `occurred_at` to now.
    """

    source_ref: Annotated[str, Meta(min_length=1, max_length=80)]
    source: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    occurred_at: Annotated[datetime, Meta(tz=True)] | None = None
    lines: Annotated[tuple["RefundLine", ...], Meta(min_length=1, max_length=MAX_LINES)] | None = None
    reason: Annotated[str, Meta(max_length=200)] = ""
    staff: Annotated[str, Meta(max_length=32)] | None = None


class RefundLine(Value, forbid_unknown_fields=True):
    """The line by its number, from 1, and how much of it: all that is left unless `quantity` is given."""

    line: Annotated[int, Meta(ge=1, le=MAX_LINES)]
    quantity: Decimal | None = None


class Flag(StrEnum):
    """Why a sale needs repair. It is recorded all the same: the till has already sold."""

    UNKNOWN_PRODUCT = "unknown_product"
    UNKNOWN_CUSTOMER = "unknown_customer"
    BLOCKED_CUSTOMER = "blocked_customer"
    CLOCK_OFF = "clock_off"
    AMOUNT_MISMATCH = "amount_mismatch"
    TENDER_MISMATCH = "tender_mismatch"
    POINTS_SHORT = "points_short"
    POINTS_REFUSED = "points_refused"
    POINTS_UNEVEN = "points_uneven"


class SaleStatus(StrEnum):
    POSTED = "posted"
    FLAGGED = "flagged"


class Verdict(StrEnum):
    APPLIED = "applied"
    LOST = "lost"
    NOT_MET = "not_met"
    INFO = "info"


class Reason(Value, omit_defaults=True):
    """One step of the explanation: what was looked at, the verdict, and the figures that settle it.

    `code` names the words (see `sales.words`), `rule` the rule; `line` counts from 1, 0 meaning the whole sale.
    """

    code: str
    verdict: Verdict
    rule: str = ""
    line: int = 0
    points: str = ""
    values: dict[str, str] = {}


class Sentence(Value):
    """A reason in words by language ("en", "zh-Hans"); `code`, `verdict`, `rule` are those of the explanation."""

    code: str
    verdict: Verdict
    rule: str
    words: dict[str, str]


class Totals(Value):
    """In the company's currency: before and after discounts."""

    gross: Decimal
    discount: Decimal
    net: Decimal


class Points(Value):
    """Points this sale earned, offers' among them, and the balance after it, null where there is no member; `spent` paid.

    A refund has them below zero: what it takes back of what was earned, what it gives back of what paid.
    """

    earned: int
    balance: int | None
    spent: int = 0


class LineDiscount(Value):
    """Money an offer takes off a line, by its number from 1."""

    line: int
    amount: Decimal


class OfferGiven(Value):
    """An offer that this sale got, for the receipt: money off which lines, points, goods to hand over, coupons to come."""

    code: str
    name: str
    discount: Decimal
    lines: tuple[LineDiscount, ...]
    points: int
    gifts: tuple[str, ...]
    coupons: tuple[str, ...]


class CouponGiven(Value):
    """A coupon for next time: print its code, or leave it in the member's app. Good from the one day to the other."""

    template: str
    code: str
    good_from: date
    good_until: date | None


class Receipt(Value):
    """The answer to a sale. `sentences` and `benefits`, of the tier that the member is in, only where a reader was named."""

    id: UUID
    status: SaleStatus
    replayed: bool
    customer_id: int | None
    totals: Totals
    points: Points
    tier: str | None
    flags: tuple[str, ...]
    offers: tuple[OfferGiven, ...]
    coupons: tuple[CouponGiven, ...]
    explanation: Raw
    """A list of `Reason`, as JSON, as stored; `wire.decode_reasons` reads it."""
    sentences: tuple[Sentence, ...] | UnsetType = UNSET
    benefits: TierShown | UnsetType | None = UNSET


class Quote(Value):
    """What a sale would come to. Nothing is recorded. `sentences` and `benefits` only where a reader was named.

    `points_payable` is how many of the customer's points may pay it at most, by the programme's rules and what there is, and
    `payable_worth` what they pay.
    """

    customer_id: int | None
    totals: Totals
    points: Points
    tier: str | None
    flags: tuple[str, ...]
    offers: tuple[OfferGiven, ...]
    explanation: tuple[Reason, ...]
    points_payable: int = 0
    payable_worth: Decimal = Decimal(0)
    sentences: tuple[Sentence, ...] | UnsetType = UNSET
    benefits: TierShown | UnsetType | None = UNSET


Answer = Receipt | Problem
"""What `post_sales` gives for each sale of a list: its receipt, or the problem that kept it out."""


class Hold(Value):
    """What a reservation holds of a member's own limit of an offer, of the trading day of its sale."""

    offer_id: int
    day: date
    money: Decimal
    volume: Decimal
    uses: int
    points: int


class Before(Value):
    """What a member had done, the tier they were in, and the templates of which they held a coupon that offers ask about, when
    a promise was made: what was promised rests on it.
    """

    tier: str
    sales: int
    last_sale_at: datetime | None
    holds: frozenset[str] = frozenset()


class Promise(Value):
    """What a reservation holds for a sale: parts of budgets with their limits, points, parts of the member's own limits.

    Its rules are those of `made_at`, and what the member had done, or was kept from (`is_blocked`), is as it was then.
    `paid_by` says, once its sale came, whose the points are (customer, points).
    """

    id: UUID
    customer_id: int
    station_id: int
    made_at: datetime
    spends: dict[str, tuple[Decimal, Decimal]] = {}
    points: int = 0
    holds: tuple[Hold, ...] = ()
    before: Before | None = None
    is_blocked: bool = False
    paid_by: tuple[tuple[int, int], ...] = ()


class Reserved(Quote):
    """A quote that holds until `expires_at`: coupons, budgets and points are set aside. Post the sale with `reservation`."""

    reservation: UUID
    expires_at: datetime


class KnownSale(Value):
    """A sale with what the engine found out about it: where, who, which products; what it needs to be rated.

    `is_over`: it is looked at anew long after it was sold. What it cost stands, and nothing can be handed over any more.
    """

    sale: NewSale
    station: StationFacts
    business_date: date
    customer_id: int
    is_member: bool
    products: tuple[ProductFacts | None, ...]
    flags: tuple[Flag, ...] = ()
    usage: Usage | None = None
    promise: Promise | None = None
    is_over: bool = False

    @property
    def rated_at(self) -> datetime:
        """The moment whose rules count: when it was reserved, else when it occurred."""
        return self.promise.made_at if self.promise is not None else self.sale.occurred_at


class RatedLine(Value, kw_only=False):
    """A line as it will stand in the books; `discount` in the company's currency."""

    number: int
    product: ProductFacts | None
    code: str
    quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal
    discount: Decimal


class Award(Value, kw_only=False):
    """What an offer gives on a line (0: the whole sale), and who pays. Offer id 0 is a tier's own discount.

    `points`, `uses`, `quantity` (units discounted) and `gifts` stand on the first row of each offer only. `gifts` is what the
    goods cost that are handed over beside the sale: no money of the receipt, but of who pays.
    """

    line: int
    offer_id: int
    offer: str
    version: int
    funder: str
    discount: Decimal
    quantity: Decimal = Decimal(0)
    points: int = 0
    uses: int = 0
    coupon_id: UUID | None = None
    gifts: Decimal = Decimal(0)


class Issue(Value):
    """A coupon that a sale gives, made while it is rated."""

    coupon: Coupon
    offer: str


class SimulationAsked(Value, forbid_unknown_fields=True):
    """What to simulate: sales of trading days, both included, at these stations (all where none is named).

    Under the programme that was in force, the one being drafted ("draft") or the one in review ("review"), and the offers that
    were in force, with the drafts of `offers` and what was handed in of `reviewed` as if they had been, and without those in
    `without`. With a `policy` offers combine by it; `floors` are margin floors as if they had always been so.
    """

    since: date
    until: date
    programme: Literal["current", "draft", "review"] = "current"
    offers: Annotated[tuple[Code, ...], Meta(max_length=200)] = ()
    reviewed: Annotated[tuple[Code, ...], Meta(max_length=200)] = ()
    without: Annotated[tuple[Code, ...], Meta(max_length=200)] = ()
    stations: Annotated[tuple[Code, ...], Meta(max_length=30_000)] = ()
    policy: Policy | None = None
    floors: Annotated[tuple[FloorChange, ...], Meta(max_length=2_000)] = ()


class FrozenOffer(Value):
    """A draft, or what was handed in, as it read when a simulation of it was asked for."""

    id: int
    offer: Offer
    is_reviewed: bool = False


class Frozen(Value):
    """The rules that a simulation was asked for, as they read then: what its result is of, whatever becomes of the drafts."""

    offers: tuple[FrozenOffer, ...] = ()
    programme: Programme | None = None


class Outcome(Value):
    """What rating makes of a sale: pure, so the same for posting, quoting and simulating."""

    known: KnownSale
    lines: tuple[RatedLine, ...]
    totals: Totals
    fuel_quantity: Decimal
    fuel_amount: Decimal
    points_earned: int
    tier: str
    rulebook: int
    flags: tuple[Flag, ...]
    explanation: tuple[Reason, ...]
    entries: tuple[PointsEntry, ...] = ()
    awards: tuple[Award, ...] = ()
    used: tuple[Coupon, ...] = ()
    issued: tuple[Issue, ...] = ()
    spends: dict[str, Decimal] = {}
    points_tendered: int = 0
    points_bonus: int = 0


def as_plain(answer: Answer) -> Any:
    """An answer as it goes into JSON."""
    return answer.as_dict() if isinstance(answer, Problem) else answer
