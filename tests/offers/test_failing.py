"""What is told of offers that a sale missed, with all facts and with those that are still known later. No database."""

from hypothesis import given, settings

from forecourt.offers.rules.conditions import All, Any, AtStation, HasTag, InRegion, Not, NthVisit, Volume
from forecourt.offers.rules.facts import Place
from forecourt.offers.rules.failing import NotKnown, failed, surely_failed
from tests.offers.worlds import PETROL_92, any_conditions, line, member, sale_of, sales


class Elsewhen(Place):
    """A place of which the region and the legal entity are not known any more."""

    @property
    def regions(self):
        raise NotKnown

    @property
    def payee(self):
        raise NotKnown


def later(sale):
    """The facts of a sale as they are known later: who bought, and where in the country, is forgotten."""
    facts = sale._replace(place=Elsewhen(*sale.place)).facts()
    facts.person = sale.person and Forgotten(sale.person.tier, sale.person.reached)
    return facts


class Forgotten:
    """A member of whom the tier is known."""

    def __init__(self, tier, reached):
        self.tier = tier
        self.reached = reached

    def __getattr__(self, name):
        raise NotKnown


def holding(condition):
    return condition.of if isinstance(condition, All) else (condition,)


@settings(max_examples=400, deadline=None)
@given(sales(), any_conditions)
def test_what_is_told_later_is_true_and_what_is_not_known_is_left_open(sale, condition):
    facts, known = sale.facts(), later(sale)
    for part in holding(condition):
        missing, open_parts = surely_failed(part, known)
        if missing:
            assert part.test(facts) is not None
        elif not open_parts:
            assert part.test(facts) is None
    assert surely_failed(condition, facts).open == []
    assert bool(failed(condition, facts)) == (condition.test(facts) is not None)


def test_what_is_not_known_matters_only_where_it_could_turn_the_answer():
    sale = sale_of(line(PETROL_92, 20), person=member(), at=None)
    here, north, fill = AtStation(of={"S001"}), InRegion(of={"North"}), Volume(at_least=40)

    def told(condition):
        missing, open_parts = surely_failed(condition, later(sale))
        return [miss.condition for miss in missing], open_parts

    assert told(All(of=(fill, north, here))) == (["volume"], [north])
    assert told(Any(of=(north, here))) == ([], [])
    assert told(Not(of=Any(of=(north, here)))) == (["not"], [])
    assert told(All(of=(Any(of=(north, fill)),))) == ([], [Any(of=(north, fill))])
    assert told(Any(of=(All(of=(north, fill)), fill))) == (["volume"], [])
    assert told(All(of=(NthVisit(number=3), HasTag(of={"vip"})))) == ([], [NthVisit(number=3), HasTag(of={"vip"})])
