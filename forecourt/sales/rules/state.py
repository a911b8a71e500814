"""What rating looks at beside the sale: the rules in force, and what changes from one sale to the next."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from forecourt.coupons.rules import is_held, normal_code, why_not
from forecourt.coupons.values import Coupon, CouponStatus, HeldSpan, Template, WhyNot
from forecourt.customers.values import BuyerFacts
from forecourt.kernel.money import ZERO
from forecourt.loyalty.rules import Rates
from forecourt.loyalty.values import Programme, Standing
from forecourt.offers.rules.language import Policy
from forecourt.offers.rules.matching import Book, Live
from forecourt.sales.values import Award, Hold, KnownSale, Promise


class Rulings(NamedTuple):
    """The rules in force when a sale occurs. `floor_price` gives the least price of (station, product) at a moment,
    `gift_cost` what a product, by its code, that offers hand over costs.

    `reached` holds for each tier the codes of those up to it. `templates` are coupon templates as of then; of them, by their
    ids, `automatic` need not be presented, and a customer may use `limited` so many times.
    """

    programme: Programme
    rates: Rates
    digits: int = 2
    book: Book = Book()
    policy: Policy = Policy()
    tier_offers: Mapping[str, Live] = {}
    templates: Mapping[str, "Known"] = {}
    automatic: frozenset[int] = frozenset()
    limited: frozenset[int] = frozenset()
    reached: Mapping[str, frozenset[str]] = {}
    floor_price: Callable[[int, int, datetime], Decimal | None] = lambda station, product, moment: None
    gift_cost: Callable[[int, str, datetime], Decimal | None] = lambda station, product, moment: None

    @property
    def has_offers(self) -> bool:
        return bool(self.book.size or self.tier_offers)


class Known(NamedTuple):
    """A coupon template as the engine needs it. `days`, the first and the last, are those of one code for everybody."""

    id: int
    template: Template
    days: tuple[date, date | None] | None = None

    def dated(self, coupon: Coupon) -> Coupon:
        """The coupon as it is under what the template says: a code for everybody is good on the days of that."""
        if self.days is None or not coupon.is_generic:
            return coupon
        return replace(coupon, active_from=self.days[0], expires_on=self.days[1])


class Used(NamedTuple):
    """What an offer gave a customer on a day."""

    day: date
    money: Decimal
    volume: Decimal
    uses: int
    points: int


class Refused(NamedTuple):
    """A coupon that was presented and is not taken."""

    code: str
    template: str
    why: WhyNot


class State:
    """What sales change for the sales after them: members' standings, coupons, budgets, what offers gave whom.

    Loaded from the database before a list is rated, or begun by a simulation; `take` carries an outcome over.
    """

    def __init__(
        self,
        standings: dict[int, Standing] | None = None,
        buyers: dict[int, BuyerFacts] | None = None,
        coupons: Iterable[Coupon] = (),
        uses_of: dict[tuple[int, int], int] | None = None,
        left: dict[str, Decimal] | None = None,
        given: dict[tuple[int, int], list[Used]] | None = None,
        segments: Callable[[int], frozenset[str]] = lambda customer_id: frozenset(),
    ) -> None:
        self.standings = standings if standings is not None else {}
        self.buyers = buyers if buyers is not None else {}
        self.left = left if left is not None else {}
        self.given = given if given is not None else {}
        self.uses_of = uses_of if uses_of is not None else {}
        self.segments = segments
        self.limited: Collection[int] | None = None
        """The offers with limits of customers' own, which alone ask what they gave before; None: any may be."""
        self.seen: dict[int, Any] = {}
        """Sales of this list as offers see them, by the identity of the known sale; see `offering.seen`."""
        self.spans: Mapping[int, Sequence[HeldSpan]] | None = None
        """For sales of the past: when members held coupons, as far as it is not this state itself that knows."""
        self._coupons: dict[UUID, Coupon] = {}
        self._by_code: dict[str, UUID] = {}
        self._held: dict[int, list[UUID]] = {}
        for coupon in coupons:
            self.hold(coupon)

    def copy(self) -> "State":
        """The same state, to be changed apart."""
        copied = State(
            dict(self.standings),
            self.buyers,
            self._coupons.values(),
            dict(self.uses_of),
            dict(self.left),
            {key: list(used) for key, used in self.given.items()},
            self.segments,
        )
        copied.limited, copied.seen, copied.spans = self.limited, self.seen, self.spans
        return copied

    def holds_any(self, customer_id: int) -> bool:
        """Whether a customer holds a coupon that needs not be shown."""
        return customer_id in self._held

    def held_by(self, known: KnownSale, asked: frozenset[str]) -> frozenset[str]:
        """Those of the templates of which a member holds a good coupon; where something was promised, held when it was."""
        before = known.promise.before if known.promise is not None else None
        if before is not None:
            return before.holds
        if self.spans is not None:
            return self._held_then(known.customer_id, known, asked)
        return self._held_now(known, asked)

    def _held_now(self, known: KnownSale, asked: frozenset[str]) -> frozenset[str]:
        customer_id, day = known.customer_id, known.business_date
        held = [self._coupons[coupon_id] for coupon_id in self._held.get(customer_id, ())]
        return frozenset([one.template for one in held if one.template in asked and is_held(one, customer_id, day)])

    def _held_then(self, customer_id: int, known: KnownSale, asked: frozenset[str]) -> frozenset[str]:
        spans = self.spans.get(customer_id, ()) if self.spans is not None else ()
        moment, day = known.rated_at, known.business_date
        return frozenset([one.template for one in spans if one.template in asked and one.covers(moment, day)])

    def hold(self, coupon: Coupon) -> None:
        """A coupon that is there now."""
        if coupon.id not in self._coupons:
            self._by_code[normal_code(coupon.code)] = coupon.id
            if coupon.customer_id is not None:
                self._held.setdefault(coupon.customer_id, []).append(coupon.id)
        self._coupons[coupon.id] = coupon

    def usable(
        self,
        codes: Iterable[str],
        customer_id: int,
        day: date,
        templates: Mapping[str, Known],
        reservation: UUID | None,
        *,
        is_blocked: bool = False,
    ) -> tuple[dict[str, list[Coupon]], list[Refused]]:
        """The coupons a sale can use, by template, those presented first, then automatic ones that end soonest."""
        found: dict[str, list[Coupon]] = {}
        refused = []
        for code in codes:
            coupon = self._coupons.get(self._by_code.get(normal_code(code), _NONE))
            if coupon is not None and coupon.template in templates:
                coupon = templates[coupon.template].dated(coupon)
            why = self._why_not(coupon, customer_id, day, templates, reservation, is_blocked=is_blocked)
            if why is None and coupon is not None:
                found.setdefault(coupon.template, []).append(coupon)
            else:
                refused.append(Refused(code, coupon.template if coupon else "", why or WhyNot.UNKNOWN))
        held = [self._coupons[coupon_id] for coupon_id in self._held.get(customer_id, ())]
        for coupon in sorted(held, key=lambda coupon: (coupon.expires_on or date.max, coupon.id)):
            known = templates.get(coupon.template)
            if known is None or not known.template.is_automatic or coupon in found.get(coupon.template, ()):
                continue
            if self._why_not(coupon, customer_id, day, templates, reservation, is_blocked=is_blocked) is None:
                found.setdefault(coupon.template, []).append(coupon)
        return found, refused

    def _why_not(
        self,
        coupon: Coupon | None,
        customer_id: int,
        day: date,
        templates: Mapping[str, Known],
        reservation: UUID | None,
        *,
        is_blocked: bool,
    ) -> WhyNot | None:
        known = templates.get(coupon.template) if coupon else None
        used = self.times_used(customer_id, known.id) if known else 0
        return why_not(
            coupon, known.template if known else None, day, customer_id, used, reservation, is_blocked=is_blocked
        )

    def times_used(self, customer_id: int, template_id: int) -> int:
        """How often a customer used coupons of a template."""
        return self.uses_of.get((customer_id, template_id), 0)

    def hand_over(self, coupon_id: UUID, customer_id: int) -> str:
        """A coupon belongs to somebody else now; returns its code."""
        coupon = self._coupons[coupon_id] = replace(self._coupons[coupon_id], customer_id=customer_id)
        return coupon.code

    def use(self, coupon: Coupon, customer_id: int, at: datetime, promise: Promise | None = None) -> None:
        """A coupon was used once. What the promise held of it counted as used already: of one for several uses, one."""
        is_held = promise is not None and promise.id in coupon.held_by
        if coupon.uses:
            left = coupon.uses_left - (0 if is_held and coupon.uses > 1 else 1)
            status = CouponStatus.ACTIVE if left > 0 else CouponStatus.USED
            if coupon.status is CouponStatus.VOID:  # while its reservation held it
                status = CouponStatus.VOID
            others = tuple([id for id in coupon.held_by if promise is None or id != promise.id])
            self._coupons[coupon.id] = replace(
                coupon, uses_left=left, status=status, used_at=at, reserved_by=None, held_by=others
            )
        if is_held:
            return
        key = (customer_id, coupon.template_id)
        self.uses_of[key] = self.uses_of.get(key, 0) + 1

    def left_for(self, key: str, limit: Decimal, promise: Promise | None) -> Decimal:
        """What a budget has left for a sale: with what its reservation holds of it."""
        left = self.left.setdefault(key, limit)
        return left + promise.spends[key][0] if promise is not None and key in promise.spends else left

    def spend(self, spends: Mapping[str, Decimal]) -> None:
        """Budgets have so much less left."""
        for key, amount in spends.items():
            if key in self.left:
                self.left[key] -= amount

    def visit(self, customer_id: int, at: datetime, points: int) -> None:
        """A member bought, and earned points."""
        standing = self.standings[customer_id]
        latest = at if standing.last_sale_at is None else max(at, standing.last_sale_at)
        self.standings[customer_id] = Standing(
            customer_id=customer_id,
            points=standing.points + points,
            tier=standing.tier,
            sales=standing.sales + 1,
            last_sale_at=latest,
        )

    def gave(self, customer_id: int, day: date, awards: Iterable[Award]) -> None:
        """Offers gave this customer something, or took it back."""
        for award in awards:
            if self.limited is None or award.offer_id in self.limited:
                used = Used(day, award.discount, award.quantity, award.uses, award.points)
                self.given.setdefault((customer_id, award.offer_id), []).append(used)

    def standing_of(self, known: KnownSale) -> Standing | None:
        """Where a member stands; for a sale that was promised something with the tier and the visits of then."""
        standing = self.standings.get(known.customer_id)
        before = known.promise.before if known.promise is not None else None
        if standing is None or before is None:
            return standing
        return replace(standing, tier=before.tier, sales=before.sales, last_sale_at=before.last_sale_at)

    def keep(self, promise: Promise) -> None:
        """A reservation holds parts of its member's own limits."""
        for hold in promise.holds:
            kept = Used(hold.day, hold.money, hold.volume, hold.uses, hold.points)
            self.given.setdefault((promise.customer_id, hold.offer_id), []).append(kept)

    def let_go(self, promise: Promise) -> None:
        """It holds them no more."""
        for hold in promise.holds:
            self.given.setdefault((promise.customer_id, hold.offer_id), []).append(_freed(hold))

    def given_since(
        self, customer_id: int, offer_id: int, since: date, until: date, promise: Promise | None = None
    ) -> Used:
        """What an offer gave this customer on days of a span, both included, in all; without what the promise holds."""
        money = volume = ZERO
        uses = points = 0
        rows = self.given.get((customer_id, offer_id), ())
        if promise is not None and promise.holds:
            rows = [*rows, *[_freed(hold) for hold in promise.holds if hold.offer_id == offer_id]]
        for used in rows:
            if since <= used.day <= until:
                money += used.money
                volume += used.volume
                uses += used.uses
                points += used.points
        return Used(until, money, volume, uses, points)


def _freed(hold: Hold) -> Used:
    return Used(hold.day, -hold.money, -hold.volume, -hold.uses, -hold.points)


_NONE = UUID(int=0)
