"""All that stands between a sale and an offer, for who asks. Rating stops at the first thing: it needs no more.

Long after the sale not all facts are known any more; then all that is certain is told.
"""

from typing import NamedTuple

from forecourt.offers.rules.conditions import All, Any, AnyCondition, Not
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.speaking import Miss


def failed(condition: AnyCondition, facts: Facts) -> list[Miss]:
    """What is missing of every part that must hold and does not, in the order of the conditions; empty where all hold."""
    return surely_failed(condition, facts).missing


class NotKnown(Exception):
    """Raised by facts of which a condition asks something that nobody can know any more."""


class Certain(NamedTuple):
    """What is missing for certain, and the parts that must hold of which it is not known whether they did."""

    missing: list[Miss]
    open: list[AnyCondition]


def surely_failed(condition: AnyCondition, facts: Facts) -> Certain:
    """As `failed`, from facts that may raise `NotKnown`."""
    certain = Certain([], [])
    for part in _parts(condition):
        try:
            miss = _tested(part, facts)
        except NotKnown:
            certain.open.append(part)
        else:
            if miss is not None:
                certain.missing.append(miss)
    return certain


def _parts(condition: AnyCondition) -> list[AnyCondition]:
    """What must hold, each by itself."""
    return [part for inner in condition.of for part in _parts(inner)] if isinstance(condition, All) else [condition]


def _tested(condition: AnyCondition, facts: Facts) -> Miss | None:
    """What a condition tells. What is not known matters only where it could turn the answer."""
    if isinstance(condition, Not):
        return None if _tested(condition.of, facts) is not None else condition.missed()
    if not isinstance(condition, All | Any):
        return condition.test(facts)
    settles = isinstance(condition, Any)
    unknown: NotKnown | None = None
    first: Miss | None = None
    for part in condition.of:
        try:
            miss = _tested(part, facts)
        except NotKnown as not_known:
            unknown = not_known
            continue
        if (miss is None) is settles:
            return miss
        first = first or miss
    if unknown is not None:
        raise unknown
    return first
