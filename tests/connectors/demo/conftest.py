from dataclasses import dataclass
from datetime import datetime

import pytest

from forecourt.connectors.demo.chain import make_chain
from forecourt.connectors.demo.people import People
from forecourt.connectors.demo.trade import Sold, Trade
from forecourt.connectors.demo.values import CHINA, Chain, Member, Sizes, Span

UNTIL = datetime(2026, 11, 18, 14, 30, tzinfo=CHINA)
SIZES = Sizes(stations=8, customers=600, days=260, seed=7)


@dataclass
class Demo:
    """A demonstration with all its sales, as small ones can be held."""

    sizes: Sizes
    span: Span
    chain: Chain
    members: list[Member]
    trade: Trade
    sold: list[Sold]


def make(sizes: Sizes, until: datetime = UNTIL) -> Demo:
    span = Span.ending(until, sizes.days)
    chain = make_chain(sizes, span)
    people = People(sizes, span, chain)
    trade = Trade(sizes, span, chain, people)
    sold = [one for _, day in trade.days() for one in day]
    return Demo(sizes, span, chain, people.members, trade, sold)


@pytest.fixture(scope="session")
def demo() -> Demo:
    return make(SIZES)
