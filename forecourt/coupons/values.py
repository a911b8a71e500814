"""Coupons as others see them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from forecourt.kernel.bounds import NotNegative
from forecourt.kernel.values import Value
from forecourt.organisation.values import StationFacts

Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]


class CouponKind(StrEnum):
    """SINGLE: every coupon has a code of its own. GENERIC: one code for everybody, used as often as its limits allow."""

    SINGLE = "single"
    GENERIC = "generic"


class CouponStatus(StrEnum):
    """Whether it can still be used. Not active yet and expired follow from its dates."""

    ACTIVE = "active"
    RESERVED = "reserved"
    USED = "used"
    VOID = "void"


class TemplateState(StrEnum):
    """DRAFT: never approved. LIVE: issued. RETIRED: issued no more; what members hold stays good."""

    DRAFT = "draft"
    LIVE = "live"
    RETIRED = "retired"


class Template(Value, forbid_unknown_fields=True):
    """What a coupon is. Offers whose conditions ask for the template give it its effect; `handover` is what the cashier
    hands over where there is no such offer (a mug, a wash by hand).

    A coupon is good from `delay_days` after it was issued, for `valid_days` (0: no limit) and until `valid_until` at most.
    `is_automatic`: a member's coupon is used without being presented. `uses` is how often one coupon can be used;
    `per_customer` how often a customer may use coupons of it (0: any number; else only members can, for others cannot
    be told apart); `limit` how many uses of a generic code, or how many coupons may be issued, in all (0: any number).
    `worth` compares it with money where an offer gives it. `stations` are those that hand it over, by code, all where none
    is named; offers say by their conditions where they take it.
    """

    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: CouponKind = CouponKind.SINGLE
    description: Annotated[str, Meta(max_length=400)] = ""
    generic_code: Annotated[str, Meta(max_length=32)] = ""
    handover: Annotated[str, Meta(max_length=120)] = ""
    delay_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    valid_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    valid_until: date | None = None
    uses: Annotated[int, Meta(ge=1, le=1000)] = 1
    per_customer: Annotated[int, Meta(ge=0, le=100_000)] = 0
    limit: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0
    is_automatic: bool = False
    is_transferable: bool = False
    worth: NotNegative = Decimal(0)
    stations: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=32)], ...], Meta(max_length=5000)] = ()


class Where(Value):
    """Where an offer takes a coupon: at stations (codes), in regions, with legal entities (names); what is not named is any.

    A station must be in all that is named.
    """

    stations: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    payees: tuple[str, ...] | None = None

    def holds(self, station: StationFacts) -> bool:
        """Whether it is taken at that station."""
        asked = (
            (self.stations, station.code),
            (self.regions, station.region),
            (self.payees, station.legal_entity),
        )
        return all(named is None or name in named for named, name in asked)


class NewCoupon(Value):
    """A coupon to issue: to a customer, or to nobody yet (a bearer's). `origin` names what gave it, "sale:<id>",
    "tier:gold", "redemption:<id>"; the same origin, template and customer are issued once. `code` is made unless given.
    `expires_on` is its last day where the occasion says so rather than the template.
    """

    template: str
    customer_id: int | None = None
    origin: str = ""
    code: str = ""
    occurred_at: datetime | None = None
    expires_on: date | None = None


class Coupon(Value):
    """A coupon as it stands. Good on days from `active_from` to `expires_on`, both included.

    `uses` is how often it can be used in all, 0 for any number (a generic code without a limit, which is never locked);
    `uses_left` of them are left. A coupon for one use is RESERVED as a whole, by `reserved_by`; of one for several a
    reservation holds one use, and `held_by` names those of the reservations asked for that do. `used_at` is the latest
    use. A coupon of a voided batch is VOID.
    """

    id: UUID
    code: str
    template: str
    customer_id: int | None
    status: CouponStatus
    active_from: date
    expires_on: date | None
    uses_left: int = 1
    is_generic: bool = False
    template_id: int = 0
    uses: int = 1
    reserved_by: UUID | None = None
    held_by: tuple[UUID, ...] = ()
    used_at: datetime | None = None


class HeldSpan(Value):
    """A time in which a customer held a coupon that was neither used up nor void, until now where `until` is null; good on days
    from `active_from` to `expires_on`. `origin` is what gave it, to whom it was `issued_to`.
    """

    customer_id: int
    template: str
    since: datetime
    until: datetime | None
    active_from: date
    expires_on: date | None
    origin: str = ""
    issued_to: int | None = None

    def covers(self, moment: datetime, day: date) -> bool:
        """Whether they held it at that moment, on that trading day: a sale that uses it up is the last that finds it."""
        is_there = self.since < moment and (self.until is None or moment <= self.until)
        return is_there and self.active_from <= day and (self.expires_on is None or day <= self.expires_on)


class Use(Value):
    """A use to write down: which coupon, by whom (an anonymous customer is negative), in which sale (None: handed over).

    `reservation_id` names the reservation that held it.
    """

    coupon_id: UUID
    template: str
    template_id: int
    customer_id: int
    sale_id: UUID | None
    station_id: int | None
    used_at: datetime
    reservation_id: UUID | None = None


class Hold(Value):
    """A use to keep for a reservation: of which coupon, and for whom (an anonymous customer is negative)."""

    coupon_id: UUID
    reservation_id: UUID
    customer_id: int


class SheetsState(StrEnum):
    """How far a file of sheets is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Step(StrEnum):
    """What somebody did with a coupon beside using it."""

    MOVED = "moved"
    VOIDED = "voided"
    REVIVED = "revived"
    RESTORED = "restored"


class WhyNot(StrEnum):
    """Why a coupon that was presented is not taken. The words are stable; `rules.sentence` says them in full."""

    UNKNOWN = "unknown"
    VOID = "void"
    USED = "used"
    LIMIT = "limit"
    RESERVED = "reserved"
    NOT_YOURS = "not_yours"
    BLOCKED = "blocked"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    MEMBERS = "members"
    CUSTOMER_LIMIT = "customer_limit"
    NO_OFFER = "no_offer"
    NOT_HERE = "not_here"
