"""All that stands between a sale and an offer, for who asks. Rating stops at the first thing: it needs no more."""

from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.speaking import Miss


def failed(condition: AnyCondition, facts: Facts) -> list[Miss]:
    """What is missing of every part that must hold and does not, in the order of the conditions; empty where all hold."""
    if isinstance(condition, All):
        return [miss for part in condition.of for miss in failed(part, facts)]
    miss = condition.test(facts)
    return [] if miss is None else [miss]
