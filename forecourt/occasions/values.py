"""Occasions as others see them: gifts on days of one's own, referrals, member events."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from forecourt.kernel.values import Review, Value

Points = Annotated[int, Meta(ge=0, le=1_000_000)]
Days = Annotated[int, Meta(ge=0, le=3650)]
TemplateCode = Annotated[str, Meta(max_length=40)]
Codes = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(max_length=50)]


class RulesKind(StrEnum):
    """What there are rules for; each has a draft and, once published, a version that holds."""

    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"
    REFERRAL = "referral"


class GiftRules(Value, forbid_unknown_fields=True):
    """A gift on the birthday or on the anniversary of joining: points, a coupon (its template's code), or both.

    It is given `days_before` days before the day, and the coupon is good until `days_after` days after it. `tiers` are
    codes, empty for all. `active_days`: only who bought within so many days has it; 0 asks for nothing.
    """

    points: Points = 0
    template: TemplateCode = ""
    days_before: Annotated[int, Meta(ge=0, le=60)] = 0
    days_after: Annotated[int, Meta(ge=0, le=365)] = 14
    tiers: Codes = ()
    active_days: Days = 365


class Reward(Value, forbid_unknown_fields=True):
    """Points, a coupon (its template's code), or both."""

    points: Points = 0
    template: TemplateCode = ""


class ReferralRules(Value, forbid_unknown_fields=True):
    """What a member who brings another gets, what the new one gets, and what for.

    The new member's first sales (`first_sales` of them at most, 0 for any number) within `within_days` of joining must reach
    `minimum_amount` in the company's currency and `minimum_quantity` in its unit of fuel, and stand unrefunded for
    `cooling_days`. A code can be given until `enter_days` after joining. Beyond `most_a_month` and `most_a_year` rewards of
    a referrer (0: no limit), and where the two bought at the same station within `minutes`, a person decides. Customers
    with one of `staff_tags` work for us and are looked at by a person too.
    """

    referrer: Reward = Reward()
    friend: Reward = Reward()
    first_sales: Annotated[int, Meta(ge=0, le=100)] = 0
    minimum_amount: Decimal = Decimal(0)
    minimum_quantity: Decimal = Decimal(0)
    within_days: Annotated[int, Meta(ge=1, le=365)] = 30
    enter_days: Annotated[int, Meta(ge=0, le=365)] = 7
    cooling_days: Annotated[int, Meta(ge=0, le=90)] = 7
    most_a_month: Annotated[int, Meta(ge=0, le=10_000)] = 5
    most_a_year: Annotated[int, Meta(ge=0, le=100_000)] = 20
    minutes: Annotated[int, Meta(ge=0, le=1440)] = 5
    staff_tags: Codes = ("staff", "员工")


class RulesVersion(Value):
    """Rules as approved, or that nothing is given any more (`rules` null). Versions of a kind count from 1 and never change.

    One is in force from `valid_from` until one with a higher number begins (`valid_until`, null while none does): what is
    decided later takes the place of all before it, of what has not begun too. `before` is what it took the place of.
    """

    kind: RulesKind
    version: int
    rules: GiftRules | ReferralRules | None
    valid_from: datetime
    valid_until: datetime | None
    before: GiftRules | ReferralRules | None
    note: str
    submitted_by: str
    published_at: datetime
    published_by: str

    @property
    def has_no_time(self) -> bool:
        """Whether another one took its place before it began."""
        return self.valid_until is not None and self.valid_until <= self.valid_from

    def is_in_force(self, moment: datetime) -> bool:
        return self.valid_from <= moment and (self.valid_until is None or moment < self.valid_until)

    def is_coming(self, moment: datetime) -> bool:
        return self.valid_from > moment and not self.has_no_time


class RulesView(Value):
    """Rules as edited and as they hold now: `live` is null where nothing does, `version` 0 where nothing ever did.

    `coming` are versions that begin later, the next one first; `review` is what was handed in and is not decided yet.
    """

    kind: RulesKind
    draft: GiftRules | ReferralRules
    live: GiftRules | ReferralRules | None
    version: int
    since: datetime | None = None
    edited_at: datetime | None = None
    edited_by: str = ""
    coming: tuple[RulesVersion, ...] = ()
    review: Review | None = None

    @property
    def latest(self) -> GiftRules | ReferralRules | None:
        """What was decided last: of what is to come the newest, else what holds."""
        return max(self.coming, key=lambda one: one.version).rules if self.coming else self.live

    @property
    def may_stop(self) -> bool:
        """Whether anything is given, or will be, that can be stopped."""
        return self.live is not None or any(one.rules is not None for one in self.coming)


class HeldRules(Value):
    """Rules of gifts that are in force, and their version."""

    version: int
    rules: GiftRules


class RulesProposal(Value):
    """What is handed in: rules, and from when; null is as soon as they are approved."""

    rules: GiftRules | ReferralRules
    valid_from: datetime | None = None


class Grant(Value):
    """Points and a coupon to give for one thing, named by `origin`, once each. `expires_on` is the coupon's last day."""

    customer_id: int
    origin: str
    reason: str
    actor: str
    points: int = 0
    template: str = ""
    expires_on: date | None = None


class ReferralState(StrEnum):
    """PENDING: waiting for the purchase. QUALIFIED: bought, and cooling. The others are what became of it."""

    PENDING = "pending"
    QUALIFIED = "qualified"
    REWARDED = "rewarded"
    REFUSED = "refused"
    REVERSED = "reversed"


class Flag(StrEnum):
    """Why a person must look at a referral before it is rewarded."""

    SAME_PERSON = "same_person"
    HOUSEHOLD = "household"
    ALIKE = "alike"
    STAFF = "staff"
    TOGETHER = "together"
    BURST = "burst"
    MONTH = "month"
    YEAR = "year"
    BLOCKED = "blocked"
    TEMPLATE = "template"


class ReferralView(Value):
    """A referral. `open_flags` are those that nobody has accepted yet; while there are any, it is not rewarded."""

    id: int
    referrer_id: int
    referred_id: int
    code: str
    state: ReferralState
    flags: tuple[Flag, ...]
    open_flags: tuple[Flag, ...]
    made_at: datetime
    made_by: str
    joined_at: datetime
    qualified_at: datetime | None
    sale_id: UUID | None
    due_at: datetime | None
    rewarded_at: datetime | None
    ended_at: datetime | None
    reason: str
    decided_by: str
    decided_at: datetime | None
    terms: ReferralRules
    referrer_name: str = ""
    referred_name: str = ""


class ReferrerLine(Value):
    """What one member's referrals came to. `cost`: points at their value and coupons at their worth, in currency."""

    referrer_id: int
    name: str
    made: int
    qualified: int
    rewarded: int
    points: int
    coupons: int
    cost: Decimal
    spend: Decimal


class EventState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"


class SignUpState(StrEnum):
    GOING = "going"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    ABSENT = "absent"


class NewMemberEvent(Value, forbid_unknown_fields=True):
    """An event for members. `station` is a code; without one it is held at `place`.

    Sign-ups are taken from `opens_at` (at once unless given) until `closes_at` (the beginning unless given). `places` 0:
    any number. `tiers` and `tags` (one of them) are who may sign up, everybody where empty. Attending gives `points`, a coupon
    (its template's code), or both; `cost` is points to sign up. `has_waiting_list`: whoever comes late waits for a place.
    """

    title: Annotated[str, Meta(min_length=1, max_length=80)]
    text: Annotated[str, Meta(max_length=4000)] = ""
    station: Annotated[str, Meta(max_length=32)] = ""
    place: Annotated[str, Meta(max_length=200)] = ""
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    places: Annotated[int, Meta(ge=0, le=100_000)] = 0
    has_waiting_list: bool = True
    tiers: Codes = ()
    tags: Codes = ()
    points: Points = 0
    template: TemplateCode = ""
    cost: Points = 0


class MemberEventView(Value):
    """An event as it stands, with how many are going, waiting, and were there."""

    id: int
    title: str
    text: str
    station_id: int | None
    place: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None
    closes_at: datetime
    places: int
    has_waiting_list: bool
    tiers: tuple[str, ...]
    tags: tuple[str, ...]
    points: int
    cost: int
    state: EventState
    made_at: datetime
    made_by: str
    template: str = ""
    going: int = 0
    waiting: int = 0
    attended: int = 0
    absent: int = 0

    @property
    def taken(self) -> int:
        """Places that somebody has, or had."""
        return self.going + self.attended + self.absent

    @property
    def left(self) -> int | None:
        """Places that are left; null where there is no limit."""
        return max(0, self.places - self.taken) if self.places else None


class SignUpView(Value):
    """A sign-up. `code` is what the member shows at the event; `place_in_line` counts from 1 for who waits, else 0.

    `has_priority`: the member's tier is served first, and moves up before those who signed up earlier without that.
    """

    id: int
    event_id: int
    customer_id: int
    state: SignUpState
    code: str
    signed_at: datetime
    moved_up_at: datetime | None
    attended_at: datetime | None
    ended_at: datetime | None
    reason: str
    cost: int
    points: int
    template: str = ""
    name: str = ""
    place_in_line: int = 0
    has_priority: bool = False
    title: str = ""
    starts_at: datetime | None = None


class CheckedIn(Value):
    """Who came: the sign-up, the points and coupon that gave, and whether they had been checked in before."""

    sign_up: SignUpView
    points: int
    template: str = ""
    was_there: bool
