"""The engine between loading and writing: the rules in force, the state that a list meets, and the rating of the list.

Budgets of everybody are read without a lock, and taken after rating from this writer's own slots; where one of them has too
little, or another limit than now, the list lets go, holds them all and is rated again with exactly what is left.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from uuid import UUID

from forecourt.coupons import queries as coupons
from forecourt.coupons import records as coupon_records
from forecourt.coupons import rules as coupon_rules
from forecourt.coupons.queries import KnownTemplate
from forecourt.coupons.values import Coupon, CouponKind
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerKind
from forecourt.kernel import clock, sql
from forecourt.kernel.stamps import Stamps
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.queries import Rulebooks
from forecourt.loyalty.rules import Rates, entry_tier
from forecourt.loyalty.values import Programme, Standing
from forecourt.offers import queries as offers
from forecourt.offers import records as offer_records
from forecourt.offers.queries import Floors, GiftCosts, Offers
from forecourt.offers.records import Wanted
from forecourt.offers.rules.matching import EVER, NEVER, Live
from forecourt.offers.rules.tiers import offer_of_tier
from forecourt.organisation import queries as organisation
from forecourt.sales import queries, rules
from forecourt.sales.rules import Known, Rulings, State
from forecourt.sales.services.limits import Freed, Limits, limits_of, wanted_of, with_back, with_freed
from forecourt.sales.services.minting import posted_mint
from forecourt.sales.values import KnownSale, Outcome


class InForce:
    """All rules, of any moment, as a list of sales meets them. The same for all lists until some of them change."""

    def __init__(
        self,
        digits: int,
        rulebooks: Rulebooks,
        offers: Offers,
        templates: Mapping[str, KnownTemplate],
        floors: Floors,
        gift_costs: GiftCosts,
    ) -> None:
        self.digits = digits
        self.rulebooks = rulebooks
        self.offers = offers
        self.templates = templates
        self.floors = floors
        self.gift_costs = gift_costs
        changed_at = {moment for known in templates.values() for moment in known.changed_at}
        self.edges = sorted({*rulebooks.starts, *offers.policy_starts, *changed_at})
        self.held_templates = {templates[code].id for code in offers.book.asks_held & templates.keys()}
        self._rulings: dict[int, Rulings] = {}

    def is_of(self, digits: int, *rules: object) -> bool:
        """Whether it is made of these very rules."""
        mine = (self.rulebooks, self.offers, self.templates, self.floors, self.gift_costs)
        return digits == self.digits and all(one is other for one, other in zip(mine, rules, strict=True))

    def at(self, moment: datetime) -> Rulings:
        """The rules in force at a moment, the same object between two `edges`, at which a programme, a policy or what a coupon
        template says begins.
        """
        place = bisect_right(self.edges, moment)
        rulings = self._rulings.get(place)
        if rulings is None:
            rulings = self._rulings[place] = self._begun(moment)
        return rulings

    def _begun(self, moment: datetime) -> Rulings:
        active = self.rulebooks.at(moment)
        templates = {code: _known(known, moment) for code, known in self.templates.items()}
        return Rulings(
            programme=active.programme,
            rates=active.rates,
            digits=self.digits,
            book=self.offers.book,
            policy=self.offers.policy_at(moment),
            tier_offers=_tier_offers(active.programme),
            templates=templates,
            automatic=frozenset([known.id for known in templates.values() if known.template.is_automatic]),
            limited=frozenset([known.id for known in templates.values() if known.template.per_customer]),
            reached=_reached(active.programme),
            floor_price=self.floors.price,
            gift_cost=self.gift_costs.of,
        )


_latest: InForce | None = None


def in_force(seen: Stamps) -> InForce:
    """The rules as of these stamps; remembered by each process while they are the same."""
    global _latest  # noqa: PLW0603 - one memory a process, of rules that the stamps vouch for
    digits = organisation.company().digits
    live = offers.offers(seen.get("offers", 0))
    rules = (
        loyalty.rulebooks(seen.get("loyalty", 0)),
        live,
        coupons.live_templates(seen.get("coupons", 0)),
        offers.floors(seen.get("offers", 0), seen.get("catalogue", 0)),
        offers.gift_costs(live.book, seen.get("catalogue", 0)),
    )
    latest = _latest
    if latest is None or not latest.is_of(digits, *rules):
        latest = _latest = InForce(digits, *rules)
    return latest


def under(programme: Programme, rates: Rates, rulings: Rulings) -> Rulings:
    """The rules of a programme in the place of that of these."""
    tier_offers, reached = _tier_offers(programme), _reached(programme)
    return rulings._replace(programme=programme, rates=rates, tier_offers=tier_offers, reached=reached)


def _known(known: KnownTemplate, moment: datetime) -> Known:
    """A template as of a moment, with the days of its code where it has one for everybody, which count from its first day."""
    said = known.at(moment)
    if said.kind is CouponKind.SINGLE or not known.versions:
        return Known(known.id, said)
    return Known(known.id, said, coupon_rules.good_days(said, organisation.company_day(known.versions[0].since)))


@cache
def _reached(programme: Programme) -> Mapping[str, frozenset[str]]:
    """For each tier the codes of those up to it."""
    tiers = sorted(programme.tiers, key=lambda tier: tier.threshold)
    return {tier.code: frozenset([lower.code for lower in tiers[: number + 1]]) for number, tier in enumerate(tiers)}


@cache
def _tier_offers(programme: Programme) -> Mapping[str, Live]:
    """What tiers themselves take off, as offers without a number."""
    found = {}
    for tier in programme.tiers:
        offer = offer_of_tier(tier.code, tier.name, tier.fuel_discount, tier.shop_percent)
        if offer is not None:
            found[tier.code] = Live(0, programme.version, offer, NEVER, EVER)
    return found


def load(
    known: Sequence[KnownSale],
    in_force: InForce,
    *,
    lock: bool,
    standings: dict[int, Standing] | None = None,
    freed: Freed = MappingProxyType({}),
) -> tuple[State, Limits]:
    """All that rating this list must know, in a fixed number of statements; `lock` holds the coupons it may use. `standings`
    is for sales of the past: where their members stood then. What is `freed` goes back with what the list takes, in one
    statement: whoever holds a budget waits for no template, nor for another budget.
    """
    members = {item.customer_id for item in known if item.is_member}
    state = State(loyalty.standings(members) if standings is None else standings)
    limits = with_freed(Limits({}, {}, set()), freed)
    _open_missing(members, state, in_force, lock=lock)
    codes = {code for item in known for code in item.sale.coupons}
    if not any(in_force.at(item.rated_at).has_offers for item in known) and not codes:
        return state, limits
    state.limited = in_force.offers.book.limited_ids
    state.buyers = customers.buyers(members) if in_force.offers.book.asks_buyer else {}
    if standings is not None and in_force.held_templates:
        state.spans = coupons.held_then(members, in_force.held_templates)
    automatic = _automatic(known, in_force)
    if codes or automatic or in_force.held_templates:
        holders = {item.promise.id: item.customer_id for item in known if item.promise is not None}
        for coupon in _without_overdue(coupons_of(known, in_force, lock=lock), known, lock=lock):
            state.hold(rules.held_for(coupon, holders))
        limited = set[int]().union(*[in_force.at(item.rated_at).limited for item in known])
        state.uses_of = coupons.used_by(members, limited)
    if in_force.offers.book.has_limits or any(item.promise for item in known):
        limits = with_freed(limits_of(known, in_force.at, state), freed)
    if limits.budgets:
        now = in_force.offers.limits_at(limits.budgets, clock.now())
        left, outdated = offers.left_and_outdated(now)
        limits, state.left = limits._replace(budgets=now, outdated=outdated), with_back(left, limits.freed)
    if limits.own:
        first = min(limits.own.values())
        # a till may state a trading day that lies ahead of that on which the sale is taken back
        since = first - rules.DAY_TOLERANCE if first > date.min else first
        state.given = queries.given(members, limits.own, since)
        for item in known:
            if item.promise is not None and lock:  # in a quote it holds on, and was read with the others
                state.keep(item.promise)
    return state, limits


def coupons_of(
    known: Sequence[KnownSale], in_force: InForce, reservations: Collection[UUID] = (), *, lock: bool
) -> list[Coupon]:
    """The coupons that these sales, and these reservations beside theirs, may use. One statement."""
    automatic = _automatic(known, in_force)
    asks_holders = automatic or in_force.held_templates
    return coupons.for_sale(
        {code for item in known for code in item.sale.coupons},
        {item.customer_id for item in known if item.is_member} if asks_holders else (),
        lock=lock,
        since=min(item.business_date for item in known),
        reservations={item.sale.reservation for item in known if item.sale.reservation is not None}.union(reservations),
        held=in_force.held_templates,
        automatic=automatic,
    )


def _automatic(known: Sequence[KnownSale], in_force: InForce) -> set[int]:
    """The templates of which a coupon was used without being presented when one of these sales was rated as of."""
    return set[int]().union(*[in_force.at(item.rated_at).automatic for item in known])


def _without_overdue(found: list[Coupon], known: Sequence[KnownSale], *, lock: bool) -> list[Coupon]:
    """Coupons as they are once what expired holds none: one that another sale reserved as a whole and did not come for in
    time is taken from it. A statement where any is reserved, two more where it is so and `lock` holds them.
    """
    own = {item.promise.id for item in known if item.promise is not None}
    reserved = {coupon.id: coupon.reserved_by for coupon in found if coupon.reserved_by is not None}
    overdue = queries.overdue(set(reserved.values()) - own, lock=lock)
    late = {coupon_id for coupon_id, reservation_id in reserved.items() if reservation_id in overdue}
    if late and lock:
        coupon_records.free(overdue, only=late)
    return [rules.freed(coupon) if coupon.id in late else coupon for coupon in found]


def rate_all(known: Sequence[KnownSale], in_force: InForce, state: State, mint: rules.Mint | None) -> list[Outcome]:
    """Rate a list, each sale in the state that those before it leave."""
    outcomes = []
    for item in known:
        outcome = rules.rate(item, in_force.at(item.rated_at), state, mint=mint)
        if outcome.awards or outcome.used or item.is_member:
            rules.take(state, outcome)
        outcomes.append(outcome)
    return outcomes


def _open_missing(members: set[int], state: State, in_force: InForce, *, lock: bool) -> None:
    """Give members who have no balance theirs; a quote, which writes nothing, lets them begin where posting would."""
    missing = members - state.standings.keys()
    if not missing:
        return
    programme = in_force.rulebooks.at(clock.now()).programme
    if lock:
        loyalty_records.open_missing(missing, programme)
        state.standings |= loyalty.standings(missing)
    else:
        kinds = customers.buyers(missing) if programme.business_tier else {}
        for customer_id in missing:
            is_business = customer_id in kinds and kinds[customer_id].kind is CustomerKind.BUSINESS
            tier = entry_tier(programme, is_business=is_business)
            state.standings[customer_id] = Standing(customer_id=customer_id, tier=tier)


def rate_and_take(known: Sequence[KnownSale], in_force: InForce, state: State, limits: Limits) -> list[Outcome]:
    """Rate a list whose members are locked, and take what it spends from the budgets.

    `state` is used up: a caller that still needs it as it was before the list copies it first.
    """
    mint = posted_mint(in_force.at, in_force.templates, limits.issues)
    trial = state.copy() if limits.budgets else state
    outcomes = rate_all(known, in_force, trial, mint)
    wanted = wanted_of(outcomes, limits)
    if not wanted:
        return outcomes
    is_shared_out = limits.outdated.isdisjoint(wanted)
    if is_shared_out and _taken(wanted):
        return outcomes
    # all that it may touch at once, in their order: those of another list that is opened beside would be waited for in a ring
    if offer_records.open_missing(limits.budgets) and is_shared_out and _taken(wanted):
        return outcomes
    held, left = offer_records.hold_all(limits.budgets, lambda: offers.offers().limits_at(limits.budgets, clock.now()))
    exact = state.copy()
    exact.left = with_back(left, limits.freed)
    outcomes = rate_all(known, in_force, exact, posted_mint(in_force.at, in_force.templates, limits.issues))
    offer_records.take_held(held, wanted_of(outcomes, limits))
    return outcomes


def _taken(wanted: Mapping[str, Wanted]) -> bool:
    """Whether this writer's own slots had enough; where one had not, nothing is taken and none is held: a slot that was waited
    for would stay locked though it has too little by then, hence the savepoint.
    """
    try:
        with sql.savepoint():
            offer_records.take(wanted)
    except offer_records.Contested:
        return False
    return True
