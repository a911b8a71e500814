"""Those who will come: their names, vehicles, habits, and the turns planted in their lives."""

from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from forecourt.connectors.demo import fuel, names, vehicles
from forecourt.connectors.demo.goods import BY_CODE, CODES_BY_CATEGORY
from forecourt.connectors.demo.places import PLACES
from forecourt.connectors.demo.segments import BUSINESS_SHARE, BUSINESSES, PERSONS, TASTE_WEIGHTS, TASTES, Segment
from forecourt.connectors.demo.values import (
    MEMBER_SHARE,
    SALES_A_CUSTOMER_DAY,
    Car,
    Chain,
    Life,
    Member,
    Sizes,
    Span,
    dice,
)
from forecourt.customers.values import CustomerClaim, CustomerKind

_COURSES: Final = ("steady", "stops", "fades", "slows", "returns")
_COURSE_WEIGHTS: Final = (73, 10, 7, 6, 4)
_LEAST_HISTORY_DAYS: Final = 30
_DOUBLE_SHARE: Final = 0.004
"""Customers who are on file twice; half of them are found and merged, half are left to be found."""
_FILL: Final = 0.68
"""How much of the tank a fill comes to on average."""
_TOLD_BIRTHDAY: Final = 0.66
_AFTER_HOURS: Final = 22 * 3600


class People:
    """All members of a chain, made in one go; what is kept of each is small, so that a hundred thousand fit."""

    def __init__(self, sizes: Sizes, span: Span, chain: Chain) -> None:
        self._random = dice(sizes.seed, "people")
        self._numbers = names.Numbers(dice(sizes.seed, "numbers"))
        self._span = span
        self._chain = chain
        self._homes = {
            lorry: list(accumulate(_pull(site.character, site.weight, lorry=lorry) for site in chain.sites))
            for lorry in (False, True)
        }
        self._regions: dict[str, list[int]] = {}
        for site in chain.sites:
            self._regions.setdefault(site.new.region, []).append(site.index)
        self._charging = [site.index for site in chain.sites if site.charges]
        doubles = round(sizes.customers * _DOUBLE_SHARE)
        self.members = [self._member(index) for index in range(sizes.customers - doubles)]
        self._add_doubles(doubles)
        self._tell_birthdays(dice(sizes.seed, "birthdays"))
        self.pace = _match_pace(self.members, sizes, span)

    def _member(self, index: int) -> Member:
        random = self._random
        is_business = random.random() < BUSINESS_SHARE
        segments = BUSINESSES if is_business else PERSONS
        segment = random.choices(segments, [each.weight for each in segments])[0]
        home, second = self._stations(segment)
        city = PLACES[home % len(PLACES)].city
        joined_day, joined_second = self._joining()
        cash = random.choice(segment.payments)
        member = Member(
            index=index,
            kind=CustomerKind.BUSINESS if is_business else CustomerKind.PERSON,
            segment=segment.code,
            name=names.firm(random, segment.code, city) if is_business else names.person(random),
            joined=self._span.moment(joined_day, joined_second),
            joined_day=joined_day,
            home=home,
            second=second,
            second_share=random.choice((0.03, 0.05, 0.1, 0.15, 0.3)),
            clock=segment.clock,
            weekdays=segment.weekdays,
            life=self._life(joined_day),
            shop_share=min(0.85, segment.shop * random.lognormvariate(0, 0.6)),
            shop_only_share=0.12 * random.random() ** 2,
            tastes=self._tastes(segment),
            wash_share=min(0.6, segment.wash * random.lognormvariate(-0.3, 0.9)),
            payments=cash,
            round_amount=random.choice((0, 0, 0, 100, 200, 200, 200, 250, 300)) if not is_business else 0,
            sensitivity=round(random.random() ** 2, 2),
            forgets_share=0.0 if is_business else 0.08 * random.random(),
            regularity=random.choice((0.10, 0.18, 0.25, 0.35, 0.5)),
            discount=random.choice((0, 10, 15, 20)) if is_business else 0,
        )
        member.claims = self._identities(member)
        self._give_cars(member, segment, city)
        member.tags = self._tags(member)
        return member

    def _tell_birthdays(self, random: Random) -> None:
        """Two people of three told their birthday when they joined."""
        for member in self.members:
            day = date(2000, 1, 1) + timedelta(days=random.randrange(366))
            if member.kind is CustomerKind.PERSON and random.random() < _TOLD_BIRTHDAY and member.double_of is None:
                member.birthday = f"{day:%m-%d}"

    def _stations(self, segment: Segment) -> tuple[int, int]:
        """The home station and the second one, which lies in the same region where it has another."""
        random = self._random
        if segment.code == "electric" and self._charging:
            home = random.choice(self._charging)
        else:
            home = random.choices(range(len(self._chain.sites)), cum_weights=self._homes[segment.lorry])[0]
        near = self._regions[self._chain.sites[home].new.region]
        second = near[int(random.random() * len(near))]
        if second == home and len(near) > 1:
            second = near[(near.index(home) + 1) % len(near)]
        return home, second

    def _joining(self) -> tuple[int, int]:
        """Day (below zero: before the first) and second of that day; the longer the span, the more join within it."""
        random, span = self._random, self._span
        if random.random() > span.days / (span.days + 500):
            return -1 - int(random.random() * 730), 8 * 3600 + int(random.random() * 13 * 3600)
        day = int(span.days * random.random() ** 0.9)
        latest = _AFTER_HOURS
        if day == span.days - 1:
            latest = min(latest, (span.until - span.moment(day)).seconds - 1800)
        if latest < 7 * 3600:
            day, latest = day - 1, _AFTER_HOURS
        return day, 6 * 3600 + int(random.random() * (latest - 6 * 3600))

    def _life(self, joined_day: int) -> Life:
        """What is planted; somebody must have come for a month before anything turns."""
        random, days = self._random, self._span.days
        earliest = max(joined_day, int(days * 0.15)) + _LEAST_HISTORY_DAYS
        latest = int(days * 0.93)
        course = random.choices(_COURSES, _COURSE_WEIGHTS)[0]
        if course == "steady" or earliest >= latest:
            return Life()
        turn = random.randint(earliest, latest)
        if course != "returns":
            return Life(course, turn)
        back = turn + random.randint(60, 150)
        return Life(course, turn, back) if back < days else Life("stops", turn)

    def _tastes(self, segment: Segment) -> tuple[str, ...]:
        """Two or three favourites from the categories somebody likes, none for those who like nothing in particular."""
        random = self._random
        weights = TASTE_WEIGHTS.get(segment.code, TASTE_WEIGHTS[""])
        taste = random.choices(list(TASTES), weights)[0]
        found: list[str] = []
        for category in TASTES[taste]:
            codes = CODES_BY_CATEGORY[category]
            found += random.choices(codes, [BY_CODE[code].weight for code in codes], k=2)
        return tuple(dict.fromkeys(found))[:3]

    def _identities(self, member: Member) -> tuple[CustomerClaim, ...]:
        random, numbers = self._random, self._numbers
        claims = [CustomerClaim(phone=numbers.phone())]
        if member.kind is CustomerKind.BUSINESS or random.random() < 0.34:
            claims.append(CustomerClaim(card=numbers.card()))
        if member.kind is CustomerKind.PERSON and random.random() < 0.42:
            claims.append(CustomerClaim(wechat=numbers.wechat()))
        return tuple(claims)

    def _give_cars(self, member: Member, segment: Segment, city: str) -> None:
        random = self._random
        least, most = segment.fleet
        count = least + int((most - least + 1) * random.random() ** 1.8)
        for _ in range(count):
            model = vehicles.pick(segment.models, random)
            plate = vehicles.plate(city, model, self._numbers, random)
            ways = [*member.claims, CustomerClaim(plate=plate)]
            if member.kind is CustomerKind.BUSINESS:
                ways = ways[1:]  # the drivers do not know the office's telephone number
            random.shuffle(ways)
            litres = segment.litres * random.lognormvariate(0, 0.42) * (0.62 if model.energy == "hybrid" else 1.0)
            grade = model.grade
            if grade == fuel.PETROL_92 and random.random() < 0.06:
                grade = fuel.PETROL_95
            member.cars.append(
                Car(member, plate, segment.usage, grade, model.tank, model.name, litres, claims=tuple(ways))
            )

    def _tags(self, member: Member) -> tuple[str, ...]:
        random = self._random
        tags = []
        if member.kind is CustomerKind.BUSINESS:
            tags.append("车队")
            if len(member.cars) >= 6:
                tags.append("重点客户")
        elif member.segment == "ride_hailing" and random.random() < 0.6:
            tags.append("网约车")
        if member.cars[0].grade == fuel.CHARGE:
            tags.append("新能源")
        if member.wash_share > 0.25 and random.random() < 0.5:
            tags.append("洗车常客")
        if member.tastes and BY_CODE[member.tastes[0]].category == "COFFEE" and random.random() < 0.3:
            tags.append("咖啡")
        if random.random() < 0.05:
            tags.append(random.choice(("油站员工介绍", "小区地推", "已加企微", "投诉已处理")))
        return tuple(tags)

    def _add_doubles(self, count: int) -> None:
        """Enrol some early members a second time, with a card of its own that they now and then show instead."""
        random = self._random
        able = [
            each for each in self.members if each.joined_day < -120 and each.kind is CustomerKind.PERSON and each.cars
        ]
        for number, first in enumerate(random.sample(able, min(count, len(able)))):
            joined_day = -1 - int(random.random() * 100)
            claim = CustomerClaim(card=self._numbers.card())
            double = Member(
                index=len(self.members),
                kind=first.kind,
                segment=first.segment,
                name=first.name,
                joined=self._span.moment(joined_day, 36_000 + int(random.random() * 30_000)),
                joined_day=joined_day,
                home=first.second,
                second=first.home,
                second_share=first.second_share,
                clock=first.clock,
                weekdays=first.weekdays,
                life=first.life,
                shop_share=first.shop_share,
                shop_only_share=first.shop_only_share,
                tastes=first.tastes,
                wash_share=first.wash_share,
                payments=first.payments,
                round_amount=first.round_amount,
                sensitivity=first.sensitivity,
                forgets_share=first.forgets_share,
                regularity=first.regularity,
                claims=(claim,),
                double_of=first.index,
                merge_later=number % 2 == 0,
            )
            self.members.append(double)
            for car in first.cars:
                car.claims = (car.claims[0], claim, *car.claims[1:])


def _pull(character: str, weight: float, *, lorry: bool) -> float:
    """How strongly a station draws customers of one sort: lorries to lorry stations, the others anywhere but there."""
    if lorry:
        return weight * {"truck": 6.0, "highway": 2.0, "suburban": 0.6, "urban": 0.15}[character]
    return weight * (0.35 if character == "truck" else 1.0)


def usual_interval(car: Car) -> float:
    """Days between fills of this vehicle at this chain, on average."""
    fill = car.tank * _FILL
    if car.owner.round_amount and car.usage != "heavy" and car.grade != fuel.CHARGE:
        fill = 0.25 * fill + 0.75 * min(car.tank * 0.9, car.owner.round_amount / 7.8)
    return max(1.0, fill / car.litres_a_day)


def _match_pace(members: list[Member], sizes: Sizes, span: Span) -> float:
    """Scale what all burn so that members' sales come to their share of what the sizes promise; returns the factor."""
    expected = sum(
        active_days(member, span) / usual_interval(car) * (1 + member.shop_only_share) * (1 - member.forgets_share)
        for member in members
        for car in member.cars
    )
    pace = sizes.customers * sizes.days * SALES_A_CUSTOMER_DAY * MEMBER_SHARE / max(1.0, expected)
    for member in members:
        for car in member.cars:
            car.litres_a_day *= pace
    return pace


def active_days(member: Member, span: Span) -> float:
    """Days of the span on which a member comes as usual, those of slower times counted in part."""
    begins = max(0, member.joined_day)
    life = member.life
    if life.turn is None:
        return span.days - begins
    rest = span.days - life.turn
    after = {"stops": 0.0, "fades": min(rest, 40.0), "slows": rest / 2, "returns": span.days - (life.back or 0)}
    return life.turn - begins + after[life.course]
