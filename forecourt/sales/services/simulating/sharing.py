"""A share of the customers' sales under way: rated one after the other, in the order of time, each as things stood then."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from msgspec.structs import replace

from forecourt import sales
from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.values import ProductFacts
from forecourt.coupons import queries as coupons
from forecourt.coupons.values import Coupon
from forecourt.customers import queries as customers
from forecourt.kernel import sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.money import ZERO
from forecourt.loyalty.values import Standing
from forecourt.organisation import queries as organisation
from forecourt.sales import rules
from forecourt.sales.rules.offering import Offered
from forecourt.sales.services.simulating.asides import Aside, asides, given_before, moved, spent_before
from forecourt.sales.services.simulating.carrying import Carried, Kept, Spent
from forecourt.sales.services.simulating.families import Families
from forecourt.sales.services.simulating.freezing import freeze
from forecourt.sales.services.simulating.presenting import Coupons
from forecourt.sales.services.simulating.reading import Past, Reader, Refund, Share
from forecourt.sales.services.simulating.ruling import AsIf
from forecourt.sales.services.simulating.summing import Sums, figures_of
from forecourt.sales.services.simulating.telling import Teller
from forecourt.sales.services.simulating.tiers import DraftTiers
from forecourt.sales.values import Frozen, KnownSale, Outcome, RatedLine, SimulationAsked

VISITS_BEFORE: Final = sql.load(sales.__file__, "visits_before")

Seen = Callable[[Past, Outcome], None]


class Part(NamedTuple):
    """What a share found, what it took of budgets of everybody, and whether one of them had too little for it."""

    sums: Sums
    spent: dict[str, Spent]
    is_short: bool


@transaction.atomic
def run_share(
    asked: SimulationAsked,
    share: Share,
    simulation_id: int | None = None,
    seen: Seen | None = None,
    frozen: Frozen | None = None,
) -> Part:
    """Rate one share of the customers' sales, under the drafts as they were frozen, else as they read now."""
    teller = Teller(simulation_id)
    try:
        run = _Run(asked, share, frozen or freeze(asked))
        for past in run.past():
            if isinstance(past, Refund):
                run.take_back(past)
                continue
            outcome = run.rate(past)
            if seen is not None:
                seen(past, outcome)
            teller.count()
        teller.tell()
    finally:
        teller.close()
    return run.part()


class _Run:
    """A share under way."""

    def __init__(self, asked: SimulationAsked, share: Share, frozen: Frozen) -> None:
        self._asked = asked
        self._as_if = as_if = AsIf(asked, frozen)
        self._sums = Sums()
        self._families = Families(moved())
        self._lives = {(live.id, live.version): live for live in as_if.book.offers}
        self._kept: dict[UUID, Kept] = {}
        self._rated: tuple[Past, KnownSale]
        stations = {station.id: station for station in organisation.all_stations(SYSTEM)}
        where = share._asdict() | self._families.parameters
        where |= {"since": asked.since, "until": asked.until, "station_ids": station_ids(asked)}
        where["zone"] = organisation.company().zone
        self._began_at = datetime.combine(asked.since, time(), organisation.company_zone())
        templates = as_if.templates.values()
        self._limited = {known.id for known in templates if known.ever_limits_customers}
        with_limit = {known.id: known.template.code for known in templates if known.template.limit}
        issued = coupons.issued_before(with_limit, self._began_at)
        self._state = Carried(
            as_if.book,
            spent_before(as_if.book, asked.since),
            given_before(as_if.book, where),
            {with_limit[template_id]: count for template_id, count in issued.items()},
        )
        self._asides = asides(where)
        self._aside = next(self._asides, None)
        digits = organisation.company().digits
        self._reader = Reader(where, stations, _products(), digits, differ=as_if.differ)
        self._coupons = Coupons(where, as_if.templates, as_if.at, self._state, as_if.book.asks_held)
        self._tiers = DraftTiers(as_if.draft, asked.since, asked.until, where) if as_if.draft is not None else None
        self._knows: set[int] = set()
        self._before: Mapping[int, tuple[int, Any]] = {}
        if as_if.has_offers:
            self._before = {row[0]: (row[1], row[2]) for row in sql.rows(VISITS_BEFORE, where)}

    def past(self) -> Iterator[Past | Refund]:
        """What the share bought and gave back, in order."""
        day: date | None = None
        for piece in self._reader.pieces():
            self._coupons.learn([one for one in piece if isinstance(one, Past) and one.given.coupons])
            self._meet({one.known.customer_id for one in piece if isinstance(one, Past) and one.known.is_member})
            for one in piece:
                today = one.business_date if isinstance(one, Refund) else one.known.business_date
                while self._aside is not None and self._is_over(self._aside, one):
                    self._count_aside(self._aside)
                    self._aside = next(self._asides, None)
                if self._tiers is not None and today != day:
                    self._tiers.turn_to(today)
                    day = today
                yield one
        for aside in (self._aside, *self._asides):
            self._sums.repaired += aside is not None and aside.is_repaired

    @staticmethod
    def _is_over(aside: Aside, one: Past | Refund) -> bool:
        """Whether it was before a sale or a refund that comes."""
        if isinstance(one, Refund):
            return (aside.day, aside.moment) <= (one.business_date, one.at)
        return (aside.day, aside.moment) <= (one.known.business_date, one.known.rated_at)

    def _count_aside(self, aside: Aside) -> None:
        """Count what is not simulated as it was."""
        self._sums.repaired += aside.is_repaired
        self._state.pay_aside(aside.pays)
        if aside.customer_id < 0:
            return
        standing = self._standing(aside.customer_id)
        latest = standing.last_sale_at
        if aside.visits > 0:
            latest = aside.occurred_at if latest is None else max(latest, aside.occurred_at)
        sales = standing.sales + aside.visits
        self._state.standings[aside.customer_id] = replace(standing, sales=sales, last_sale_at=latest)
        self._state.gave(aside.customer_id, aside.sold_on, aside.awards)

    def _meet(self, members: set[int]) -> None:
        """Learn what offers ask about members that were not met before."""
        fresh = members - self._knows
        fresh |= self._families.relatives(fresh)
        self._knows |= fresh
        for customer_id in fresh:
            self._state.standings[customer_id] = self._standing(customer_id)
        if self._as_if.asks_buyer and fresh:
            self._state.buyers |= customers.buyers(fresh)
        if fresh:
            self._coupons.learn_held(fresh)
        if self._limited and fresh:
            self._state.uses_of |= coupons.used_before(fresh, self._limited, self._began_at)

    def _standing(self, customer_id: int) -> Standing:
        """Where a member stands by now, of whom as yet nothing may have been simulated."""
        standing = self._state.standings.get(customer_id)
        if standing is None:
            count, latest = self._before.get(customer_id, (0, None))
            standing = Standing(customer_id=customer_id, sales=count, last_sale_at=latest)
        return standing

    def rate(self, past: Past) -> Outcome:
        """Rate a sale as if the simulated rules had been in force."""
        known = self._as_then(past)
        rulings = self._as_if.at(known.rated_at)
        self._rated = past, known
        outcome = rules.rate(known, rulings, self._state, mint=self._mint, watch=self._watch, stood=self._stood)
        rules.take(self._state, outcome)
        self._state.kin, self._state.moment = (), None
        if self._tiers is not None and known.is_member:
            net = outcome.totals.net
            self._tiers.count(past.buyer_id, known.business_date, net, outcome.fuel_quantity, is_visit=net >= 0)
        cost = _cost(known, outcome.lines, self._as_if)
        self._sums.add(past, outcome, cost)
        if past.is_refunded:
            self._kept[past.id] = Kept(past, outcome, rulings, has_cost=cost is not None)
        return outcome

    def _as_then(self, past: Past) -> KnownSale:
        """The sale with the coupons that it presents; the state is brought to where its member stood when it was rated."""
        known = past.known
        if past.given.coupons:
            known = replace(known, sale=replace(known.sale, coupons=self._coupons.present(past)))
        if not known.is_member:
            return known
        state = self._state
        tier = past.tier if self._tiers is None else self._tiers.tier_of(past.buyer_id)
        standing = state.standings[known.customer_id]
        if standing.tier != tier:
            state.standings[known.customer_id] = replace(standing, tier=tier)
        if past.recorded_at is not None:
            state.join(known.customer_id, self._families.kin(known.customer_id, past.recorded_at))
        if known.promise is not None:
            state.moment = known.promise.made_at
            if known.promise.before is not None and self._tiers is not None:
                before = replace(known.promise.before, tier=tier)
                known = replace(known, promise=replace(known.promise, before=before))
        if state.coming:
            state.arrive(known.customer_id, known.rated_at)
        return known

    def take_back(self, refund: Refund) -> None:
        """Refund of a sale what was refunded of it; of a sale that is not simulated it counts as it was."""
        kept = self._kept.get(refund.refund_of)
        if kept is None:
            self._count_back(refund, refund.net, refund.volume)
            return
        taken = kept.take_back(refund, self._lives)
        self._state.take_back(kept, taken, self._lives)
        net, volume = figures_of(taken.lines)
        known = kept.outcome.known
        cost = _cost(known, taken.lines, self._as_if) if kept.has_cost else None
        self._sums.take_back(kept.past, kept.outcome, refund, taken, net, volume, cost)
        self._count_back(refund, net, volume)

    def _count_back(self, refund: Refund, net: Decimal, volume: Decimal) -> None:
        if self._tiers is not None and refund.buyer_id > 0 and refund.business_date <= self._asked.until:
            self._tiers.count(refund.buyer_id, refund.business_date, net, volume, is_visit=False)

    def _mint(self, code: str, known: KnownSale) -> Coupon | None:
        return self._coupons.mint(code, known, self._rated[0].id)

    def _watch(self, given: Offered) -> None:
        past, known = self._rated
        if known.sale.pricing == "final" and any(one.miss.condition == "final" for one in given.missed):
            self._sums.full_price += 1
        self._sums.watch(given, known.station.code, past.tier)
        self._state.watch(known, given)

    def _stood(self, _known: KnownSale) -> bool:
        """The reader leaves the pricing open of those sales only whose price stood."""
        self._sums.full_price += 1
        return True

    def part(self) -> Part:
        """What the share found."""
        if self._tiers is not None:
            self._sums.moves = self._tiers.moves()
        self._sums.settle()
        return Part(self._sums, self._state.spent, self._state.is_short)


def _products() -> dict[int, ProductFacts]:
    found = sql.rows("SELECT id FROM catalogue_product")
    return catalogue.products_by_id([row[0] for row in found])


def station_ids(asked: SimulationAsked) -> list[int] | None:
    if not asked.stations:
        return None
    return [facts.id for facts in organisation.station_facts(asked.stations).values()]


def _cost(known: KnownSale, lines: Iterable[RatedLine], as_if: AsIf) -> Decimal | None:
    """What lines of a sale cost the retailer, None where that is not known of all of them."""
    if not as_if.knows_costs:
        return None
    total = ZERO
    for line in lines:
        product, quantity = line.product, line.quantity
        cost = as_if.cost(known.station.id, product.id, known.sale.occurred_at) if product is not None else None
        if cost is None:
            return None
        total += cost * quantity
    return total
