"""What the chain does beside selling, as far as it needs no database: its data, its purses, what its tills ask about."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from forecourt.connectors.demo import fuel
from forecourt.connectors.demo.goods import BY_CODE
from forecourt.connectors.demo.life.asking import Asking, Running
from forecourt.connectors.demo.life.data import read
from forecourt.connectors.demo.life.purse import Held, Purse
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.values import CHINA, Sizes, Span
from forecourt.coupons.values import Template
from forecourt.games import rules as games
from forecourt.games.values import GameRules
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.offers.rules import language
from forecourt.rewards import rules as rewards
from forecourt.rewards.values import Reward
from forecourt.sales.values import NewLine, NewSale, NewTender

NOW = datetime(2026, 11, 18, 14, 30, tzinfo=CHINA)


@pytest.fixture
def world(demo):
    return World(SYSTEM, demo.sizes, demo.span, demo.chain, demo.members, None)


def test_every_offer_can_be_handed_in_and_has_a_code_of_its_own():
    offers = [language.convert(entry["offer"]) for entry in read("offers")]
    for offer in offers:
        language.check(offer)
        assert offer.text
    assert len({offer.code for offer in offers}) == len({offer.name for offer in offers}) == len(offers) > 20


def test_what_offers_coupons_and_rewards_name_is_there():
    templates = {msgspec.convert(entry["template"], Template).code for entry in read("coupons")}
    offers = [language.convert(entry["offer"]) for entry in read("offers")]
    assert {code for offer in offers for effect in offer.then for code in effect.issues()} <= templates
    for entry in read("rewards"):
        reward = msgspec.convert(entry, Reward, strict=False)
        rewards.check_reward(reward)
        assert not reward.template or reward.template in templates
    for entry in read("games"):
        assert {prize.get("template", "WASH-FREE") for prize in entry["game"]["prizes"]} <= templates


def test_every_game_could_go_live():
    for entry in read("games"):
        dates = {"starts_at": NOW, "ends_at": NOW + timedelta(days=9)}
        body = entry["game"] | dates
        if "draw" in body:
            body["draw"] = body["draw"] | {"draws_at": NOW + timedelta(days=10)}
        assert games.faults(msgspec.convert(body, GameRules, strict=False)) == {}


def test_deeds_are_done_in_their_order_each_at_its_moment(world):
    seen = []
    world.plan(world.ago(3), lambda: seen.append(("later", clock.now())))
    world.plan(world.ago(9_000), lambda: seen.append(("long ago", clock.now())))
    world.plan(world.ago(5), lambda: world.plan(world.ago(4), lambda: seen.append(("planned by another", clock.now()))))
    world.plan(world.ago(-1), lambda: seen.append(("ahead of the present", clock.now())))
    world.live_until(world.span.until)
    assert seen == [
        ("long ago", world.span.moment(0)),
        ("planned by another", world.ago(4)),
        ("later", world.ago(3)),
    ]


def test_a_purse_gives_the_first_coupon_that_is_good_and_suits():
    purse = Purse()
    for code, since, until in (("A", 1, 5), ("B", 4, 20), ("C", 2, 30)):
        purse.put(7, Held("WASH-FREE", code, date(2026, 3, since), date(2026, 3, until)))
    assert purse.fitting(7, date(2026, 3, 3), lambda held: True).code == "A"
    assert purse.fitting(7, date(2026, 3, 6), lambda held: held.code != "B").code == "C"
    purse.take(7, ["B", "C"])
    assert purse.fitting(7, date(2026, 3, 6), lambda held: True) is None
    assert purse.fitting(8, date(2026, 3, 6), lambda held: True) is None


ENDS = {"wechat-3": datetime(2026, 9, 5, tzinfo=CHINA)}


def fill(day: int, hour: int, grade: str = fuel.PETROL_92, *more: str, pieces=1, coupons=()) -> NewSale:
    line = NewLine(product=grade, quantity=Decimal(30), amount=Decimal(240))
    shop = tuple(NewLine(product=code, quantity=Decimal(pieces), amount=Decimal(12 * pieces)) for code in more)
    return NewSale(
        station="S001",
        source="pos-1",
        source_ref="1",
        occurred_at=datetime(2026, 9, day, hour, 15, tzinfo=CHINA),
        lines=(line, *shop),
        tenders=(NewTender(kind="wechat", amount=Decimal(240 + 12 * pieces * len(more))),),
        coupons=coupons,
    )


def test_a_till_asks_when_something_may_cost_less_and_only_then(demo):
    member = next(one for one in demo.members if one.kind == "person")
    member.id = 1
    wanted = {"day8-petrol", "offpeak-95", "shop-to-fuel", "first-fill", "wechat-3", "nuts-2"}
    running = [
        Running(language.convert(entry["offer"]), datetime(2026, 8, 1, tzinfo=CHINA), ENDS.get(entry["offer"]["code"]))
        for entry in read("offers")
        if entry["offer"]["code"] in wanted
    ]
    asking = Asking(
        running,
        {1: "basic", 2: "gold", 4: "silver"},
        on_fuel=frozenset({"gold"}),
        on_shop=frozenset({"gold", "silver"}),
        richer_since=datetime(2026, 9, 1, tzinfo=CHINA),
    )
    water, nuts = (
        next(code for code, good in BY_CODE.items() if good.brand == brand) for brand in ("岭上泉", "山野铺")
    )
    asks = lambda sale, who=member: asking.might_cost_less(sale, who)  # noqa: E731
    assert asks(fill(8, 9))  # the members' day
    assert not asks(fill(9, 9))
    assert asks(fill(10, 11, fuel.PETROL_95))  # a Thursday before four
    assert not asks(fill(10, 18, fuel.PETROL_95))
    assert not asks(fill(10, 11))
    assert asks(fill(9, 9, fuel.PETROL_92, water, pieces=2))  # shop and fuel on one receipt
    assert not asks(fill(9, 9, fuel.PETROL_92, water))  # less than 20 yuan of it
    assert asks(fill(9, 9, coupons=("A",)))
    assert not asks(fill(8, 9), None)  # strangers pay for fuel what it costs
    assert not asks(fill(9, 9, fuel.PETROL_92, water, pieces=2), None)
    assert asks(fill(9, 9, fuel.PETROL_92, nuts, pieces=2), None)  # an offer for everybody
    assert not asks(fill(9, 9, fuel.PETROL_92, nuts), None)  # who takes two
    assert asks(fill(3, 9))  # paid by WeChat
    member.id = 2
    assert asks(fill(9, 9))  # gold has its own discount
    member.id = 4
    assert not asks(fill(9, 9))  # silver has one in the shop only
    assert asks(fill(9, 9, "WASH-STD"))
    member.id = 3
    assert asks(fill(9, 9))  # never bought before
    member.id = 0


def test_the_same_people_do_the_same_things_again(demo):
    span = Span.ending(NOW, 100)
    sizes = Sizes(customers=600, days=100, seed=7)
    worlds = [World(SYSTEM, sizes, span, demo.chain, demo.members, None) for _ in range(2)]
    for member in demo.members:
        member.id = member.index + 1
    chosen = [[one.index for one in world.some(world.dice("test"), 20)] for world in worlds]
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == 20
    for member in demo.members:
        member.id = 0
