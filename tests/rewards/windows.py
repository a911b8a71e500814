"""A chain with rewards: a mug in stock, a car wash, a coupon; members are given points to spend."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction

from forecourt.coupons.models import CouponTemplate
from forecourt.coupons.values import Template
from forecourt.customers import records as customer_records
from forecourt.faces import proofs
from forecourt.kernel import clock, rights, sql
from forecourt.kernel.actors import Actor
from forecourt.loyalty import records as ledger
from forecourt.loyalty.values import Gift
from forecourt.offers.values import Share
from forecourt.rewards import services
from forecourt.rewards.values import Redemption, Reward, RewardKind, StockKind
from tests.bench.samples import open_sample_station
from tests.sales.scenes import Chain, open_chain

MUG = Reward(
    code="MUG",
    name="保温杯",
    kind=RewardKind.GOODS,
    points=500,
    cost=Decimal("18.50"),
    shares=(
        Share(funder="brand", percent=Decimal(60)),
        Share(funder="supplier:aoke", percent=Decimal(40)),
    ),
    stock=StockKind.COMMON,
)
WASH = Reward(code="WASH", name="标准洗车", kind=RewardKind.SERVICE, points=300, cost=Decimal(12))
FIVE_OFF = Reward(code="FIVE", name="5 元加油券", kind=RewardKind.FUEL_DISCOUNT, points=200, template="fuel-5")

CHIEF = Actor(kind="staff", name="chief", everything=True)
"""Who approves what the window's own actor hands in."""


@dataclass
class Window:
    """The chain and what it offers; member numbers count from 1."""

    chain: Chain

    @property
    def actor(self) -> Actor:
        return self.chain.actor

    def member(self, points: int = 0) -> int:
        """A new member with so many points."""
        (customer_id,) = self.chain.enrol()
        if points:
            give(customer_id, points)
        return customer_id

    def offer(self, reward: Reward, pieces: int = 0, **changes: Any) -> Reward:
        """Put a reward, with changes, into the catalogue and live, with so many pieces."""
        reward = msgspec.structs.replace(reward, **changes)
        services.make_reward(self.actor, reward)
        self.approve(reward.code)
        if pieces:
            services.add_stock(self.actor, reward.code, pieces, "first delivery")
        return reward

    def approve(self, code: str) -> None:
        """Hand in what a reward is to be, and have it approved by somebody else."""
        services.submit_reward(self.actor, code)
        services.approve_reward(CHIEF, code)

    def redeem(self, customer_id: int, code: str, station: str | None = "S001", **more: Any) -> Redemption:
        return services.redeem_reward(self.actor, customer_id, code, station, **more)


def open_window() -> Window:
    """A chain with stations S001 and S002, and a coupon template for fuel."""
    window = Window(open_chain())
    open_sample_station("S002")
    template = Template(code="fuel-5", name="5 元加油券", valid_days=7)
    CouponTemplate.objects.create(
        code=template.code,
        name=template.name,
        kind=template.kind,
        body=msgspec.to_builtins(template),
        created_at=clock.now(),
        created_by="staff:head-office",
    )
    return window


def give(customer_id: int, points: int) -> None:
    with transaction.atomic():
        customer_records.lock([customer_id])
        ledger.give([Gift(customer_id=customer_id, points=points, origin=f"test:{clock.now()}", reason="", actor="")])


def somebody(role: str, *station_ids: int) -> Actor:
    """A member of staff with a role, bound to stations if some are given."""
    return Actor(
        kind="staff",
        id=7,
        name=f"{role}-7",
        permissions=rights.permissions_of([role]),
        stations=frozenset(station_ids) or None,
    )


def rewards_prove() -> None:
    """Every proof of points, stock, pieces and coupons, as the books stand in this transaction."""
    for check in proofs.CHECKS:
        if "reward" in check.name or "redemption" in check.name or check.name in {"points balances", "lots and debts"}:
            assert sql.rows(check.statement) == [], check.name


def pieces(code: str, station_id: int = 0) -> int:
    found = sql.rows(
        "SELECT stock.pieces FROM rewards_stock AS stock JOIN rewards_reward AS reward ON reward.id = stock.reward_id "
        "WHERE reward.code = %(code)s AND stock.station_id = %(station_id)s",
        {"code": code, "station_id": station_id},
    )
    return int(found[0][0]) if found else 0
