"""Sets for a price: which pieces make them. Compared with every way of making them. No database."""

from decimal import Decimal
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.effects import Bundle, Part
from forecourt.offers.rules.facts import Products
from tests.offers.worlds import COFFEE, WASH, WATER, line, sale_of

D = Decimal
CODES = ("WATER", "COFFEE", "WASH")


def these(*codes: str) -> Products:
    return Products(products=frozenset(codes))


def saved_by(bundle: Bundle, *bought) -> Decimal:
    gain = bundle.gain(sale_of(*bought).facts())
    return round(sum(gain.off.values(), ZERO), 9) if gain else ZERO


CHAIN = Bundle(
    parts=(Part(of=these("WATER", "COFFEE")), Part(of=these("COFFEE", "WASH")), Part(of=these("WASH"))), price=D(1)
)


@pytest.mark.parametrize("prices", list(permutations([D(2), D(3), D(4)])))
def test_a_set_is_found_whatever_its_products_cost(prices):
    bought = [line(sold, D(1), price) for sold, price in zip((WATER, COFFEE, WASH), prices, strict=True)]
    assert saved_by(CHAIN, *bought) == D(8)


def test_a_dear_piece_is_kept_for_the_next_set_where_two_sets_save_more():
    bundle = Bundle(parts=(Part(of=these("COFFEE")), Part(of=these("COFFEE", "WATER"))), price=D(9))
    bought = (line(COFFEE, D(2), D(10)), line(WATER, D(2), D(5)))
    assert saved_by(bundle, *bought) == D(12)
    assert saved_by(Bundle(parts=bundle.parts, price=D(12)), *bought) == D(8)


def test_many_sets_at_once():
    bundle = Bundle(parts=(Part(of=these("COFFEE"), count=2), Part(of=these("WATER"))), price=D(20))
    assert saved_by(bundle, line(COFFEE, D(200_001)), line(WATER, D(100_000))) == D(700_000)


parts = st.lists(
    st.builds(
        Part,
        of=st.lists(st.sampled_from(CODES), min_size=1, max_size=3).map(lambda codes: these(*codes)),
        count=st.integers(1, 2),
    ),
    min_size=1,
    max_size=3,
)
pieces = st.lists(st.sampled_from((WATER, COFFEE, WASH)), min_size=1, max_size=6)
prices = st.tuples(*[st.integers(1, 20).map(D)] * 3)


@settings(max_examples=200, deadline=None)
@given(parts, pieces, prices, st.integers(1, 40).map(D), st.sampled_from([None, 1, 2]))
def test_no_way_of_making_sets_saves_more(parts, pieces, prices, price, times):
    cost = dict(zip(CODES, prices, strict=True))
    found = saved_by(
        Bundle(parts=tuple(parts), price=price, times=times), *[line(sold, D(1), cost[sold.code]) for sold in pieces]
    )
    assert found == most_saved(parts, sorted(sold.code for sold in pieces), cost, price, times)


def most_saved(parts, pieces, cost, price, times) -> Decimal:
    """Every choice of pieces, in every order, for every number of sets."""
    places = [part.of.products for part in parts for _ in range(part.count)]
    best = ZERO
    for sets in range(1, min(times or 9, len(pieces) // len(places)) + 1):
        for chosen in {tuple(sorted(subset)) for subset in combinations(pieces, len(places) * sets)}:
            if can_fill(places * sets, list(chosen)):
                best = max(best, sum([cost[code] for code in chosen], ZERO) - price * sets)
    return best


def can_fill(places, pieces) -> bool:
    if not places:
        return True
    first, *others = places
    return any(can_fill(others, [*pieces[:at], *pieces[at + 1 :]]) for at, code in enumerate(pieces) if code in first)
