"""What was planted, to test models against: segments, tastes, turns. By customer id, without personal data."""

from collections.abc import Iterator, Sequence
from typing import Any

from forecourt.connectors.demo.goods import BY_CODE, CATEGORY_NAMES, ELASTICITY, SEASONAL
from forecourt.connectors.demo.people import usual_interval
from forecourt.connectors.demo.segments import CLOCKS, WEEKDAYS
from forecourt.connectors.demo.values import Chain, Member, Sizes, Span


def lines(sizes: Sizes, span: Span, chain: Chain, members: Sequence[Member]) -> Iterator[dict[str, Any]]:
    """The facts, one a line of the file: the demonstration itself, its categories, then every customer by id."""
    yield {
        "kind": "demo",
        "stations": sizes.stations,
        "customers": sizes.customers,
        "days": sizes.days,
        "seed": sizes.seed,
        "first": span.first.isoformat(),
        "until": span.until.isoformat(),
    }
    for category in dict.fromkeys(good.category for good in BY_CODE.values() if good.category not in CATEGORY_NAMES):
        yield {
            "kind": "category",
            "category": f"SHOP/{category}",
            "elasticity": ELASTICITY.get(category, -1.0),
            "heat": SEASONAL.get(category, 0.0),
        }
    for member in members:
        yield _customer(member, span, chain, members)


def _customer(member: Member, span: Span, chain: Chain, members: Sequence[Member]) -> dict[str, Any]:
    life = member.life
    return {
        "kind": "customer",
        "customer_id": member.id,
        "is_business": member.kind == "business",
        "segment": member.segment,
        "joined": member.joined.date().isoformat(),
        "home": chain.sites[member.home].new.code,
        "second": chain.sites[member.second].new.code,
        "second_share": member.second_share,
        "course": life.course,
        "turn": None if life.turn is None else span.day(life.turn).isoformat(),
        "back": None if life.back is None else span.day(life.back).isoformat(),
        "hours": CLOCKS[member.clock],
        "weekdays": WEEKDAYS[member.weekdays],
        "shop_share": round(member.shop_share, 3),
        "likes": [{"product": code, "category": BY_CODE[code].path} for code in member.tastes],
        "wash_share": round(member.wash_share, 3),
        "payments": list(dict.fromkeys(member.payments)),
        "asks_for": member.round_amount or None,
        "price_sensitivity": member.sensitivity,
        "irregularity": member.regularity,
        "vehicles": [
            {
                "usage": car.usage,
                "grade": car.grade,
                "tank": car.tank,
                "a_day": round(car.litres_a_day, 3),
                "interval_days": round(usual_interval(car), 2),
            }
            for car in member.cars
        ],
        "same_person_as": None if member.double_of is None else members[member.double_of].id,
        "merged": member.merge_later,
    }
