"""The programme's rules, the ledger's entries, and what the engine knows of a member."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from forecourt.kernel.values import Outcome, Value


class Per(StrEnum):
    """What an earn rate counts: units of quantity (litre, kWh, piece) or units of currency."""

    UNIT = "unit"
    CURRENCY = "currency"


class TierBasis(StrEnum):
    SPEND = "spend"
    VOLUME = "volume"
    VISITS = "visits"


class NegativeBalance(StrEnum):
    """What happens when more points are taken back than there are: the balance goes below zero, or stops at zero."""

    OWE = "owe"
    FORGIVE = "forgive"


class Expiry(StrEnum):
    """How points expire: each credit after its own months, all of them after months without a sale, at the end of a year."""

    FIXED = "fixed"
    ACTIVITY = "activity"
    CALENDAR = "calendar"


class SpendBy(StrEnum):
    """By what a member must be recognised at a till to pay with points.

    By anything, or by what others do not know: a card, the app, WeChat, the member's id; no phone number, plate or e-mail.
    """

    ANY = "any"
    PROVEN = "proven"


class EntryKind(StrEnum):
    EARN = "earn"
    REFUND = "refund"
    RERATE = "rerate"
    ADJUST = "adjust"
    EXPIRE = "expire"
    TRANSFER = "transfer"
    SPEND = "spend"
    RETURN = "return"
    BONUS = "bonus"


class EarnRate(Value):
    """Points a line earns: `points` per unit or per unit of currency, where everything that is given matches.

    `product` is a product code, `category` a category code, `kind` fuel, goods or service, `family` petrol, diesel...;
    `stations` are codes and `tender` a tender kind that must have paid the whole sale. Empty matches all.
    """

    code: str
    points: Decimal
    per: Per
    name: str = ""
    product: str = ""
    category: str = ""
    kind: str = ""
    family: str = ""
    stations: tuple[str, ...] = ()
    tender: str = ""


class Every(StrEnum):
    """How often a tier's coupon is given: when the tier is reached, each month, each year."""

    ENTRY = "entry"
    MONTH = "month"
    YEAR = "year"


class TierCoupon(Value):
    """A coupon that a tier brings: `template` by its code, for a free wash for instance."""

    template: str
    every: Every = Every.ENTRY


class Tier(Value):
    """A tier, entered at `threshold` of the programme's basis in its rolling window, kept at `keep` (the same unless given).

    Benefits: points times `multiplier_percent` (100 changes nothing), `fuel_discount` in currency per unit of fuel,
    `shop_percent` off everything else, coupons, priority in service, and `perks` in words for members to read.
    """

    code: str
    name: str
    threshold: Decimal
    multiplier_percent: int = 100
    keep: Decimal | None = None
    fuel_discount: Decimal = Decimal(0)
    shop_percent: Decimal = Decimal(0)
    coupons: tuple[TierCoupon, ...] = ()
    is_priority: bool = False
    perks: str = ""


class TierShown(Value):
    """A tier with what it brings, as customers and tills are told; `words` says each benefit by language ("en", "zh-Hans").

    `is_priority`: its members are served first, and move up first where there is a waiting list.
    """

    code: str
    name: str
    multiplier_percent: int
    fuel_discount: Decimal
    shop_percent: Decimal
    coupons: tuple[TierCoupon, ...]
    is_priority: bool
    perks: str
    words: dict[str, tuple[str, ...]]


class Programme(Value):
    """The rules as published: one version of the rulebook. `tiers` rise by threshold, the first one from zero.

    Tiers are entered by what `tier_basis` counts over `tier_window_days`. With `keep_basis` they are kept by what it counts
    over `keep_window_days`; without, by the same that they are entered by.
    Who falls below what keeps a tier holds it `grace_days` more and is warned `warn_days` before it ends; businesses start
    in `business_tier`. Years of points (CALENDAR) end on `year_ends`, month and day. Points can be spent `pending_days` after
    they were earned. As a tender a point is worth `point_value`; at least `spend_minimum` points at once, in steps of
    `spend_step`, and of who was recognised by what `spend_by` asks for. Adjustments beyond `adjust_limit` points a day (0:
    none) want a second person. `household_shares`: members of a household spend from one another's points.
    """

    version: int = 0
    name: str = ""
    rates: tuple[EarnRate, ...] = ()
    tiers: tuple[Tier, ...] = ()
    tier_basis: TierBasis = TierBasis.SPEND
    tier_window_days: int = 365
    keep_basis: TierBasis | None = None
    keep_window_days: int = 0
    grace_days: int = 0
    warn_days: int = 30
    business_tier: str = ""
    expiry: Expiry = Expiry.FIXED
    year_ends: str = "12-31"
    points_life_months: int = 24
    pending_days: int = 0
    negative_balance: NegativeBalance = NegativeBalance.OWE
    point_value: Decimal = Decimal("0.01")
    spend_minimum: int = 0
    spend_step: int = 1
    spend_by: SpendBy = SpendBy.PROVEN
    adjust_limit: int = 0
    household_shares: bool = False

    @property
    def keeping_basis(self) -> TierBasis:
        """What counts towards keeping a tier."""
        return self.tier_basis if self.keep_basis is None else self.keep_basis

    @property
    def keeping_window_days(self) -> int:
        """Over how many days that is counted."""
        return self.tier_window_days if self.keep_basis is None else self.keep_window_days


class Draft(Value):
    """The programme as it is being edited, saved `revision` times, last by whom and when; never: revision 0."""

    programme: Programme
    revision: int = 0
    saved_at: datetime | None = None
    saved_by: str = ""


class Review(Value):
    """A programme handed in for review. Without `valid_from` it takes effect once approved; `version` is what it became."""

    id: int
    programme: Programme
    note: str
    valid_from: datetime | None
    submitted_at: datetime
    submitted_by: str
    outcome: Outcome
    decided_at: datetime | None
    decided_by: str
    reason: str
    version: int | None


class Edition(Value):
    """A published version of the programme: when it begins, who published it, and its review where it had one.

    `before` is what it takes the place of when it begins. One that was withdrawn never comes into force.
    """

    programme: Programme
    before: Programme
    valid_from: datetime
    published_at: datetime
    published_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    note: str = ""
    submitted_by: str = ""


class Standing(Value):
    """Where a member stands. `tier` is what the last review gave; `points` may be below zero where points are owed.

    `sales` counts the sales that were not refunded whole, `last_sale_at` is the latest of all.
    """

    customer_id: int
    points: int = 0
    tier: str = ""
    sales: int = 0
    last_sale_at: datetime | None = None


class TierState(Value):
    """Where a member's tier stands: since when (null: since joining), the last day it is held in grace, when it was warned."""

    tier: str = ""
    since: date | None = None
    until: date | None = None
    warned_on: date | None = None


class TierStep(Value):
    """What a review of tiers found of a member and made of it.

    `before` is where the tier stood before the day that was reviewed, `found` and `counted` what stands in the balance.
    `kept` is what counts towards keeping the tier, null where that is `value` too.
    """

    customer_id: int
    before: TierState
    found: TierState
    after: TierState
    counted: Decimal
    value: Decimal
    is_business: bool = False
    kept: Decimal | None = None


class TierProgress(Value):
    """How far a member is, as of the last review: `value` counts by `basis` over the programme's window.

    `missing` is what the next tier wants, `keep_missing` what keeping this one does, of which `keep_value` counts by
    `keep_basis` over `keep_window_days`; `until` the last day of a grace.
    """

    customer_id: int
    tier: str
    value: Decimal
    since: date | None
    until: date | None
    basis: TierBasis
    window_days: int
    keep_value: Decimal
    keep_basis: TierBasis
    keep_window_days: int
    keep_missing: Decimal = Decimal(0)
    next_tier: str = ""
    next_name: str = ""
    next_threshold: Decimal = Decimal(0)
    missing: Decimal = Decimal(0)

    @property
    def percent(self) -> int:
        """The way to the next tier, 0 to 100."""
        if not self.next_threshold:
            return 100
        return max(0, min(100, int(self.value * 100 / self.next_threshold)))


class PointsSummary(Value):
    """A member's points: `points` is the balance, of which `pending` cannot be spent yet and `available` can.

    `expiring` are those that are good for 30 days at most, the first of them until `expiring_on`. `shared` is what the
    household has for this member to spend, its own included, less what any of it owes; without sharing the same as
    `available`. `payable` is the most of it that may pay at once by the programme's rules, `payable_worth` what it pays.
    """

    customer_id: int
    points: int
    pending: int
    available: int
    expiring: int
    expiring_on: date | None
    shared: int
    members: tuple[int, ...] = ()
    payable: int = 0
    payable_worth: Decimal = Decimal(0)


class Lot(Value):
    """Points of one credit that are still there; spent oldest expiry first, then oldest first.

    Before `available_on` they are pending: they count in the balance and cannot be spent.
    """

    entry_id: UUID
    remaining: int
    expires_on: date | None
    earned_at: datetime
    sale_id: UUID | None = None
    available_on: date | None = None


class Allocation(Value):
    """So many points of a lot, taken by a debit; negative when a refund puts them back."""

    debit_id: UUID
    lot_id: UUID
    points: int


class PointsEntry(Value):
    """A line of the ledger. Positive points are a lot; negative ones name the lots they took in `allocations`.

    `origin` names what caused it where that is no sale: "redemption:<id>", "game:<id>", "referral:<id>", "hold:<id>".
    `earned_at` is given where points were earned before `occurred_at`: they came from another customer.
    """

    id: UUID
    customer_id: int
    business_date: date
    occurred_at: datetime
    kind: EntryKind
    points: int
    expires_on: date | None = None
    available_on: date | None = None
    sale_id: UUID | None = None
    origin: str = ""
    reason: str = ""
    actor: str = ""
    earned_at: datetime | None = None
    allocations: tuple[Allocation, ...] = ()


class Visit(Value):
    """A member's sale, to be counted: 1, or -1 for one that was refunded whole; `at` is null for those."""

    customer_id: int
    sales: int
    at: datetime | None = None


class Gift(Value):
    """Points to give for something other than a sale; `origin` is what for, once each.

    `is_pending`: they hang on a purchase, and can be spent when the programme says that a purchase's points can.
    """

    customer_id: int
    points: int
    origin: str
    reason: str
    actor: str
    is_pending: bool = False


class Spending(Value):
    """Points to take for something: a reward, a payment. All or nothing; `origin` names it.

    Of whom so many are `held` for it (customer, points), those pay first, whoever may spend theirs by now.
    """

    customer_id: int
    points: int
    origin: str
    reason: str
    actor: str
    held: tuple[tuple[int, int], ...] = ()


class Return(Value):
    """A spending to give back: whose it was, and what for; so many points of it, all that is left unless given."""

    customer_id: int
    origin: str
    reason: str
    actor: str
    points: int | None = None


class Spent(Value):
    """What became of a spending: `is_paid`, the balance after it, and what could be spent before it (the household's too)."""

    is_paid: bool
    balance: int
    available: int


class Adjusted(Standing):
    """Where a member stands after an adjustment. With `adjustment_id` it waits for a second person, and nothing moved yet."""

    adjustment_id: int | None = None


class AdjustmentView(Value):
    """An adjustment that waits, or waited, for a second person."""

    id: int
    customer_id: int
    points: int
    reason: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    is_approved: bool | None
    note: str
