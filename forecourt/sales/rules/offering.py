"""What offers give to a sale: its facts, the offers that hold, budgets kept, the best of them chosen, lines and payers."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from forecourt.coupons.values import Coupon
from forecourt.kernel import clock
from forecourt.kernel.money import ZERO, rounded, share, whole
from forecourt.loyalty.rules import multiplier_of, sole_tender
from forecourt.loyalty.values import Per as EarnPer
from forecourt.loyalty.values import Standing
from forecourt.offers.rules import choosing
from forecourt.offers.rules.candidates import Candidate, caps_of
from forecourt.offers.rules.choosing import Applied, Lost
from forecourt.offers.rules.facts import Facts, Held, Item, Person, Place, items_of
from forecourt.offers.rules.matching import Live, Looked, Missed, gain_of
from forecourt.offers.rules.speaking import Miss
from forecourt.offers.values import Budget, Measure, Per
from forecourt.sales.rules.state import Refused, Rulings, State
from forecourt.sales.values import Award, Flag, KnownSale


class Offered(NamedTuple):
    """What offers make of a sale: those it gets, those that others beat, those it misses, those no sale of its kind gets."""

    applied: list[Applied]
    lost: list[Lost]
    missed: list[Missed]
    never: tuple[Missed, ...]
    refused: list[Refused]
    coupons: dict[str, list[Coupon]]
    facts: Facts


class Seen(NamedTuple):
    """A sale as offers see it, the coupons it can use, and those that were presented in vain."""

    facts: Facts
    coupons: dict[str, list[Coupon]]
    refused: list[Refused]
    known: KnownSale
    rulings: Rulings
    standing: Standing | None


def seen(known: KnownSale, rulings: Rulings, state: State) -> Seen:
    """A sale as offers see it, from what the state remembers of it where nothing has changed for its customer since."""
    before: Seen | None = state.seen.get(id(known))
    if (
        before is not None
        and before.known is known
        and before.rulings is rulings
        and before.standing is state.standings.get(known.customer_id)
        and not (known.sale.coupons or state.holds_any(known.customer_id))
    ):
        return before
    return _seen(known, rulings, state)


def _seen(known: KnownSale, rulings: Rulings, state: State) -> Seen:
    sale, station = known.sale, known.station
    coupons: dict[str, list[Coupon]] = {}
    refused: list[Refused] = []
    if sale.coupons or state.holds_any(known.customer_id):
        reservation = known.promise.id if known.promise is not None else None
        coupons, refused = state.usable(
            sale.coupons,
            known.customer_id,
            known.business_date,
            rulings.templates,
            reservation,
            is_blocked=Flag.BLOCKED_CUSTOMER in known.flags,
        )
    tenders: dict[str, Decimal] = {}
    for tender in sale.tenders:
        kind = tender.kind
        tenders[kind] = tenders[kind] + tender.amount if kind in tenders else tender.amount
    sole = sole_tender(list(tenders))
    rates = rulings.rates
    person = person_of(known, rulings, state)

    def points_on(item: Item) -> Decimal:
        rate = rates.of(item.product, station.code, sole)
        if rate is None:
            return ZERO
        earned = (item.quantity if rate.per is EarnPer.UNIT else item.amount) * rate.points
        multiplier = multiplier_of(rulings.programme, person.tier) if person is not None else 100
        return earned if multiplier == 100 else earned * multiplier / 100

    facts = Facts(
        items_of(
            [
                (product, line.quantity, line.amount, line.unit_price)
                for line, product in zip(sale.lines, known.products, strict=True)
            ]
        ),
        Place(
            station.code,
            (station.region,) if station.region else (),
            sale.pump,
            known.rated_at.astimezone(clock.zone(station.zone)),
            known.business_date,
            station.legal_entity,
        ),
        person,
        tenders=tenders,
        coupons={
            template: [Held(str(coupon.id), template, rulings.templates[template].template.worth) for coupon in held]
            for template, held in coupons.items()
        },
        points_on=points_on,
    )
    return Seen(facts, coupons, refused, known, rulings, state.standings.get(known.customer_id))


def person_of(known: KnownSale, rulings: Rulings, state: State) -> Person | None:
    """The member as offers see them; nobody for a stranger and for one who is blocked."""
    if not known.is_member or Flag.BLOCKED_CUSTOMER in known.flags:
        return None
    standing = state.standing_of(known)
    if standing is None:
        return None
    return Person(
        known.customer_id,
        standing.tier,
        standing.sales,
        standing.last_sale_at,
        state.buyers.get(known.customer_id),
        known.usage,
        state.segments(known.customer_id),
        reached=rulings.reached.get(standing.tier, frozenset()),
        holds=state.held_by(known, asked) if (asked := rulings.book.asks_held) else frozenset(),
    )


def offered(known: KnownSale, rulings: Rulings, state: State) -> tuple[Seen, Looked]:
    """A sale as offers see it, with the offers it looks at."""
    found = seen(known, rulings, state)
    looked = rulings.book.look(found.facts, known.rated_at) if rulings.book.size else Looked([], [])
    person = found.facts.person
    if person is not None:
        tier_offer = rulings.tier_offers.get(person.tier)
        if tier_offer is not None and (gain := gain_of(tier_offer.offer, found.facts)) is not None:
            looked.holding.append((tier_offer, gain))
    return found, looked


def given(known: KnownSale, rulings: Rulings, state: State, found: Seen, looked: Looked, *, is_final: bool) -> Offered:
    """The offers this sale gets, those it does not and why. `is_final`: its price stands, offers take no money off. They hand
    nothing over where it is over.
    """
    facts = found.facts
    missed = looked.missed.copy()
    candidates: list[Candidate] = []
    point_value = rulings.programme.point_value
    for live, worked_out in looked.holding:
        gain = worked_out
        if is_final and (gain.off or (known.is_over and gain.gifts)):
            gain = gain._replace(off={}, units=ZERO, gifts=() if known.is_over else gain.gifts)
            if not gain:
                missed.append(Missed(live, _FINAL if worked_out.off else _OVER))
                continue
        candidate = Candidate(live, gain, facts, rulings.digits, point_value)
        if worked_out.gifts and not gain.gifts:
            candidate.cut = "over"
        if live.offer.budgets and (miss := _keep_budgets(candidate, facts, known, state, rulings.digits)) is not None:
            missed.append(Missed(live, miss))
        else:
            candidates.append(candidate)
    if not candidates:
        return Offered([], [], missed, looked.never, found.refused, found.coupons, facts)
    moment = known.rated_at

    def floor_price(product_id: int) -> Decimal | None:
        return rulings.floor_price(known.station.id, product_id, moment)

    caps = caps_of(facts, rulings.policy, floor_price, rulings.digits)
    applied, lost = choosing.choose(candidates, caps, rulings.policy, rulings.digits)
    return Offered(applied, lost, missed, looked.never, found.refused, found.coupons, facts)


_FINAL: Final = Miss("final")
_OVER: Final = Miss("over")
_MEMBERS_ONLY: Final = Miss("member")
"""What each may have so much of goes to those who are known: a stranger could have it again and again."""


def _keep_budgets(candidate: Candidate, facts: Facts, known: KnownSale, state: State, digits: int) -> Miss | None:
    """Cut what an offer would give down to what its budgets have left; a miss where nothing is left.

    Points are counted on prices before offers: what is paid in the end can only earn fewer.
    """
    points = _points(candidate.points, candidate.times, facts, {})
    for key, budget in candidate.live.budgets_at(known.station.id, known.business_date):
        if not key and not known.is_member:
            return _MEMBERS_ONLY
        left = (
            state.left_for(key, budget.limit, known.promise) if key else _own_left(candidate.live, budget, known, state)
        )
        wanted = _wanted(candidate.money, candidate.units, points, budget.measure)
        if left >= wanted > 0 or wanted == 0:
            continue
        if left <= 0 or budget.measure is Measure.USES or budget.measure is Measure.POINTS:
            return Miss("budget", {"measure": budget.measure.value, "per": budget.per.value})
        candidate.scale(left / wanted, digits)
        candidate.cut = "budget"
        if not candidate.worth:
            return Miss("budget", {"measure": budget.measure.value, "per": budget.per.value})
    return None


def _own_left(live: Live, budget: Budget, known: KnownSale, state: State) -> Decimal:
    """What a member has left of a limit for each."""
    day = known.business_date
    since = _first_day(budget.per, day)
    until = {
        Per.CUSTOMER: date.max,
        Per.CUSTOMER_DAY: day,
        Per.CUSTOMER_MONTH: clock.next_month(day.replace(day=1)) - timedelta(days=1),
    }[budget.per]
    used = state.given_since(known.customer_id, live.id, since, until, known.promise)
    return budget.limit - _wanted(used.money, used.volume, used.points, budget.measure, used.uses)


def _first_day(per: Per, day: date) -> date:
    return {Per.CUSTOMER: date.min, Per.CUSTOMER_DAY: day, Per.CUSTOMER_MONTH: day.replace(day=1)}[per]


def counted_since(live: Live, day: date) -> date:
    """The first day of which an offer's limits for each customer count what it gave, for a sale of that trading day."""
    return min(_first_day(budget.per, day) for budget in live.offer.budgets if budget.is_customers_own)


def used_up(live: Live, known: KnownSale, state: State) -> Miss | None:
    """What a sale would miss because a budget of the offer has nothing left, whatever is bought."""
    for key, budget in live.budgets_at(known.station.id, known.business_date):
        left = state.left_for(key, budget.limit, None) if key else _own_left(live, budget, known, state)
        if left <= 0:
            return Miss("budget", {"measure": budget.measure.value, "per": budget.per.value})
    return None


def _wanted(money: Decimal, volume: Decimal, points: int, measure: Measure, uses: int = 1) -> Decimal:
    match measure:
        case Measure.MONEY:
            return money
        case Measure.VOLUME:
            return volume
        case Measure.POINTS:
            return Decimal(points)
    return Decimal(uses)


def spends_of(applied: Sequence[Applied], bonuses: Sequence[int], known: KnownSale) -> dict[str, Decimal]:
    """What a sale takes from budgets of everybody, by their names, beyond what its reservation took; negative: gives back."""
    spends = {key: -held for key, (held, _limit) in known.promise.spends.items()} if known.promise is not None else {}
    for item, points in zip(applied, bonuses, strict=True):
        if not item.live.budgets:
            continue
        for key, budget in item.live.budgets_at(known.station.id, known.business_date):
            if key and (amount := _wanted(item.money, item.units, points, budget.measure)):
                spends[key] = spends.get(key, ZERO) + amount
    return {key: amount for key, amount in spends.items() if amount}


def points_bonus(item: Applied, facts: Facts, off: Mapping[int, Decimal]) -> int:
    """Whole points an offer gives on top of what the sale earns; multipliers count on what is paid for the items."""
    return _points(item.points, item.times, facts, off)


def _points(points: int, times: Mapping[int, Decimal], facts: Facts, off: Mapping[int, Decimal]) -> int:
    if not times:
        return points
    extra = ZERO
    for number, percent in times.items():
        basis = facts.items[number]
        paid = basis._replace(amount=basis.amount - off.get(number, ZERO))
        extra += facts.points_on(paid) * percent / 100
    return points + whole(extra)


def on_lines(known: KnownSale, facts: Facts, applied: Sequence[Applied], digits: int) -> list[dict[int, Decimal]]:
    """Each offer's money by line number: off each item, shared among its lines by what is left to pay of them."""
    lines_of: dict[int, list[int]] = {}
    left: dict[int, Decimal] = {}
    for number, (line, product) in enumerate(zip(known.sale.lines, known.products, strict=True), 1):
        if product is not None and line.amount > 0:
            if product.id in lines_of:
                lines_of[product.id].append(number)
            else:
                lines_of[product.id] = [number]
            left[number] = line.amount
    result = []
    for item in applied:
        lines: dict[int, Decimal] = {}
        for position, money in item.off.items():
            numbers = _lines_of(facts.items[position], lines_of, known)
            if len(numbers) == 1:
                if money:
                    lines[numbers[0]] = money
                continue
            for number, part in zip(numbers, share(money, [left[number] for number in numbers], digits), strict=True):
                if part:
                    lines[number] = part
                    left[number] -= part
        result.append(lines)
    return result


def _lines_of(item: Item, lines_of: Mapping[int, list[int]], known: KnownSale) -> list[int]:
    """The lines of an item: of its product, at its price."""
    numbers = lines_of[item.product.id]
    if len(numbers) == 1 or item.price is None:
        return numbers
    return [number for number in numbers if known.sale.lines[number - 1].unit_price == item.price]


def awards_of(
    applied: Sequence[Applied],
    bonuses: Sequence[int],
    lines: Sequence[Mapping[int, Decimal]],
    coupons: Mapping[str, list[Coupon]],
    facts: Facts,
    digits: int,
    gifts: Sequence[Decimal],
) -> tuple[Award, ...]:
    """The rows that say what each offer gave and who pays, to the cent; `gifts` is what each hands over costs."""
    awards = []
    for item, points, by_line, handed in zip(applied, bonuses, lines, gifts, strict=True):
        live = item.live
        payers = live.payers
        templates = live.offer.when.coupons(facts) if live.uses_coupons else ()
        coupon_id = coupons[templates[0]][0].id if templates else None
        if len(payers) == 1 and len(by_line) < 2:
            ((number, money),) = by_line.items() or _WHOLE_SALE
            funder = payers[0][0]
            awards.append(
                Award(number, live.id, live.code, live.version, funder, money, item.units, points, 1, coupon_id, handed)
            )
            continue
        points_of = _parts(Decimal(points), payers, 0)
        gifts_of = _parts(handed, payers, digits)
        uses, units = 1, item.units
        for number, money in sorted(by_line.items()) or _WHOLE_SALE:
            money_of = _parts(money, payers, digits)
            for (funder, _percent), part, bonus, goods in zip(payers, money_of, points_of, gifts_of, strict=True):
                if not (part or bonus or uses or goods):
                    continue
                awards.append(
                    Award(
                        number,
                        live.id,
                        live.code,
                        live.version,
                        funder,
                        part,
                        units,
                        int(bonus),
                        uses,
                        coupon_id,
                        goods,
                    )
                )
                uses, units = 0, ZERO
            points_of = gifts_of = [ZERO] * len(payers)
    return tuple(awards)


def cost_of_gifts(item: Applied, known: KnownSale, rulings: Rulings) -> Decimal:
    """What the goods cost that an offer hands over, there and then. Where that of one is not known, what the offer says they
    are worth together, but no less than those cost that are known.
    """
    costs = [rulings.gift_cost(known.station.id, code, known.rated_at) for code in item.gifts]
    if not costs:
        return ZERO
    found = [cost for cost in costs if cost is not None]
    cost = sum(found, ZERO)
    return rounded(cost if len(found) == len(costs) else max(cost, item.live.offer.worth), rulings.digits)


_WHOLE_SALE: Final = [(0, ZERO)]


def _parts(total: Decimal, payers: Sequence[tuple[str, Decimal]], digits: int) -> list[Decimal]:
    """What each payer pays of it."""
    if len(payers) == 1 or not total:
        return [total] * len(payers)
    return share(total, [percent for _, percent in payers], digits)
