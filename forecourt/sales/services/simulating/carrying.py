"""What a simulation carries from sale to sale: the state that rating meets, and sales that refunds will come for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from forecourt.coupons.values import CouponStatus, HeldSpan
from forecourt.kernel.money import ZERO
from forecourt.loyalty.queries import Rules
from forecourt.loyalty.values import Standing
from forecourt.offers.rules.matching import Book, Live, gain_of
from forecourt.offers.values import Measure
from forecourt.sales.rules import Rulings, State, Used
from forecourt.sales.rules.offering import Offered
from forecourt.sales.rules.undoing import OfferOf
from forecourt.sales.services.giving_back import given_back
from forecourt.sales.services.simulating.reading import Past, Refund
from forecourt.sales.services.taking_back import Basket, Taken, take_back
from forecourt.sales.values import Award, KnownSale, Outcome, Promise, RatedLine


class Spent(NamedTuple):
    """What a share took of a budget of everybody: at the most at one time, and the most that a sale wanted at once."""

    limit: Decimal
    most: Decimal
    largest: Decimal


class Carried(State):
    """The state of a simulation: what sales change for the sales after them, beginning with what was before the span.

    Notes what is taken of budgets, so that shares that were rated apart can tell whether together they took too much. Of
    what offers gave it keeps what limits of customers' own ask about.
    """

    def __init__(
        self,
        book: Book,
        spent: Mapping[str, Decimal],
        given: dict[tuple[int, int], list[Used]],
        issued: Mapping[str, int],
    ) -> None:
        """Before the span: what budgets of everybody `spent`, by their names; what was `given` that customers' limits count;
        how many coupons of templates with a limit were `issued`.
        """
        super().__init__(given=given)
        self.spans: dict[int, list[HeldSpan]] = {}
        self._issued = issued
        self._spent = spent
        self._aside: dict[str, Decimal] = {}
        self.is_short = False
        self.kin: tuple[int, ...] = ()
        """Who were aliases of the buyer of the sale that is rated now."""
        self.moment: datetime | None = None
        """When the sale that is rated now was promised."""
        self.coming: dict[int, list[tuple[datetime, int]]] = {}
        """By member, sales that were rated when they were promised, and are sold later; with their points."""
        self.limited = book.limited_ids
        self._common = {live.id for live in book.offers if live.budgets}
        self._budgets: dict[str, list[Decimal]] = {}

    def join(self, customer_id: int, kin: tuple[int, ...]) -> None:
        """The sale that comes is of a customer with these aliases, whose coupons came over."""
        self.kin = kin
        for one in kin:
            for coupon_id in self._held.pop(one, ()):
                self.hand_over(coupon_id, customer_id)
                self._held.setdefault(customer_id, []).append(coupon_id)

    def visit(self, customer_id: int, at: datetime, points: int) -> None:
        """A sale that was promised is rated before it was sold: it is a visit for the sales after that only."""
        if self.moment is not None and at > self.moment:
            self.coming.setdefault(customer_id, []).append((at, points))
        else:
            super().visit(customer_id, at, points)

    def arrive(self, customer_id: int, moment: datetime) -> None:
        """What was promised to a member and sold until then is a visit now."""
        for one in (customer_id, *self.kin):
            waiting = self.coming.pop(one, [])
            for at, points in waiting:
                if at <= moment:
                    super().visit(one, at, points)
            if later := [visit for visit in waiting if visit[0] > moment]:
                self.coming[one] = later

    def standing_of(self, known: KnownSale) -> Standing | None:
        standing = super().standing_of(known)
        if not self.kin or standing is None or (known.promise is not None and known.promise.before is not None):
            return standing
        every = (standing, *[self.standings[one] for one in self.kin if one in self.standings])
        latest = max((one.last_sale_at for one in every if one.last_sale_at is not None), default=None)
        return replace(standing, sales=sum([one.sales for one in every]), last_sale_at=latest)

    def given_since(
        self, customer_id: int, offer_id: int, since: date, until: date, promise: Promise | None = None
    ) -> Used:
        given = super().given_since(customer_id, offer_id, since, until, promise)
        for one in self.kin:
            more = super().given_since(one, offer_id, since, until)
            given = Used(
                until,
                given.money + more.money,
                given.volume + more.volume,
                given.uses + more.uses,
                given.points + more.points,
            )
        return given

    def times_used(self, customer_id: int, template_id: int) -> int:
        return sum([super(Carried, self).times_used(one, template_id) for one in (customer_id, *self.kin)])

    def held_by(self, known: KnownSale, asked: frozenset[str]) -> frozenset[str]:
        """Coupons that simulated sales gave, and others as they were held then."""
        then = [self._held_then(one, known, asked) for one in (known.customer_id, *self.kin)]
        return self._held_now(known, asked).union(*then)

    def pay_aside(self, amounts: Mapping[str, Decimal]) -> None:
        """Budgets paid this for what is not simulated."""
        for key, amount in amounts.items():
            budget = self._budgets.get(key)
            if budget is None:
                self._aside[key] = self._aside.get(key, ZERO) + amount
            else:
                self.left[key] -= amount
                budget[1] = max(budget[1], budget[0] - self.left[key])

    def left_for(self, key: str, limit: Decimal, promise: Promise | None) -> Decimal:
        if key not in self._budgets:
            full = max(ZERO, limit - self._spent.get(key, ZERO))
            aside = self._aside.pop(key, ZERO)
            self.left[key] = full - aside
            self._budgets[key] = [full, max(ZERO, aside), ZERO]
        return super().left_for(key, limit, promise)

    def spend(self, spends: Mapping[str, Decimal]) -> None:
        super().spend(spends)
        for key, amount in spends.items():
            budget = self._budgets.get(key)
            if budget is not None:
                budget[1] = max(budget[1], budget[0] - self.left[key])
                budget[2] = max(budget[2], amount)

    def issue(self, template: str, limit: int) -> bool:
        """Count a coupon against the limit of its template; whether there was one left."""
        key = f"coupons {template}"
        if key not in self._budgets:
            self._budgets[key] = [Decimal(max(0, limit - self._issued.get(template, 0))), ZERO, ZERO]
        budget = self._budgets[key]
        if budget[1] >= budget[0]:
            self.is_short = self.is_short or budget[0] > 0
            return False
        budget[1] += 1
        return True

    def watch(self, known: KnownSale, given: Offered) -> None:
        """Note where a budget of everybody had too little, or a sale wanted more of it than it got for other reasons."""
        if not self._common:
            return
        for missed in given.missed:
            if missed.live.id in self._common and missed.miss.condition == "budget":
                self.is_short = self.is_short or not self._was_spent(missed.live, known)
        for item in given.applied:
            if item.cut == "budget" and item.live.id in self._common:
                self.is_short = True
            elif item.cut and item.live.id in self._common:
                self._note_wanted(item.live, known, given)

    def _was_spent(self, live: Live, known: KnownSale) -> bool:
        """Whether one of an offer's budgets had nothing left when the span began: no share takes anything of it."""
        keys = [key for key, _ in live.budgets_at(known.station.id, known.business_date) if key in self._budgets]
        return any(self._budgets[key][0] <= 0 for key in keys)

    def _note_wanted(self, live: Live, known: KnownSale, given: Offered) -> None:
        gain = gain_of(live.offer, given.facts)
        if gain is None:
            return
        wanted = {Measure.MONEY: sum(gain.off.values(), ZERO), Measure.VOLUME: gain.units}
        for key, budget in live.budgets_at(known.station.id, known.business_date):
            noted = self._budgets.get(key)
            if noted is not None and budget.measure in wanted:
                noted[2] = max(noted[2], wanted[budget.measure])

    @property
    def spent(self) -> dict[str, Spent]:
        """What was taken of each budget of everybody."""
        return {key: Spent(*budget) for key, budget in self._budgets.items()}

    def take_back(self, kept: "Kept", taken: Taken, offers: Mapping[tuple[int, int], Live]) -> None:
        """Carry what a refund changes: budgets and limits get theirs back, where and when the sale was; one that was refunded
        whole was no visit.
        """
        known = kept.outcome.known
        back = given_back(taken.awards, offer_of(offers), known.station.id, known.business_date)
        for key, amount in back.items():
            if key in self.left:
                self.left[key] += amount
        if not known.is_member:
            return
        self.gave(known.customer_id, known.business_date, taken.awards)
        standing = self.standings[known.customer_id]
        if taken.is_whole and kept.outcome.totals.net >= 0:
            standing = replace(standing, sales=standing.sales - 1)
        self._restore(kept, taken)
        self.standings[known.customer_id] = replace(standing, points=standing.points + taken.points)

    def _restore(self, kept: "Kept", taken: Taken) -> None:
        """Give back the coupons that undone offers used, and take back those they gave: void they stay, used or not."""
        outcome = kept.outcome
        for coupon in outcome.used:
            if coupon.id in kept.restored or not taken.gives_back(coupon):
                continue
            kept.restored.add(coupon.id)
            if coupon.uses:
                now = self._coupons[coupon.id]
                status = now.status if now.status is CouponStatus.VOID else CouponStatus.ACTIVE
                self.hold(replace(now, uses_left=now.uses_left + 1, status=status))
            key = (outcome.known.customer_id, coupon.template_id)
            self.uses_of[key] = self.uses_of.get(key, 0) - 1
        for issue in outcome.issued:
            if not (taken.is_whole or issue.offer in taken.undone):
                continue
            self.hold(replace(self._coupons[issue.coupon.id], status=CouponStatus.VOID))


def offer_of(offers: Mapping[tuple[int, int], Live]) -> OfferOf:
    """What simulated offers say, by id and version."""
    return lambda award: live.offer if (live := offers.get((award.offer_id, award.version))) is not None else None


class Kept:
    """A sale as it was simulated, kept for the refunds that come."""

    def __init__(self, past: Past, outcome: Outcome, rulings: Rulings, *, has_cost: bool) -> None:
        self.past = past
        self.has_cost = has_cost
        self.outcome = outcome
        self._rules = Rules(rulings.programme, rulings.rates)
        self.restored: set[UUID] = set()
        self._digits = rulings.digits
        self._refunded: list[Sequence[RatedLine]] = []
        self._points = outcome.points_earned
        self._awards: Sequence[Award] = outcome.awards

    def take_back(self, refund: Refund, offers: Mapping[tuple[int, int], Live]) -> Taken:
        """What a refund of the same lines takes back of the sale as it was simulated."""
        known = self.outcome.known
        basket = Basket(
            lines=self.outcome.lines,
            refunded=self._refunded,
            points_so_far=self._points,
            refund_ids=(),
            rules=self._rules,
            awards=self._awards,
            tier=self.outcome.tier,
            station=known.station.code,
            tenders=known.sale.tenders,
        )
        taken = take_back(basket, refund.lines, self._digits, offer_of(offers), earns=known.is_member)
        self._refunded.append(taken.lines)
        self._points += taken.points
        self._awards = _less(self._awards, taken.awards)
        return taken


def _less(awards: Sequence[Award], taken: Sequence[Award]) -> list[Award]:
    """What offers gave, less what was taken back of it."""
    left = {(award.line, award.offer_id, award.funder): award for award in awards}
    for award in taken:
        before = left[award.line, award.offer_id, award.funder]
        left[award.line, award.offer_id, award.funder] = replace(
            before,
            discount=before.discount + award.discount,
            quantity=before.quantity + award.quantity,
            points=before.points + award.points,
            uses=before.uses + award.uses,
        )
    return list(left.values())
