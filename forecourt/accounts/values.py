"""What points mean in money, and what those who fund offers owe."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from forecourt.kernel.money import ZERO
from forecourt.kernel.values import Value

Money = Annotated[Decimal, Meta(ge=0)]


class PolicyState(StrEnum):
    """DRAFT is being written; REVIEW waits for a second person; APPROVED is in force from its day on; REFUSED never will be."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    REFUSED = "refused"


class Role(StrEnum):
    """What an account of the journal is for. The ERP's codes and names for them stand in the policy."""

    REVENUE = "revenue"
    CONTRACT_LIABILITY = "contract_liability"
    MARKETING_EXPENSE = "marketing_expense"
    PROMOTION_LIABILITY = "promotion_liability"
    PROMOTION_RELEASE = "promotion_release"


LIABILITIES = (Role.CONTRACT_LIABILITY, Role.PROMOTION_LIABILITY)


class Account(Value):
    """An account as the general ledger knows it."""

    code: Annotated[str, Meta(min_length=1, max_length=20)]
    name: Annotated[str, Meta(max_length=60)] = ""


STANDARD_ACCOUNTS: dict[Role, Account] = {
    Role.REVENUE: Account(code="6001", name="主营业务收入"),
    Role.CONTRACT_LIABILITY: Account(code="2203", name="合同负债"),
    Role.MARKETING_EXPENSE: Account(code="6601", name="销售费用"),
    Role.PROMOTION_LIABILITY: Account(code="2801", name="预计负债"),
    Role.PROMOTION_RELEASE: Account(code="6001", name="主营业务收入"),
}
"""The accounts of a Chinese general ledger (CAS), to begin with."""


class Policy(Value):
    """How points are accounted for, from `valid_from` on.

    `point_value` is the stand-alone selling price of a point in currency, tax included. `redemption_percent` is how many of
    the points earned are expected to be redeemed ever; `cohort_percents` says otherwise for points earned in a month
    ("2026-01"). `tax_percent` is the VAT inside of prices: what is deferred is net of it.
    """

    valid_from: date
    point_value: Decimal
    redemption_percent: Decimal
    version: int = 0
    cohort_percents: dict[str, Decimal] = field(default_factory=dict)
    tax_percent: Decimal = ZERO
    accounts: dict[Role, Account] = field(default_factory=lambda: dict(STANDARD_ACCOUNTS))

    def percent_of(self, cohort: date) -> Decimal:
        """The share of a month's points that is expected to be redeemed, in percent."""
        return self.cohort_percents.get(f"{cohort:%Y-%m}", self.redemption_percent)

    def account(self, role: Role) -> Account:
        return self.accounts.get(role) or STANDARD_ACCOUNTS[role]


class PolicyView(Value):
    """A version of the policy with its way to approval."""

    id: int
    state: PolicyState
    policy: Policy
    reason: str
    drafted_at: datetime
    drafted_by: str
    submitted_at: datetime | None
    submitted_by: str
    decided_at: datetime | None
    decided_by: str
    note: str


class PartOfLiability(Value):
    """What the points of a station's or a tier's sales are worth as a liability, or those of offers that somebody pays for."""

    name: str
    points_before: int
    points_after: int
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before


class SimulatedLiability(Value):
    """What a simulation's points are worth as a liability, in currency, net of tax: as it was and as it would have been.

    `policy` is the version of the accounting policy the values are of; None: there was none, a point is worth what it pays.
    Its parts are rounded each by itself, so that those of stations and of tiers may differ from the whole by some of the
    smallest coins; those of payers are points that offers gave, not all that were earned.
    """

    points_before: int
    points_after: int
    before: Decimal
    after: Decimal
    point_value: Decimal
    redemption_percent: Decimal
    tax_percent: Decimal
    policy: int | None
    stations: tuple[PartOfLiability, ...] = ()
    tiers: tuple[PartOfLiability, ...] = ()
    funders: tuple[PartOfLiability, ...] = ()

    @property
    def change(self) -> Decimal:
        return self.after - self.before


class Kind(StrEnum):
    """Why points or the money for them moved. The first seven move points; the last two money only."""

    EARNED = "earned"
    GIVEN = "given"
    TAKEN_BACK = "taken_back"
    ADJUSTED = "adjusted"
    TRANSFERRED = "transferred"
    SPENT = "spent"
    EXPIRED = "expired"
    BREAKAGE = "breakage"
    ESTIMATE = "estimate"


class Unit(Value):
    """What revenue is recognised for together: points earned in one month at stations of one legal entity (0: none).

    Points given without a sale stand by themselves: they are no part of a contract with a customer.
    """

    cohort: date
    entity_id: int
    is_gift: bool


class Figures(Value):
    """Where a unit stands, cumulatively. `points` are those that count: earned or given less what was taken back."""

    points: int = 0
    allocated: Decimal = ZERO
    redeemed: int = 0
    expired: int = 0
    percent: Decimal = Decimal(100)
    spent_amount: Decimal = ZERO
    breakage_amount: Decimal = ZERO
    expired_amount: Decimal = ZERO
    estimate_amount: Decimal = ZERO

    @property
    def recognised(self) -> Decimal:
        return self.spent_amount + self.breakage_amount + self.expired_amount + self.estimate_amount

    @property
    def liability(self) -> Decimal:
        return self.allocated - self.recognised

    @property
    def open(self) -> int:
        return self.points - self.redeemed - self.expired


class Change(Value):
    """What a day brought a unit: points that count, those redeemed and expired, and money allocated; all may be negative."""

    points: int = 0
    allocated: Decimal = ZERO
    redeemed: int = 0
    expired: int = 0


class Posting(Value):
    """A line of the journal: one of `debit` and `credit` is above zero, the other zero."""

    entity_id: int
    cohort: date
    is_gift: bool
    kind: Kind
    role: Role
    account: Account
    debit: Decimal
    credit: Decimal


class JournalRow(Value):
    """A stored line of the journal; `text` says what it is for, in the reader's language."""

    id: int
    day: date
    entity: str
    cohort: date
    kind: Kind
    is_gift: bool
    account: str
    account_name: str
    debit: Decimal
    credit: Decimal
    text: str = ""


class CloseView(Value):
    """A day that is closed: entries until `cut_at` are booked on it."""

    day: date
    cut_at: datetime
    closed_at: datetime
    policy: int
    entries: int
    debit: Decimal
    liability: Decimal
    open_points: int


class By(StrEnum):
    """What a roll-forward is broken down by."""

    MONTH = "month"
    COHORT = "cohort"
    STATION = "station"
    ENTITY = "entity"
    SOURCE = "source"


class Roll(Value):
    """A line of the roll-forward, in points or in money: opening and all that follows add up to closing."""

    opening: Decimal = ZERO
    earned: Decimal = ZERO
    given: Decimal = ZERO
    taken_back: Decimal = ZERO
    adjusted: Decimal = ZERO
    transferred: Decimal = ZERO
    spent: Decimal = ZERO
    expired: Decimal = ZERO
    breakage: Decimal = ZERO
    estimate: Decimal = ZERO
    closing: Decimal = ZERO


class RollLine(Value):
    """A line of the roll-forward: `key` is a month, a station's or legal entity's id, "sale" or "gift"; "" is the total."""

    key: str
    name: str
    points: Roll
    money: Roll


class ClaimState(StrEnum):
    """DRAFT follows the sales; SENT is frozen; SETTLED is paid, whole or in part; DISPUTED waits to be agreed."""

    DRAFT = "draft"
    SENT = "sent"
    SETTLED = "settled"
    DISPUTED = "disputed"


class Cost(Value):
    """What a funder owes for something other than an offer on a sale, such as a day of a reward; each `origin` is claimed as
    far as earlier claims hold less of it. One in a claim is negative where they hold more; a correction then, or of days
    before the claim's.
    """

    origin: str
    day: date
    text: str
    amount: Decimal
    uses: int = 1
    station_id: int = 0
    is_correction: bool = False


CostsDue = Callable[[date, date], Sequence[Cost]]
"""All that a funder owes beside offers for these days, both included, one cost an origin, whether claimed or not."""


class ClaimView(Value):
    """A claim on a funder. What is due is `discount` + `points_value` + `gifts` + `costs`; corrections are part of them.

    `gifts` is what goods cost that offers handed over.
    """

    id: int
    funder: str
    entity_id: int | None
    entity: str
    since: date
    until: date
    state: ClaimState
    rows: int
    uses: int
    quantity: Decimal
    discount: Decimal
    points: int
    points_value: Decimal
    gifts: Decimal
    costs: Decimal
    corrections: Decimal
    total: Decimal
    drafted_at: datetime
    drafted_by: str
    sent_at: datetime | None
    sent_by: str
    decided_at: datetime | None
    decided_by: str
    settled_amount: Decimal | None
    note: str


class ClaimRow(Value):
    """One award in a claim; negative where a refund took it back. A correction belongs to a period claimed before."""

    id: int
    business_date: date
    sale_id: UUID
    line: int
    station_id: int
    station: str
    offer_id: int
    offer: str
    uses: int
    quantity: Decimal
    discount: Decimal
    points: int
    points_value: Decimal
    gifts: Decimal
    is_correction: bool
    funder: str = ""


class FundingLine(Value):
    """What one group of awards cost whoever pays: `key` and `name` are of what it is broken down by."""

    key: str
    name: str
    uses: int
    quantity: Decimal
    discount: Decimal
    points: int
    points_value: Decimal
    gifts: Decimal
    sales: int

    @property
    def total(self) -> Decimal:
        return self.discount + self.points_value + self.gifts


class FundingBy(StrEnum):
    FUNDER = "funder"
    OFFER = "offer"
    STATION = "station"
    ENTITY = "entity"
    MONTH = "month"
