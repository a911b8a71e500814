"""Who was one with whom when past sales were recorded: nothing moves when customers merge, nor when they part again."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from forecourt.customers import queries as customers
from forecourt.kernel import sql

ALIASES: Final = "SELECT id, merged_into_id FROM customers_customer WHERE merged_into_id IS NOT NULL ORDER BY id"


class Families:
    """Everybody who was ever merged, with whom, and when. They stay in one share, whether they are one now or not."""

    def __init__(self, related: Iterable[tuple[int, int]] = ()) -> None:
        """`related` are others who must stay in one share."""
        self._into: defaultdict[int, list[tuple[datetime, int | None]]] = defaultdict(list)
        self._survivors: dict[int, int] = dict(sql.rows(ALIASES))
        self._roots: dict[int, int] = {}
        for one, other in (*self._survivors.items(), *related):
            self._relate(one, other)
        for step in customers.merge_steps():
            for one in step.ids:
                self._into[one].append((step.at, step.into))
                self._relate(one, step.into if step.into is not None else one)
        self._relatives: defaultdict[int, set[int]] = defaultdict(set)
        for one in list(self._roots):
            self._relatives[self._root(one)].add(one)

    def _root(self, one: int) -> int:
        """One of its relatives, the same for all of them."""
        while (above := self._roots.setdefault(one, one)) != one:
            one = above
        return one

    def _relate(self, one: int, other: int) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        self._roots[second] = first

    @property
    def parameters(self) -> dict[str, list[int]]:
        """Those who have relatives, whose aliases they are now (their own), and by whom shares are made, for a statement."""
        ids = sorted(self._roots)
        return {
            "aliases": ids,
            "survivors": [self._survivors.get(one, one) for one in ids],
            "roots": [self._root(one) for one in ids],
        }

    def relatives(self, customer_ids: Collection[int]) -> set[int]:
        """Everybody who was ever one with some of these, themselves among them where there is anybody."""
        return set().union(*[self._relatives[self._root(one)] for one in customer_ids if one in self._roots])

    def kin(self, customer_id: int, at: datetime) -> tuple[int, ...]:
        """Who were aliases of this customer at that moment."""
        others = self._relatives[self._root(customer_id)] - {customer_id}
        return tuple(sorted([one for one in others if self._alias_of(one, at) == customer_id]))

    def _alias_of(self, one: int, at: datetime) -> int | None:
        """Whose alias a customer was at that moment. One without a merge that is told always was what it is."""
        steps = self._into.get(one)
        if steps is None:
            return self._survivors.get(one)
        place = bisect_right(steps, at, key=lambda step: step[0])
        return steps[place - 1][1] if place else None
