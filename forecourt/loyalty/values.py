"""The programme's rules, the ledger's entries, and what the engine knows of a member."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from forecourt.kernel.values import Value


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


class EntryKind(StrEnum):
    EARN = "earn"
    REFUND = "refund"
    RERATE = "rerate"
    ADJUST = "adjust"
    EXPIRE = "expire"
    TRANSFER = "transfer"


class EarnRate(Value):
    """Points a line earns: `points` per unit or per unit of currency, where everything that is given matches.

    `product` is a product code, `category` a category code, `kind` fuel, goods or service, `family` petrol, diesel...;
    `stations` are codes and `tender` a tender kind that must have paid the whole sale. Empty matches all.
    """

    code: str
    points: Decimal
    per: Per
    product: str = ""
    category: str = ""
    kind: str = ""
    family: str = ""
    stations: tuple[str, ...] = ()
    tender: str = ""


class Tier(Value):
    """A tier, from `threshold` of the programme's basis in its rolling window; `multiplier_percent` of 100 changes nothing."""

    code: str
    name: str
    threshold: Decimal
    multiplier_percent: int = 100


class Programme(Value):
    """The rules as published: one version of the rulebook. `tiers` rise by threshold, the first one from zero."""

    version: int = 0
    name: str = ""
    rates: tuple[EarnRate, ...] = ()
    tiers: tuple[Tier, ...] = ()
    tier_basis: TierBasis = TierBasis.SPEND
    tier_window_days: int = 365
    points_life_months: int = 24
    negative_balance: NegativeBalance = NegativeBalance.OWE


class Standing(Value):
    """Where a member stands. `tier` is what the last review gave; `points` may be below zero where points are owed."""

    customer_id: int
    points: int = 0
    tier: str = ""


class Lot(Value):
    """Points of one credit that are still there; spent oldest expiry first, then oldest first."""

    entry_id: UUID
    remaining: int
    expires_on: date | None
    earned_at: datetime
    sale_id: UUID | None = None


class Allocation(Value):
    """So many points of a lot, taken by a debit; negative when a refund puts them back."""

    debit_id: UUID
    lot_id: UUID
    points: int


class PointsEntry(Value):
    """A line of the ledger. Positive points are a lot; negative ones name the lots they took in `allocations`."""

    id: UUID
    customer_id: int
    business_date: date
    occurred_at: datetime
    kind: EntryKind
    points: int
    expires_on: date | None = None
    sale_id: UUID | None = None
    reason: str = ""
    actor: str = ""
    allocations: tuple[Allocation, ...] = ()
