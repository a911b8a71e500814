"""The world that deeds are done in: its days, its people, what is planned, and what came of it."""

from bisect import insort
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any, Final

from forecourt.connectors.demo.life.lanes import Lanes
from forecourt.connectors.demo.life.office import Office
from forecourt.connectors.demo.life.purse import Purse
from forecourt.connectors.demo.values import CHINA, Chain, Member, Sizes, Span, dice
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor

LIVELY: Final = timedelta(days=1)
"""What ended sooner after the first day was not worth beginning."""


_REMEMBERED: Final = 600


@dataclass(order=True, slots=True)
class Deed:
    """Something to be done at a moment; of two for the same one that which was planned first."""

    at: datetime
    number: int
    do: Callable[[], object] = field(compare=False)


class World:
    """A demonstration while it lives. `system` posts, `office` decides, `done` counts what was done, by word."""

    def __init__(
        self,
        system: Actor,
        sizes: Sizes,
        span: Span,
        chain: Chain,
        members: Sequence[Member],
        office: Office,
        lanes: Lanes | None = None,
    ) -> None:
        self.system, self.office = system, office
        self.lanes = lanes or Lanes(system)
        self.sizes, self.span, self.chain, self.members = sizes, span, chain, members
        self.purse = Purse()
        self.done: Counter[str] = Counter()
        self.found: dict[str, Any] = {}
        """What an earlier deed made and a later one needs, by a word of the subject's own."""
        self.recent: deque[int] = deque(maxlen=_REMEMBERED)
        """People who bought lately, the latest last."""
        self._diary: list[Deed] = []
        self._numbers = count()
        self._regulars: tuple[int, list[Member]] = (-1, [])

    def plan(self, at: datetime, do: Callable[[], object]) -> None:
        """Do this then. What lies before the first day is done as it begins; what lies ahead of the present is not."""
        if at <= self.span.until:
            insort(self._diary, Deed(max(at, self.span.moment(0)), next(self._numbers), do))

    def live_until(self, moment: datetime) -> None:
        """Do all that is due, each at its moment; deeds may plan others."""
        while self._diary and self._diary[0].at <= moment:
            deed = self._diary.pop(0)
            with clock.as_of(deed.at):
                deed.do()

    def ago(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """A moment so many days before the last day (after it, below zero), by China's clocks."""
        return datetime.combine(self.span.day(self.span.days - 1 - days), time(hour, minute), tzinfo=CHINA)

    def month(self, back: int, day: int = 1, hour: int = 0) -> datetime:
        """A moment on a day of the month so many months before that of the last day (after it, below zero)."""
        last = self.span.until.date()
        months = last.year * 12 + last.month - 1 - back
        return datetime(months // 12, months % 12 + 1, day, hour, tzinfo=CHINA)

    def is_worth(self, ends: datetime) -> bool:
        """Whether something that ended then was still going on when the demonstration began."""
        return ends > self.span.moment(0) + LIVELY

    @property
    def today(self) -> date:
        """The company's day at this moment."""
        return clock.now().astimezone(CHINA).date()

    def dice(self, purpose: str) -> Random:
        return dice(self.sizes.seed, f"life {purpose}")

    def some(self, random: Random, most: int, share: int = 12) -> list[Member]:
        """Some people who came lately and often enough to be known at the counter: at most so many, of small chains fewer.

        Who they are follows from the seed; the same may be chosen for several things, as regulars are.
        """
        regulars = self._regulars_on((self.today - self.span.first).days)
        return random.sample(regulars, min(most, max(2, len(self.members) // share), len(regulars)))

    def _regulars_on(self, day: int) -> list[Member]:
        """Kept for the day: deeds ask for one of them at a time, many times a day."""
        if self._regulars[0] != day:
            found = [
                one
                for one in self.members
                if one.id
                and one.double_of is None
                and one.joined_day < day - 20
                and one.kind == "person"
                and (one.life.turn is None or one.life.turn > day)
            ]
            self._regulars = (day, found)
        return self._regulars[1]
