"""The chain: its stations with pumps, hours and services, and those who work there."""

from datetime import date, time, timedelta
from itertools import islice
from random import Random
from typing import Final

from forecourt.connectors.demo import fuel, names
from forecourt.connectors.demo.places import AREA_CODES, ENTITIES, PLACES, REGIONS, Place
from forecourt.connectors.demo.values import Chain, Site, Sizes, Span, Worker, dice
from forecourt.organisation.values import NewPump, NewStation

NAME: Final = "岭驿能源"
_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALWAYS: Final = ("便利店", "厕所", "轮胎充气")
_SOMETIMES: Final = {
    "urban": (("洗车", 0.8), ("现磨咖啡", 0.8), ("开水", 0.5), ("快递代收", 0.4), ("手机充电", 0.5)),
    "suburban": (("洗车", 0.7), ("现磨咖啡", 0.4), ("养护", 0.5), ("开水", 0.6), ("停车", 0.5)),
    "highway": (("洗车", 0.4), ("现磨咖啡", 0.7), ("餐饮", 0.8), ("开水", 1.0), ("停车", 0.9), ("母婴室", 0.6)),
    "truck": (("货车冲洗", 0.9), ("司机休息室", 0.9), ("淋浴", 0.6), ("停车", 1.0), ("车用尿素", 1.0), ("开水", 1.0)),
}
_BUSY: Final = {"urban": 1.15, "suburban": 0.95, "highway": 1.05, "truck": 0.9}
_ATTENDANTS: Final = 6


def make_chain(sizes: Sizes, span: Span) -> Chain:
    """The chain of so many stations. Beyond the list of places the same districts get a second station, and so on."""
    random = dice(sizes.seed, "chain")
    charging = _charging_sites(sizes.stations)
    sites: list[Site] = []
    workers: list[Worker] = []
    number = iter(range(1, 1_000_000))
    for index in range(sizes.stations):
        staff = [f"E{code:03d}" for code in islice(number, _ATTENDANTS + 1)]
        site = _site(index, random, span.first, charges=index in charging, attendants=tuple(staff[1:]))
        sites.append(site)
        workers += _workers(site, staff, random)
    return Chain(NAME, tuple(sites), tuple(workers))


def _charging_sites(stations: int) -> frozenset[int]:
    """Two of twelve stations charge, and as many of more; never a lorry station."""
    candidates = [index for index in range(stations) if PLACES[index % len(PLACES)].character != "truck"]
    wanted = max(1, round(stations / 6))
    return frozenset(candidates[0 : 2 * wanted : 2][:wanted])


def _site(index: int, random: Random, first: date, *, charges: bool, attendants: tuple[str, ...]) -> Site:
    place = PLACES[index % len(PLACES)]
    round_of = index // len(PLACES)
    code = f"S{index + 1:03d}"
    opens, closes = _opening(place, index)
    services = [*_ALWAYS, *[name for name, chance in _SOMETIMES[place.character] if random.random() < chance]]
    if index == 0 and "洗车" not in services:
        services.append("洗车")
    if charges:
        services.append("充电")
    pumps = _pumps(place, random)
    return Site(
        index=index,
        new=NewStation(
            code=code,
            name=f"岭驿{place.name}{'一二三四五六七八九十'[round_of % 10] if round_of else ''}站",
            address=f"广东省{place.city}{place.district}{place.street}{random.randint(8, 998)}号",
            region=REGIONS[place.city],
            legal_entity=ENTITIES[place.city],
            position=(
                round(place.latitude + random.uniform(-0.004, 0.004) + 0.006 * round_of, 6),
                round(place.longitude + random.uniform(-0.004, 0.004) + 0.006 * round_of, 6),
            ),
            zone="Asia/Shanghai",
            day_rolls_at=time(6) if index == 1 else time(0),
            services=tuple(services),
            pumps=tuple(NewPump(number=number, grades=grades) for number, grades in pumps),
            phone=f"{AREA_CODES[place.city]}-8{random.randint(100_0000, 999_9999)}",
            hours={}
            if (opens, closes) == (0, 24)
            else {day: ((f"{opens:02d}:00", f"{closes:02d}:00"),) for day in _WEEK},
            opened_on=first - timedelta(days=random.randint(300, 4200)),
        ),
        character=place.character,
        opens=opens,
        closes=closes,
        weight=_BUSY[place.character] * random.uniform(0.7, 1.35),
        discount=(0, 0, 0, 15, 0, 0, 0, 0, 0, 20)[index % 10],
        pumps={
            grade: tuple(number for number, grades in pumps if grade in grades)
            for grade in dict.fromkeys(grade for _, grades in pumps for grade in grades)
        },
        attendants=attendants,
    )


def _hours(opens: int, closes: int) -> dict[str, tuple[tuple[str, str], ...]]:
    """The same span every day; nothing for a station that never shuts."""
    if (opens, closes) == (0, 24):
        return {}
    return dict.fromkeys(_WEEK, ((f"{opens:02d}:00", f"{closes:02d}:00"),))


def _opening(place: Place, index: int) -> tuple[int, int]:
    """Most stations never shut; some of those in town and suburb close for the night."""
    if place.character in {"highway", "truck"} or index % 3 != 2:
        return 0, 24
    return (6, 24) if place.character == "urban" else (6, 23)


def _pumps(place: Place, random: Random) -> list[tuple[int, tuple[str, ...]]]:
    """The pumps by number with their grades: lorry stations mostly pump diesel, towns mostly petrol."""
    petrol, with_98, diesel = {"urban": (4, 2, 1), "suburban": (4, 1, 2), "highway": (4, 2, 2), "truck": (3, 0, 5)}[
        place.character
    ]
    grades: list[tuple[str, ...]] = [(fuel.PETROL_92, fuel.PETROL_95)] * (petrol + random.randint(0, 2))
    grades += [(fuel.PETROL_92, fuel.PETROL_95, fuel.PETROL_98)] * with_98
    grades += [(fuel.DIESEL_0,)] * diesel
    return list(enumerate(grades, 1))


def _workers(site: Site, codes: list[str], random: Random) -> list[Worker]:
    """One manager, who may sign in, and the attendants, known by the number they key in at the till."""
    station = site.new.code
    manager = Worker(
        code=codes[0], name=names.person(random), station=station, role="manager", username=f"manager.{station.lower()}"
    )
    attendants = [Worker(code=code, name=names.person(random), station=station, role="attendant") for code in codes[1:]]
    return [manager, *attendants]
