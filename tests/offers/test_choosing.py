"""Choosing among offers: cases that a law alone does not tell. No database."""

import sys
from datetime import UTC, datetime
from decimal import Decimal

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.candidates import Candidate, Cap, caps_of
from forecourt.offers.rules.choosing import choose
from forecourt.offers.rules.effects import Amount, PerUnit
from forecourt.offers.rules.language import Offer, Policy
from forecourt.offers.rules.matching import EVER, NEVER, Live
from forecourt.offers.rules.searching import SEARCH
from tests.offers.worlds import PETROL_95, WATER, line, sale_of

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def candidate(code, facts, effect, **fields) -> Candidate:
    offer = Offer(code=code, name=code, then=(effect,), **fields)
    gain = effect.gain(facts)
    assert gain is not None
    return Candidate(Live(hash(code), 1, offer, NEVER, EVER), gain, facts, 2, ZERO)


def test_an_offer_of_higher_priority_keeps_its_money_whatever_comes_after_it():
    facts = sale_of(line(WATER, Decimal(2))).facts()
    caps = [Cap(Decimal(4), Decimal(4))]
    first = candidate("FIRST", facts, Amount(off=Decimal(3)), priority=5)
    later = candidate("LATER", facts, Amount(off=Decimal(4)), floor=False)
    applied, lost = choose([later, first], caps, Policy(), 2)
    assert [(item.live.code, item.money) for item in applied] == [("FIRST", Decimal(3)), ("LATER", Decimal(1))]
    assert lost == []


def test_offers_that_keep_the_floor_stop_there_and_others_do_not():
    facts = sale_of(line(PETROL_95, Decimal(10), Decimal(8))).facts()
    caps = caps_of(facts, Policy(), lambda _product: Decimal(7), 2)
    careful = candidate("CAREFUL", facts, PerUnit(off=Decimal("0.8")))
    bold = candidate("BOLD", facts, PerUnit(off=Decimal("0.4")), floor=False)
    applied, _lost = choose([careful, bold], caps, Policy(), 2)
    assert {item.live.code: item.money for item in applied} == {"BOLD": Decimal(4), "CAREFUL": Decimal(6)}


def test_an_offer_that_adds_nothing_does_not_stand_in_the_way_of_others():
    facts = sale_of(line(PETROL_95, Decimal(10), Decimal(8))).facts()
    caps = [Cap(Decimal(80), Decimal(10))]
    found = [
        candidate("BOLD", facts, Amount(off=Decimal(14)), priority=5, floor=False),
        candidate("CAREFUL", facts, Amount(off=Decimal(20)), priority=5, group="g"),
        candidate("LATER", facts, Amount(off=Decimal(3)), floor=False, group="g"),
    ]
    applied, lost = choose(found, caps, Policy(), 2)
    assert {item.live.code: item.money for item in applied} == {"BOLD": Decimal(14), "LATER": Decimal(3)}
    assert [item.live.code for item in lost] == ["CAREFUL"]


def test_many_offers_that_hold_one_another_down_are_chosen_from_with_little_work():
    facts = sale_of(line(PETROL_95, Decimal(50), Decimal(8)), line(WATER, Decimal(3))).facts()
    caps = caps_of(facts, Policy(), lambda _product: Decimal("7.4"), 2)
    found = [
        candidate(f"O{number}", facts, PerUnit(off=Decimal(number + 7) / 100), group=f"g{number % 17}")
        for number in range(30)
    ]
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        applied, _lost = choose(found, caps, Policy(), 2)
    finally:
        sys.setprofile(before)
    assert calls < SEARCH
    assert sum([item.money for item in applied], ZERO) == Decimal(30)
