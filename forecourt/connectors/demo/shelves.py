"""Prices of goods and services over time: offers of the month, and a few that rise for good."""

from bisect import bisect_right
from datetime import datetime
from typing import Final

from forecourt.connectors.demo.goods import GOODS, SERVICES
from forecourt.connectors.demo.values import Span, dice

_OFFERS_A_MONTH: Final = 8


class ShopPrices:
    """Prices in fen by day; `changes` are the moments with what changed, the first one naming every price."""

    def __init__(self, span: Span, seed: int) -> None:
        random = dice(seed, "shop prices")
        standing = {good.code: good.price for good in (*GOODS, *SERVICES)}
        self.changes: list[tuple[datetime, dict[str, int]]] = [(span.moment(0), dict(standing))]
        self._days = [0]
        self._prices = [dict(standing)]
        offered: dict[str, int] = {}
        for offset in range(1, span.days):
            if span.day(offset).day != 1:
                continue
            changed = {code: standing[code] for code in offered}
            risen = random.choice(GOODS).code
            standing[risen] = _tidy(round(standing[risen] * random.uniform(1.04, 1.10)))
            changed[risen] = standing[risen]
            offered = {
                good.code: _tidy(round(standing[good.code] * random.uniform(0.7, 0.85)))
                for good in random.sample(GOODS, _OFFERS_A_MONTH)
            }
            changed |= offered
            self.changes.append((span.moment(offset), changed))
            self._days.append(offset)
            self._prices.append(standing | offered)

    def on(self, offset: int) -> dict[str, int]:
        """Fen by product code on a day."""
        return self._prices[bisect_right(self._days, offset) - 1]


def _tidy(fen: int) -> int:
    """A price as shops write it: to ten fen, to half a yuan above ten yuan."""
    step = 10 if fen < 1000 else 50
    return max(step, round(fen / step) * step)
