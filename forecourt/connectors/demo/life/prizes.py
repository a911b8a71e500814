"""Rewards: the catalogue with its stock, and redemptions that were collected, wait, were taken back or ran out."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from forecourt.connectors.demo.life.data import read
from forecourt.connectors.demo.life.tickets import Tickets
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.values import Member
from forecourt.kernel import clock
from forecourt.kernel.problems import Conflict
from forecourt.rewards import services
from forecourt.rewards.values import IdentifiedBy, Redemption, Reward, StockKind

_FIRST_DAYS_AGO: Final = 290
_BY: Final = (IdentifiedBy.APP, IdentifiedBy.WECHAT, IdentifiedBy.CARD)
_COLLECTED, _TAKEN_BACK = 0.68, 0.76
_ENOUGH: Final = 260
"""Points with which somebody looks at the catalogue."""
_PIECES: Final = {StockKind.COMMON: 150, StockKind.STATIONS: 24}
_DRAFTS: Final = frozenset({"newyear-box"})
_DEARER: Final = "water"
_ENDED: Final = {"charger": 40}


class Rewards:
    """What points buy in a world."""

    def __init__(self, world: World, tickets: Tickets) -> None:
        self._world, self._tickets = world, tickets
        self._random = world.dice("rewards")
        self._rewards: dict[str, Reward] = {}
        for entry in read("rewards"):
            reward = msgspec.convert(entry, Reward, strict=False)
            self._plan_reward(reward)
        world.plan(world.ago(1, 10, 20), self._raise_price)
        for days in range(_FIRST_DAYS_AGO, 0, -6):
            for hour in (12, 18):
                world.plan(world.ago(days, hour, 10), self._redeem_some)
        for days in (9, 6, 5, 4, 3, 2, 1):
            world.plan(world.ago(days, 19, 30), self._redeem_some)

    def _plan_reward(self, reward: Reward) -> None:
        world = self._world
        if reward.code in _DRAFTS:
            world.plan(world.ago(4, 16), lambda: services.make_reward(world.office.marketer, reward))
            return
        world.plan(world.ago(_FIRST_DAYS_AGO + 8, 9), lambda: self._open(reward))
        if reward.code in _ENDED:
            days = _ENDED[reward.code]
            world.plan(world.ago(days, 18), lambda: self._close(reward.code))

    def _open(self, reward: Reward) -> None:
        world = self._world
        services.make_reward(world.office.marketer, reward)
        services.submit_reward(world.office.marketer, reward.code, "首批积分礼品上架")
        services.approve_reward(world.office.director, reward.code)
        self._rewards[reward.code] = reward
        world.done["rewards"] += 1
        if reward.stock is StockKind.COMMON:
            services.add_stock(world.office.marketer, reward.code, _PIECES[reward.stock], "首批到货")
            world.plan(clock.now() + timedelta(days=140), lambda: self._recount(reward.code))
        elif reward.stock is StockKind.STATIONS:
            for site in world.chain.sites[: _PIECES[StockKind.COMMON]]:
                manager = world.office.manager(site.new.code)
                services.add_stock(manager, reward.code, _PIECES[reward.stock], "首批到货", site.new.code)

    def _raise_price(self) -> None:
        """What the supplier asks more for is to take more points: handed in, it waits for head office."""
        if _DEARER in self._rewards:
            reward = self._rewards[_DEARER]
            dearer = msgspec.structs.replace(reward, points=reward.points + 60, cost=reward.cost + Decimal("0.30"))
            services.change_reward(self._world.office.marketer, _DEARER, dearer)
            services.submit_reward(self._world.office.marketer, _DEARER, "供应商调价，积分随成本上调")

    def _recount(self, code: str) -> None:
        """What is really on the shelf."""
        if code in self._rewards:
            services.add_stock(self._world.office.marketer, code, 30, "补货")

    def _close(self, code: str) -> None:
        services.end_reward(self._world.office.marketer, code, "供应商停产")
        self._rewards.pop(code)

    def _redeem_some(self) -> None:
        """A few at the counter, mostly such as have saved for a while, each what their points are enough for."""
        points = self._world.purse.points
        able = [one for one in self._world.some(self._random, 40) if points.get(one.id, 0) > _ENOUGH]
        able.sort(key=lambda one: -points[one.id])
        for member in self._random.sample(able[:12], min(len(able), self._random.randint(1, 4))):
            self._redeem(member)

    def _redeem(self, member: Member) -> None:
        world, random = self._world, self._random
        points = world.purse.points[member.id]
        wanted = [one for one in self._rewards.values() if one.points <= points and not one.tiers]
        if not wanted:
            return
        reward = random.choices(wanted, [one.points for one in wanted])[0]
        station = world.chain.sites[member.home].new.code
        try:
            found = services.redeem_reward(
                world.office.cashier(station), member.id, reward.code, station, identified_by=random.choice(_BY)
            )
        except (
            Conflict
        ):  # no piece left, as many as allowed this month, points spent elsewhere: it happens at counters too
            world.done["redemptions_refused"] += 1
            return
        world.done["redemptions"] += 1
        world.purse.points[member.id] = points - reward.points
        if found.coupon:
            self._tickets.look_for_new(reward.template)
        else:
            self._plan_end(found, station)

    def _plan_end(self, found: Redemption, station: str) -> None:
        """Most come for it within days, some bring it back, some never come."""
        world, draw = self._world, self._random.random()
        at = clock.now() + timedelta(days=1 + 6 * self._random.random())
        if draw < _COLLECTED:
            world.plan(at, lambda: services.collect_redemption(world.office.cashier(station), found.code, station))
        elif draw < _TAKEN_BACK:
            why = self._random.choice(("顾客改主意", "误操作", "颜色不合适"))
            world.plan(at, lambda: services.cancel_redemption(world.office.manager(station), found.id, why))


def end_what_was_not_collected(world: World) -> Any:
    return services.expire_redemptions(world.system, world.today)
