"""Coupons: their kinds with the offers that give them their effect, batches, those given by hand, void, claimed, used up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from forecourt.connectors.demo.life import offering
from forecourt.connectors.demo.life.data import read
from forecourt.connectors.demo.life.purse import Held
from forecourt.connectors.demo.life.world import World
from forecourt.coupons import queries, services
from forecourt.coupons.values import Coupon, Template
from forecourt.kernel import clock
from forecourt.offers.rules import language

_PAGE: Final = 500
_PRINTED: Final = 300
_FROM_BATCH: Final = 60
_LAPSED: Final = 200
_LOOKS_AT_WANTED, _LOOKS_AT_OTHERS = 0.85, 0.35
"""Of the coupons that are thought of, and of those that are not, the part that is ever looked at."""
_SEEN_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Want:
    """What a sale needs for a coupon to be shown: fuel or shop for so many yuan, a wash, a product. `rate`: how many are
    ever thought of, from 0 to 1.
    """

    fuel: int = 0
    shop: int = 0
    wash: str = ""
    product: str = ""
    rate: float = 1.0


class Tickets:
    """The coupons of a world: gives them, and puts into purses those that their holders will think of."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.dice("tickets")
        self._eyes = world.dice("eyes")
        self._seen: dict[str, UUID | None] = {}
        self._unseen: dict[str, None] = {}
        """Codes of coupons that their holders will look at, in the order they came."""
        self.wants: dict[str, Want] = {}
        self.generic: dict[str, str] = {}
        for entry in read("coupons"):
            self._plan_template(entry)
        self._plan_handing_out()

    def _plan_template(self, entry: dict[str, Any]) -> None:
        template = msgspec.convert(entry["template"], Template)
        self.wants[template.code] = Want(rate=entry.get("rate", 1.0), **entry.get("wants", {}))

        def make() -> None:
            services.create_template(self._world.office.director, template)
            self._world.done["coupon_templates"] += 1
            if template.generic_code:
                self.generic[template.code] = template.generic_code
            if "offer" in entry:
                offering.propose(self._world, language.convert(_effect(template, entry["offer"])), "券的使用规则")

        self._world.plan(self._world.ago(entry.get("from", 10_000), 9), make)

    def _plan_handing_out(self) -> None:
        world = self._world
        world.plan(world.ago(100, 10), self._print_batch)
        for days in (230, 140, 50):
            world.plan(world.ago(days, 15), self._win_back)
        for days in range(240, 0, -12):
            world.plan(world.ago(days, 16, 20), self._say_sorry)
        world.plan(world.ago(118, 11), lambda: self._hand_umbrellas(world.ago(112, 17)))
        world.plan(world.ago(26, 11), lambda: self._hand_umbrellas(world.ago(20, 17)))
        world.plan(world.ago(24, 11), lambda: self._give("FUEL-10", [one.id for one in self._some(40)], "国庆后回访"))
        world.plan(world.ago(18, 17), self._void_some)

    def _some(self, most: int) -> list[Any]:
        return self._world.some(self._random, most)

    def _print_batch(self) -> None:
        """Bearer coupons for a leaflet; some who got one claim it at the counter."""
        world = self._world
        batch = services.create_batch(world.office.marketer, "SHOP-5", "梅林社区地推传单", _PRINTED)
        while services.extend_batch(world.system, batch):
            pass
        world.done["coupons_printed"] += _PRINTED
        codes = [one.code for one in queries.batch_codes(batch, most=_FROM_BATCH)]
        for number, member in enumerate(self._some(_FROM_BATCH)):
            at = clock.now() + timedelta(days=number % 20, minutes=7 * number)
            world.plan(at, lambda code=codes[number], member=member: self._claim(code, member.id))  # type: ignore[misc]

    def _claim(self, code: str, customer_id: int) -> None:
        coupon = services.claim_coupon(self._world.office.agent, code, customer_id)
        self._remember(coupon)

    def _win_back(self) -> None:
        """Those who stayed away for two months get one, whether it helps or not."""
        world = self._world
        day = (world.today - world.span.first).days
        away = [
            one.id
            for one in world.members
            if one.id and one.double_of is None and one.life.turn is not None and one.life.turn < day - 60
        ]
        back = [
            one.id
            for one in world.members
            if one.id and one.double_of is None and one.life.back is not None and day - 40 < one.life.back < day + 40
        ]
        chosen = list(dict.fromkeys([*back, *self._random.sample(away, min(len(away), _LAPSED))]))[:_LAPSED]
        if chosen:
            self._give("BACK-30", chosen, "60天未到店唤回")

    def _say_sorry(self) -> None:
        (member,) = self._some(1)[:1]
        self._give("SORRY-20", [member.id], "投诉处理：排队时间过长", by_agent=True)

    def _hand_umbrellas(self, until: Any) -> None:
        world = self._world
        made = self._give("UMBRELLA", [one.id for one in self._some(24)], "雨季关怀")
        for number, coupon in enumerate(made[::2]):
            station = world.chain.sites[number % len(world.chain.sites)].new.code
            at = clock.now() + (until - clock.now()) * (number + 1) / (len(made) + 1)
            world.plan(at, lambda code=coupon.code, station=station: self._hand_over(code, station))  # type: ignore[misc]

    def _hand_over(self, code: str, station: str) -> None:
        services.redeem_coupon(self._world.office.cashier(station), code, station)
        self._unseen.pop(code, None)
        self._world.done["coupons_used"] += 1

    def _void_some(self) -> None:
        """Two were given by mistake."""
        made = self._give("SORRY-20", [one.id for one in self._some(2)], "重复发放")
        services.void_coupons(self._world.office.agent, [one.id for one in made], "重复发放，作废")
        self._world.done["coupons_void"] += len(made)
        for one in made:
            self._world.purse.take(one.customer_id or 0, [one.code])

    def _give(self, template: str, customer_ids: Sequence[int], reason: str, *, by_agent: bool = False) -> list[Coupon]:
        office = self._world.office
        actor = office.agent if by_agent else office.marketer
        made = services.issue_coupons(actor, template, customer_ids, reason=reason)
        for coupon in made:
            self._remember(coupon)
        self._world.done["coupons_given"] += len(made)
        return made

    def _remember(self, coupon: Coupon) -> None:
        if coupon.customer_id is not None:
            held = Held(coupon.template, coupon.code, coupon.active_from, coupon.expires_on)
            self.put(coupon.customer_id, held)

    def put(self, customer_id: int, held: Held) -> None:
        """A coupon that somebody has: into the purse, if it is one of those that are thought of."""
        is_wanted = self._random.random() < self.wants[held.template].rate
        if is_wanted:
            self._world.purse.put(customer_id, held)
        if self._eyes.random() < (_LOOKS_AT_WANTED if is_wanted else _LOOKS_AT_OTHERS):
            self._unseen[held.code] = None

    def take(self, customer_id: int, codes: Sequence[str]) -> None:
        """Used: gone from the purse, and nothing to look at any more."""
        self._world.purse.take(customer_id, codes)
        for code in codes:
            self._unseen.pop(code, None)

    def look(self) -> None:
        """People open their phones and see what they were given."""
        waiting, self._unseen = list(self._unseen), {}
        for start in range(0, len(waiting), _SEEN_AT_ONCE):
            found = queries.for_sale(waiting[start : start + _SEEN_AT_ONCE], ())
            self._world.done["coupons_seen"] += services.mark_seen(self._world.system, [one.id for one in found])

    def look_for_new(self, template: str) -> None:
        """What occasions, tiers and games gave since the last look."""
        known = queries.templates([template])[template].id
        last, after, fresh = self._seen.get(template), None, []
        while page := queries.page(template_id=known, after=after, limit=_PAGE):
            new = [one for one in page if last is None or one.id > last]
            fresh += new
            if len(new) < len(page) or len(page) < _PAGE:
                break
            after = page[-1].id
        if fresh:
            self._seen[template] = fresh[0].id
        for view in reversed(fresh):
            if view.customer_id is not None and not view.origin.startswith(("sale:", "hand:")):
                self.put(view.customer_id, Held(template, view.code, view.active_from, view.expires_on))


def _effect(template: Template, entry: dict[str, Any]) -> dict[str, Any]:
    """The offer by which a coupon of this kind gives something."""
    when = [{"is": "coupon", "template": template.code}, *entry.get("when", [])]
    return {
        "code": f"use-{template.code}",
        "text": template.description,
        **entry,
        "when": {"is": "all", "of": when},
        "priority": 40,
    }
