"""The programme of the chain: a point a litre and a point a yuan, four tiers by what somebody spent in a year."""

from decimal import Decimal
from typing import Final

from forecourt.catalogue.values import Family, Kind
from forecourt.connectors.demo import fuel
from forecourt.loyalty.values import EarnRate, NegativeBalance, Per, Programme, SpendBy, Tier, TierBasis

_ONE: Final = Decimal(1)

PROGRAMME: Final = Programme(
    name="岭驿会员",
    rates=(
        EarnRate(code="fuel", name="加油", points=_ONE, per=Per.UNIT, kind=Kind.FUEL),
        EarnRate(code="petrol-98", name="98# 汽油", points=Decimal("1.5"), per=Per.UNIT, product=fuel.PETROL_98),
        EarnRate(code="diesel", name="柴油", points=Decimal("0.5"), per=Per.UNIT, kind=Kind.FUEL, family=Family.DIESEL),
        EarnRate(code="charging", name="充电", points=Decimal("0.5"), per=Per.UNIT, product=fuel.CHARGE),
        EarnRate(code="shop", name="便利店", points=_ONE, per=Per.CURRENCY, kind=Kind.GOODS),
        EarnRate(code="coffee", name="咖啡", points=Decimal(2), per=Per.CURRENCY, category="SHOP/COFFEE"),
        EarnRate(code="service", name="服务", points=_ONE, per=Per.CURRENCY, kind=Kind.SERVICE),
    ),
    tiers=(
        Tier(code="basic", name="普通", threshold=Decimal(0)),
        Tier(code="silver", name="银卡", threshold=Decimal(3000), keep=Decimal(2400), multiplier_percent=110),
        Tier(
            code="gold",
            name="金卡",
            threshold=Decimal(8000),
            keep=Decimal(6400),
            multiplier_percent=125,
            perks="生日当月便利店小礼一份",
        ),
        Tier(
            code="diamond",
            name="钻石",
            threshold=Decimal(30000),
            keep=Decimal(24000),
            multiplier_percent=150,
            is_priority=True,
            perks="专属客服，免费洗车优先排队",
        ),
    ),
    tier_basis=TierBasis.SPEND,
    tier_window_days=365,
    grace_days=30,
    warn_days=30,
    business_tier="silver",
    point_value=Decimal("0.01"),
    spend_minimum=100,
    spend_step=100,
    spend_by=SpendBy.ANY,
    adjust_limit=1000,
    points_life_months=24,
    negative_balance=NegativeBalance.OWE,
)

ADJUSTMENTS: Final = (
    (200, "排队时间过长，致歉补偿"),
    (500, "投诉处理补偿"),
    (100, "生日赠送"),
    (66, "加油员漏扫会员码，补积分"),
    (1000, "年度抽奖"),
    (-120, "重复入账，冲正"),
)
"""Points given and taken by hand, with the reasons people write."""

NOTES: Final = (
    "喜欢用 5 号枪，晚上来得多。",
    "反映上周洗车机刷毛有异响，已转站长处理。",
    "车队老板，每月 5 号对账，要纸质小票。",
    "问过充电桩什么时候扩建。",
    "来电咨询积分兑换，已告知可在便利店抵扣。",
    "换了新车，旧车牌下月注销。",
    "希望能开电子发票到公司邮箱。",
    "老客户，常带同事来。",
    "投诉小票打印不清，已致歉并补 500 积分。",
    "每周五下班来，基本加满 95 号。",
)
"""Notes that staff write on a customer's page."""
