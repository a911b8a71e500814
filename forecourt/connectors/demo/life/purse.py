"""What members carry to the till: their coupons, and which tier and how many points the last receipt told."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple


class Held(NamedTuple):
    """A coupon as its holder knows it; good on days from the one to the other, both included."""

    template: str
    code: str
    since: date
    until: date | None


class Purse:
    """Coupons and points by customer, from receipts and from what was given elsewhere."""

    def __init__(self) -> None:
        self._coupons: dict[int, list[Held]] = {}
        self.points: dict[int, int] = {}
        self.tiers: dict[int, str] = {}

    def put(self, customer_id: int, coupon: Held) -> None:
        self._coupons.setdefault(customer_id, []).append(coupon)

    def fitting(self, customer_id: int, day: date, suits: Callable[[Held], bool]) -> Held | None:
        """The first coupon that is good on that day and suits; what has run out is thrown away."""
        held = self._coupons.get(customer_id)
        if not held:
            return None
        left = [one for one in held if one.until is None or one.until >= day]
        if len(left) < len(held):
            self._coupons[customer_id] = left
        return next((one for one in left if one.since <= day and suits(one)), None)

    def holds(self, customer_id: int, template: str) -> bool:
        return any(one.template == template for one in self._coupons.get(customer_id, ()))

    def take(self, customer_id: int, codes: Iterable[str]) -> None:
        """Used, or made void: gone from the purse."""
        gone = set(codes)
        if customer_id in self._coupons:
            self._coupons[customer_id] = [one for one in self._coupons[customer_id] if one.code not in gone]
