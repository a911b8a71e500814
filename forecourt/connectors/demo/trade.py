"""The days of trade: who comes when and where, in order of time, one day after the other, never past the present."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from typing import Final, NamedTuple

from forecourt.connectors.demo import fuel, receipts, seasons
from forecourt.connectors.demo.fuel import FuelPrices
from forecourt.connectors.demo.goods import Shelf
from forecourt.connectors.demo.people import People, usual_interval
from forecourt.connectors.demo.receipts import Visit
from forecourt.connectors.demo.seasons import Day
from forecourt.connectors.demo.segments import CLOCKS, WEEKDAYS
from forecourt.connectors.demo.shelves import ShopPrices
from forecourt.connectors.demo.values import (
    MEMBER_SHARE,
    SALES_A_CUSTOMER_DAY,
    Car,
    Chain,
    Member,
    Site,
    Sizes,
    Span,
    dice,
)
from forecourt.sales.values import NewLine, NewSale

FUEL, SHOP, JOINING = range(3)
"""Why somebody comes: to fill up, for the shop alone, or for the first time, enrolling at the till."""

_CLOCKS: Final = {name: list(accumulate(weights)) for name, weights in CLOCKS.items()}
_LORRIES: Final = {"urban": 0.03, "suburban": 0.08, "highway": 0.18, "truck": 0.5}
"""By character of station, the part of strangers who drive a lorry."""
_SHOP_ONLY: Final = {"urban": 0.20, "suburban": 0.15, "highway": 0.22, "truck": 0.14}
_FADES_BY: Final = 1.35
_FADED_OUT: Final = 3.6
_SPOILED: Final = 0.012
_SPOILED_DAYS: Final = 10
_REFUNDED: Final = 0.0008
_FORESEEN: Final = 5
"""Fen a litre of change ahead that make people fill up early, or wait."""


class Sold(NamedTuple):
    """A sale as its till sends it, when its money was given back, if it was, and who was recognised, by index."""

    sale: NewSale
    refunded_at: datetime | None
    member: int | None = None


class Counter(NamedTuple):
    """What every till knows on a day: prices in fen, the shelf, and the last number of each (station, till)."""

    day: Day
    midnight: datetime
    fuel: dict[str, int]
    shelf: Shelf
    numbers: dict[tuple[int, str], int]


class Trade:
    """All sales of a demonstration, made day by day: it holds who comes next, not what was sold."""

    def __init__(self, sizes: Sizes, span: Span, chain: Chain, people: People) -> None:
        self._span = span
        self._sites = chain.sites
        self.fuel_prices = FuelPrices(span, sizes.seed)
        self.shop_prices = ShopPrices(span, sizes.seed)
        self._random = dice(sizes.seed, "trade")
        self._days = seasons.days(span, sizes.seed)
        self._due: list[list[tuple[Car, int]]] = [[] for _ in range(span.days)]
        strangers = sizes.customers * SALES_A_CUSTOMER_DAY * (1 - MEMBER_SHARE)
        weights = sum(site.weight for site in chain.sites)
        self._strangers = [strangers * site.weight / weights for site in chain.sites]
        self._highways = [site for site in chain.sites if site.character == "highway"] or list(chain.sites)
        self._plan_first_visits(people.members)

    def days(self) -> Iterator[tuple[Day, list[Sold]]]:
        """Each day with its sales in order of time."""
        for day in self._days:
            self._foresee(day)
            visits = self._members_visits(day) + self._strangers_visits(day)
            visits.sort()
            yield day, self._ring_up(day, visits)

    def _plan_first_visits(self, members: list[Member]) -> None:
        random = self._random
        for member in members:
            for number, car in enumerate(member.cars):
                if member.joined_day >= 0 and number == 0:
                    self._due[member.joined_day].append((car, JOINING))
                    continue
                first = max(0, member.joined_day + 1) + int(random.random() * usual_interval(car))
                if first < len(self._due):
                    self._due[first].append((car, FUEL))

    def _foresee(self, day: Day) -> None:
        """The evening before a rise those who mind prices come early; before a fall they wait a day."""
        rise = self.fuel_prices.rises_after.get(day.offset, 0)
        if abs(rise) < _FORESEEN or day.offset + 2 >= len(self._due):
            return
        random = self._random
        moves = [(day.offset + ahead, day.offset) for ahead in (1, 2)] if rise > 0 else [(day.offset, day.offset + 1)]
        for source, target in moves:
            stay: list[tuple[Car, int]] = []
            for entry in self._due[source]:
                minds = entry[1] == FUEL and random.random() < entry[0].owner.sensitivity
                (self._due[target] if minds else stay).append(entry)
            self._due[source] = stay

    def _members_visits(self, day: Day) -> list[Visit]:
        due, self._due[day.offset] = self._due[day.offset], []
        visits = []
        for order, (car, why) in enumerate(due):
            member = car.owner
            if why == JOINING:
                second = (member.joined - self._span.moment(day.offset)).seconds + 120 + 40 * (order % 10)
                site = self._sites[member.home]
            else:
                if not self._comes(car, day):
                    continue
                site = self._where(member, car, day)
                clock = "free_day" if member.clock == "commuter" and not day.working else member.clock
                second = self._when(site, clock)
            lorry = car.usage == "heavy"
            visits.append(Visit(second, order, site, member, car, why != SHOP, lorry, False))
        return visits

    def _comes(self, car: Car, day: Day) -> bool:
        """Whether the customer's life still brings them here; those who are away for a time are put off."""
        life = car.owner.life
        if life.turn is None or day.offset < life.turn:
            return True
        if life.course == "stops":
            return False
        if life.course == "fades":
            car.fades *= _FADES_BY
            return car.fades <= _FADED_OUT
        if life.course == "slows":
            car.fades = 2.0
            return True
        if life.back is not None and day.offset < life.back:
            again = life.back + int(self._random.random() * 7)
            if again < len(self._due):
                self._due[again].append((car, FUEL))
            return False
        return True

    def _where(self, member: Member, car: Car, day: Day) -> Site:
        random = self._random
        if day.holiday and member.segment in {"commuter", "family"} and random.random() < 0.12:
            site = self._highways[int(random.random() * len(self._highways))]
        else:
            site = self._sites[member.second if random.random() < member.second_share else member.home]
        if car.grade == fuel.CHARGE and not site.charges:
            return self._sites[member.home]
        return site

    def _when(self, site: Site, clock: str) -> int:
        """The second of the day, within opening hours."""
        random = self._random
        cumulative = _CLOCKS[clock]
        for _ in range(4):
            hour = bisect_left(cumulative, random.random() * cumulative[-1])
            if site.opens <= hour < site.closes:
                break
        hour = min(max(hour, site.opens), site.closes - 1)
        return hour * 3600 + int(random.random() * 3600)

    def _strangers_visits(self, day: Day) -> list[Visit]:
        random = self._random
        # as the programme grows, some of those who were strangers are members now
        growth = 1.14 - 0.28 * day.offset / len(self._days)
        visits: list[Visit] = []
        for site in self._sites:
            mean = self._strangers[site.index] * growth * day.trade[site.character]
            for _ in range(max(0, round(mean + random.gauss(0, 1) * mean**0.5))):
                lorry = random.random() < _LORRIES[site.character]
                charge = site.charges and not lorry and random.random() < 0.07
                second = self._when(site, "lorry" if lorry else "passing")
                fills = random.random() >= _SHOP_ONLY[site.character]
                visits.append(Visit(second, 10**7 + len(visits), site, None, None, fills, lorry, charge))
        return visits

    def _ring_up(self, day: Day, visits: list[Visit]) -> list[Sold]:
        """Sales of a day from its visits, with the numbers that tills give them; what lies ahead of now is left out."""
        random, span = self._random, self._span
        prices = self.shop_prices.on(day.offset)
        counter = Counter(day, span.moment(day.offset), self.fuel_prices.on(day.offset), Shelf(prices, day.heat), {})
        is_last = day.offset == len(self._days) - 1
        latest = (span.until - counter.midnight).seconds if is_last else 86_400
        spoils = len(self._days) - day.offset <= _SPOILED_DAYS
        sold = []
        for visit in visits:
            if visit.second >= latest:
                break
            sale = self._sale(visit, counter)
            if spoils and random.random() < _SPOILED:
                sold.append(Sold(receipts.spoil(sale, random), None))
                continue
            back = None
            if random.random() < _REFUNDED:
                back = sale.occurred_at + timedelta(minutes=4 + int(random.random() * 40))
            known = visit.member.index if visit.member is not None and sale.customer is not None else None
            sold.append(Sold(sale, back if back and back < span.until else None, known))
        return sold

    def _sale(self, visit: Visit, counter: "Counter") -> NewSale:
        random, site, member = self._random, visit.site, visit.member
        day, shelf = counter.day, counter.shelf
        claim = receipts.claim_of(visit, random)
        lines, total, pump = self._pumped(visit, day, counter.fuel)
        share = member.shop_share if member else 0.13
        if not lines or random.random() < share * (0.7 + 0.6 * day.heat):
            bought, amount = receipts.shop_lines(member.tastes if member else (), shelf, random)
            lines += bought
            total += amount
        extra = receipts.service_line(visit, day, shelf, random)
        if extra:
            lines.append(extra[0])
            total += extra[1]
        source = "pos-1" if pump and len(lines) == 1 else "pos-2"
        number = counter.numbers[site.index, source] = counter.numbers.get((site.index, source), 0) + 1
        shift = (visit.second // 28_800 + day.offset) % 3
        return NewSale(
            station=site.new.code,
            source=source,
            source_ref=f"{day.date:%Y%m%d}-{number:06d}",
            occurred_at=receipts.at(counter.midnight, visit.second),
            customer=claim,
            pump=pump or None,
            staff=site.attendants[2 * shift + (random.random() < 0.5)],
            lines=tuple(lines),
            tenders=receipts.tenders(member, total, random),
        )

    def _pumped(self, visit: Visit, day: Day, levels: dict[str, int]) -> tuple[list[NewLine], int, int]:
        """The fuel of a visit: its line, what it came to in fen, and the pump; nothing for those who only shop."""
        random, site, car = self._random, visit.site, visit.car
        if not visit.fills:
            return [], 0, 0
        if car is not None:
            grade = car.grade
        elif visit.charge:
            grade = fuel.CHARGE
        else:
            grade = fuel.DIESEL_0 if visit.lorry else _strangers_grade(random.random())
        if grade == fuel.PETROL_98 and grade not in site.pumps:
            grade = fuel.PETROL_95
        price = levels[grade] - (site.discount if grade != fuel.CHARGE else 0)
        if car is None:
            millis = receipts.strangers_millis(price, random, lorry=visit.lorry, charge=visit.charge)
            line, amount = receipts.fuel_line(grade, millis, price)
        else:
            millis = receipts.millis_of(car, price, random)
            line, amount = receipts.fuel_line(grade, millis, price, car.owner.discount)
            self._plan_next(car, day, millis)
        pumps = site.pumps.get(grade, ())
        return [line], amount, pumps[int(random.random() * len(pumps))] if pumps else 0

    def _plan_next(self, car: Car, day: Day, millis: int) -> None:
        """When this vehicle comes again: after what it took is burnt, on a day that suits, sooner in travel time."""
        random, member, due = self._random, car.owner, self._due
        busy = day.trade[self._sites[member.home].character] / day.noise
        noise = exp(random.gauss(0, member.regularity))
        interval = millis / 1000 / car.litres_a_day * noise * car.fades / (0.5 + 0.5 * busy)
        ahead = max(1, int(interval + random.random()))
        target = day.offset + ahead
        if ahead > 4:
            target = self._suitable(target, member, 2 if ahead > 10 else 1)
        if target < len(due):
            due[target].append((car, FUEL))
        if random.random() < member.shop_only_share:
            between = day.offset + 1 + int(random.random() * ahead)
            if between < len(due):
                due[between].append((car, SHOP))

    def _suitable(self, target: int, member: Member, reach: int) -> int:
        """A day near the target, drawn by the member's week and by how much everybody travels."""
        first, last = target - reach, min(target + reach, len(self._days) - 1)
        if first >= last:
            return target
        week, character = WEEKDAYS[member.weekdays], self._sites[member.home].character
        days = self._days[first : last + 1]
        cumulative = list(accumulate(week[day.date.weekday()] * day.trade[character] for day in days))
        return first + bisect_left(cumulative, self._random.random() * cumulative[-1])


def _strangers_grade(draw: float) -> str:
    if draw < 0.66:
        return fuel.PETROL_92
    return fuel.PETROL_95 if draw < 0.95 else fuel.PETROL_98 if draw < 0.98 else fuel.DIESEL_0
