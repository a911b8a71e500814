"""Every condition: where it holds, what it says it misses, and what it reads like in both languages. No database."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from forecourt.customers.values import CustomerKind, Usage
from forecourt.offers.rules.conditions import (
    CONDITIONS,
    All,
    Any,
    AtHours,
    AtPump,
    AtStation,
    Bought,
    CouponUsed,
    Dates,
    Drives,
    FirstPurchase,
    HasBirthday,
    HasTag,
    HasTier,
    HoldsCoupon,
    InRegion,
    InSegment,
    IsKind,
    IsMember,
    Joined,
    Not,
    NthVisit,
    OnDates,
    OnDaysOfMonth,
    OnWeekdays,
    PaidBy,
    PaidTo,
    Pieces,
    SinceLast,
    Span,
    Spent,
    Volume,
    Weekday,
)
from forecourt.offers.rules.facts import Held, Products
from forecourt.offers.rules.language import missing
from tests.offers.worlds import CHARGING, PETROL_95, WATER, line, member, sale_of

FUEL_95 = Products(products=frozenset({"95"}))
EV = Products(families=frozenset({"electric"}))
PETROL = Products(families=frozenset({"petrol"}))
WATERS = Products(products=frozenset({"WATER"}))
FILL = sale_of(line(PETROL_95, Decimal("25.8")))
SHOPPING = sale_of(line(WATER, Decimal(2)))


class Shop:
    """Names as a Chinese retailer's screens give them."""

    def name(self, kind: str, code: str) -> str:
        units = {"volume": "L"}
        return {"currency": "¥", "unit": units.get(code, code), "unit_of": "piece"}.get(kind, code)


def with_(sale, **fields):
    return sale._replace(**fields)


def at(*when):
    return sale_of(line(PETROL_95, Decimal(30)), at=datetime(*when))


def by(**known):
    return sale_of(line(PETROL_95, Decimal(30)), person=member(**known))


STRANGER = by()._replace(person=None)
HELD = {"WASH": [Held("1", "WASH")]}
NIGHT = AtHours(of=(Span(start="22:00", end="06:00"),))
GOLDEN_WEEK = OnDates(of=(Dates(first="10-01", last="10-07"),))
NEW_YEAR = OnDates(of=(Dates(first="12-24", last="01-06"),))
ONE_DAY = OnDates(of=(Dates(first="2026-03-04"),))
LEAP = HasBirthday(before=1)

HOLDS = [
    (All(), FILL),
    (All(of=(Volume(at_least=Decimal(20)), AtPump(of=frozenset({1})))), FILL),
    (Any(of=(Volume(at_least=Decimal(99)), AtPump(of=frozenset({1})))), FILL),
    (Not(of=Volume(at_least=Decimal(99))), FILL),
    (Bought(of=FUEL_95), FILL),
    (Bought(of=WATERS, quantity=Decimal(2), amount=Decimal(4)), SHOPPING),
    (Volume(at_least=Decimal("25.8"), at_most=Decimal("25.8")), FILL),
    (Volume(at_least=Decimal(10), of=EV), sale_of(line(CHARGING, Decimal(10)))),
    (Pieces(at_least=Decimal(2)), SHOPPING),
    (Spent(at_least=Decimal("209.49"), at_most=Decimal("209.50")), FILL),
    (AtStation(of=frozenset({"S001", "S002"})), FILL),
    (InRegion(of=frozenset({"North"})), FILL),
    (PaidTo(of=frozenset({"Brand Co"})), FILL),
    (AtPump(of=frozenset({1, 2})), FILL),
    (AtHours(of=(Span(start="07:00", end="09:00"), Span(start="12:40", end="12:41"))), FILL),
    (AtHours(of=(Span(start="12:00", end="24:00"),)), at(2026, 3, 4, 23, 59, 59)),
    (NIGHT, at(2026, 3, 4, 22)),
    (NIGHT, at(2026, 3, 5, 5, 59, 59)),
    (OnWeekdays(of=frozenset({Weekday.WED})), FILL),
    (GOLDEN_WEEK, at(2031, 10, 7, 23)),
    (NEW_YEAR, at(2026, 12, 31)),
    (NEW_YEAR, at(2027, 1, 6)),
    (ONE_DAY, FILL),
    (OnDaysOfMonth(of=frozenset({4, 18})), FILL),
    (PaidBy(of=frozenset({"cash"})), FILL),
    (PaidBy(of=frozenset({"cash"}), percent=Decimal(50)), with_(FILL, tenders={"cash": Decimal(5), "x": Decimal(5)})),
    (PaidBy(of=frozenset({"cash", "x"})), with_(FILL, tenders={"cash": Decimal(5), "x": Decimal(5)})),
    (CouponUsed(template="WASH"), with_(FILL, coupons=HELD)),
    (IsMember(), by()),
    (IsKind(of=CustomerKind.BUSINESS), by(kind=CustomerKind.BUSINESS)),
    (HasTier(of=frozenset({"gold", "silver"})), by()),
    (HasTier(at_least="silver"), by()),
    (HasTier(at_least="gold"), by(reached=frozenset())),
    (HasTag(of=frozenset({"taxi", "vip"})), by(tags=frozenset({"taxi"}))),
    (HoldsCoupon(template="WASH"), by(holds=frozenset({"WASH"}))),
    (InSegment(of=frozenset({"at_risk"})), by(segments=frozenset({"at_risk"}))),
    (Drives(of=frozenset({Usage.HEAVY})), by(usage=Usage.HEAVY, usages=frozenset({Usage.PRIVATE}))),
    (Drives(of=frozenset({Usage.PRIVATE})), by(usages=frozenset({Usage.PRIVATE, Usage.HEAVY}))),
    (FirstPurchase(), by(sales=0, last_sale_at=None)),
    (NthVisit(number=11), by()),
    (NthVisit(number=11, every=True), by(sales=21)),
    (HasBirthday(), by(birthday=304)),
    (HasBirthday(before=7), by(birthday=311)),
    (HasBirthday(after=7), by(birthday=225)),
    (HasBirthday(month=True), by(birthday=331)),
    (HasBirthday(before=10), with_(at(2026, 12, 28), person=member(birthday=102))),
    (HasBirthday(after=10), with_(at(2027, 1, 2), person=member(birthday=1228))),
    (HasBirthday(), with_(at(2027, 2, 28), person=member(birthday=229))),
    (HasBirthday(), with_(at(2028, 2, 29), person=member(birthday=229))),
    (SinceLast(at_least=5, at_most=5), by()),
    (SinceLast(at_most=0), by(last_sale_at=datetime(2026, 3, 3, 16, tzinfo=UTC))),
    (Joined(within=0), by(joined_at=datetime(2026, 3, 3, 16, tzinfo=UTC))),
]

FAILS = [
    (
        All(of=(AtPump(of=frozenset({1})), AtPump(of=frozenset({3, 2})))),
        FILL,
        "it is for pump 2 or 3",
        "仅限2或3号加油机",
    ),
    (
        Any(of=(Volume(at_least=Decimal(30)), AtPump(of=frozenset({2})))),
        FILL,
        "4.20 L more would have had it",
        "再多4.20L即可享受",
    ),
    (
        Not(of=OnWeekdays(of=frozenset({Weekday.WED}))),
        FILL,
        "it is not for sales like this one (Days of the week)",
        "本次消费不适用（星期）",
    ),
    (Bought(of=WATERS), FILL, "no product of the offer was bought", "未购买指定商品"),
    (
        Bought(of=WATERS, quantity=Decimal(3)),
        SHOPPING,
        "1 piece more would have had it",
        "再多1件即可享受",
    ),
    (
        Bought(of=WATERS, amount=Decimal("10.5")),
        SHOPPING,
        "¥6.50 more of these products would have had it",
        "指定商品再买¥6.50即可享受",
    ),
    (Volume(at_least=Decimal(30)), FILL, "4.20 L more would have had it", "再多4.20L即可享受"),
    (Volume(at_least=Decimal("30.005")), FILL, "4.21 L more would have had it", "再多4.21L即可享受"),
    (Volume(at_least=Decimal(8), of=EV), FILL, "8 kWh more would have had it", "再多8度即可享受"),
    (
        Volume(at_least=Decimal(5), at_most=Decimal(20)),
        FILL,
        "it is for fills of up to 20 L",
        "仅限加油不超过20L",
    ),
    (Pieces(at_least=Decimal(4)), SHOPPING, "2 pieces more would have had it", "再多2件即可享受"),
    (Spent(at_least=Decimal(300)), FILL, "¥90.50 more would have had it", "再多¥90.50即可享受"),
    (Spent(at_least=Decimal("219.5")), FILL, "¥10.00 more would have had it", "再多¥10.00即可享受"),
    (
        Spent(at_least=Decimal(1), at_most=Decimal(2)),
        FILL,
        "it is for purchases of up to ¥2",
        "仅限消费不超过¥2",
    ),
    (AtPump(of=frozenset({7})), with_(FILL, place=FILL.place._replace(pump=None)), "it is for pump 7", "仅限7号加油机"),
    (AtStation(of=frozenset({"S009"})), FILL, "it is for other stations", "本站不参加"),
    (InRegion(of=frozenset({"South"})), FILL, "it is for stations in other regions", "本区域不参加"),
    (PaidTo(of=frozenset({"Dealer Co"})), FILL, "it is for stations of another operator", "仅限其他经营主体的油站"),
    (
        AtHours(of=(Span(start="14:00", end="16:00"),)),
        FILL,
        "it begins at 14:00, 1 h 20 min later",
        "14:00开始，还差1小时20分钟",
    ),
    (
        AtHours(of=(Span(start="10:00", end="12:00"),)),
        FILL,
        "it ended at 12:00, 40 min before",
        "已于12:00结束，晚了40分钟",
    ),
    (AtHours(of=(Span(start="10:00", end="12:40"),)), FILL, "it ended at 12:40", "已于12:40结束"),
    (
        OnWeekdays(of=frozenset({Weekday.TUE, Weekday.SAT})),
        FILL,
        "it is on again on Saturday, in 3 days",
        "下次为周六，还有3天",
    ),
    (GOLDEN_WEEK, FILL, "it begins on 2026-10-01, in 211 days", "2026-10-01开始，还有211天"),
    (
        OnDates(of=(Dates(first="2026-01-01", last="2026-03-03"),)),
        FILL,
        "it ended on 2026-03-03",
        "已于2026-03-03结束",
    ),
    (
        OnDaysOfMonth(of=frozenset({31})),
        at(2026, 4, 1),
        "it begins on 2026-05-31, in 60 days",
        "2026-05-31开始，还有60天",
    ),
    (
        PaidBy(of=frozenset({"wechat"})),
        FILL,
        "it is for paying by wechat",
        "仅限wechat支付",
    ),
    (
        PaidBy(of=frozenset({"cash"}), percent=Decimal(60)),
        with_(FILL, tenders={"cash": Decimal(5), "x": Decimal(5)}),
        "it is for paying at least 60% by cash",
        "需用cash支付至少60%",
    ),
    (PaidBy(of=frozenset({"cash"})), with_(FILL, tenders={}), "it is for paying by cash", "仅限cash支付"),
    (CouponUsed(template="WASH"), FILL, "it needs a coupon “WASH”", "需要优惠券“WASH”"),
    (IsMember(), STRANGER, "it is for members", "会员专享"),
    (HasTag(of=frozenset({"vip"})), STRANGER, "it is for members", "会员专享"),
    (IsKind(of=CustomerKind.BUSINESS), by(), "it is for businesses", "企业客户专享"),
    (HasTier(at_least="platinum"), by(), "it is for platinum and above", "platinum及以上会员专享"),
    (HasTier(of=frozenset({"basic", "silver"})), by(), "it is for basic or silver", "basic或silver专享"),
    (HasTag(of=frozenset({"vip"})), by(), "it is for chosen members", "仅限受邀会员"),
    (HoldsCoupon(template="WASH"), STRANGER, "it is for members", "会员专享"),
    (
        HoldsCoupon(template="WASH"),
        with_(by(holds=frozenset({"FIVE"})), coupons=HELD),
        "it is for holders of a coupon “WASH”",
        "持有优惠券“WASH”的会员专享",
    ),
    (InSegment(of=frozenset({"lost"})), by(), "it is for chosen members", "仅限受邀会员"),
    (
        Drives(of=frozenset({Usage.PRIVATE})),
        by(usage=Usage.HEAVY, usages=frozenset({Usage.PRIVATE})),
        "it is for private cars",
        "私家车专享",
    ),
    (FirstPurchase(), by(), "it is for the first purchase", "仅限首单"),
    (NthVisit(number=7, every=True), by(), "3 visits more", "再来3次即可享受"),
    (NthVisit(number=12), by(), "1 visit more", "再来1次即可享受"),
    (NthVisit(number=3), by(), "it was for visit number 3", "仅限第3次到店"),
    (HasBirthday(before=6), by(birthday=311), "it is for birthdays", "生日专享"),
    (
        HasBirthday(),
        by(),
        "it is for birthdays, and yours is not known: tell us the day",
        "生日专享，您还未登记生日，请先补充",
    ),
    (
        SinceLast(at_least=30),
        by(),
        "it is for a visit after 30 days or more; it was 5 days",
        "需距上次到店满30天，目前为5天",
    ),
    (
        SinceLast(at_most=1),
        by(),
        "it is for a visit within 1 day; it was 5 days",
        "需在上次到店后1天内，目前已5天",
    ),
    (
        SinceLast(at_least=1),
        by(sales=0, last_sale_at=None),
        "it is for members who came before",
        "仅限老会员",
    ),
    (Joined(within=30), by(), "it is for the first 30 days after joining", "仅限入会后30天内"),
]


@pytest.mark.parametrize(("condition", "sale"), HOLDS)
def test_it_holds(condition, sale):
    facts = sale.facts()
    assert condition.test(facts) is None
    assert (keys := condition.keys()) is None or keys & facts.keys()


@pytest.mark.parametrize(("condition", "sale", "english", "chinese"), FAILS)
def test_it_fails_and_says_by_how_much(condition, sale, english, chinese):
    miss = condition.test(sale.facts())
    assert miss is not None
    assert all(type(text) is str for text in miss.values.values())
    with override("en"):
        assert missing(miss.condition, miss.values, Shop()) == english
    with override("zh-hans"):
        assert missing(miss.condition, miss.values, Shop()) == chinese


def test_every_condition_is_shown_holding_and_failing():
    holding = {type(condition) for condition, _ in HOLDS}
    failing = {type(condition) for condition, *_ in FAILS}
    assert holding == failing == set(CONDITIONS.values())


def test_a_coupon_is_used_up_by_what_holds_and_by_nothing_else():
    wash, five = CouponUsed(template="WASH"), CouponUsed(template="FIVE")
    facts = with_(FILL, coupons=HELD).facts()
    assert All(of=(wash, AtPump(of=frozenset({1})))).coupons(facts) == ("WASH",)
    assert Any(of=(five, wash)).coupons(facts) == ("WASH",)
    assert Any(of=(AtPump(of=frozenset({1})), wash)).coupons(facts) == ()
    assert Not(of=five).coupons(facts) == ()
    holder = with_(by(holds=frozenset({"WASH"})), coupons=HELD).facts()
    assert HoldsCoupon(template="WASH").coupons(holder) == ()


def test_what_birthdays_miss_does_not_tell_the_birthday():
    tests = [HasBirthday(before=3).test(by(birthday=day).facts()) for day in (101, 615, 1231)]
    assert tests == [tests[0]] * 3


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        (
            Bought(of=WATERS, quantity=Decimal(2), amount=Decimal(10)),
            "they buy at least 2 pieces of WATER for ¥10 or more",
            "购买WATER满2件且满¥10",
        ),
        (Volume(at_least=Decimal(30), of=PETROL), "they fill at least 30 L of petrol", "加汽油满30L"),
        (OnWeekdays(of=frozenset({Weekday.SAT, Weekday.SUN})), "it is a weekend", "周末"),
        (OnWeekdays(of=frozenset(list(Weekday)[:5])), "it is Monday to Friday", "周一至周五"),
        (NIGHT, "it is from 22:00 to 06:00", "22:00至06:00"),
        (NthVisit(number=5, every=True), "it is the last of every 5 visits", "每第5次到店"),
        (HasBirthday(month=True), "it is the month of their birthday", "生日当月"),
        (
            Any(of=(FirstPurchase(), All(of=(IsMember(), Joined(within=7))))),
            "it is their first purchase or (they are a member and they joined 7 days ago at most)",
            "首次消费或（会员，且入会7天内）",
        ),
        (Not(of=FirstPurchase()), "it is not so that it is their first purchase", "不属于“首次消费”"),
        (
            AtStation(of=frozenset(f"S{number}" for number in range(9))),
            "it is at one of 9 stations",
            "在指定的9座油站",
        ),
    ],
)
def test_it_reads_well(condition, english, chinese):
    with override("en"):
        assert condition.words(Shop()) == english
    with override("zh-hans"):
        assert condition.words(Shop()) == chinese
