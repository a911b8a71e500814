"""What is known of a condition before anything is bought: whether it will hold, never, another time, or as the sale will be.

"All", "any" and "not" are worked out as in logic of three values, where what the sale decides is neither true nor false; of
what is false it is kept besides whether it may turn another time.
"""

from collections.abc import Collection, Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from forecourt.offers.rules.conditions import All, Any, AnyCondition, CouponUsed, Not
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.speaking import Miss
from forecourt.offers.rules.terms import Turns


class Outlook(IntEnum):
    """What a sale there and then will find. NO and LATER: it does not hold, whatever is bought; of these LATER may turn.
    OPEN: the sale decides. YES: it holds, whatever is bought.

    Of several that must all hold the least counts, of several of which one must the greatest.
    """

    NO = 0
    LATER = 1
    OPEN = 2
    YES = 3


class Foresight(NamedTuple):
    """How it looks, and of what is for LATER, what is missing for now."""

    outlook: Outlook
    missing: tuple[Miss, ...] = ()


_NO: Final = Foresight(Outlook.NO)
_OPEN: Final = Foresight(Outlook.OPEN)
_YES: Final = Foresight(Outlook.YES)


def foreseen(condition: AnyCondition, facts: Facts, automatic: Collection[str] = ()) -> Foresight:
    """How a condition looks to somebody who bought nothing yet.

    The coupons of `facts` are those they hold and could use: they may keep them, but those of the templates in `automatic`
    are used without being shown. Coupons they do not hold count as missing, though somebody may yet give them one.
    """
    return _foreseen(condition, facts, automatic, is_so=True)


def coupons_taken(condition: AnyCondition) -> Iterator[str]:
    """Templates of which a condition may use up a coupon: what must not be used is not taken."""
    if isinstance(condition, CouponUsed):
        yield condition.template
    elif isinstance(condition, All | Any):
        for part in condition.of:
            yield from coupons_taken(part)


def _foreseen(condition: AnyCondition, facts: Facts, automatic: Collection[str], *, is_so: bool) -> Foresight:
    """How it looks that the condition holds, or that it does not. Not all of several is any of them not."""
    match condition:
        case Not():
            return _foreseen(condition.of, facts, automatic, is_so=not is_so)
        case All() | Any():
            parts = [_foreseen(part, facts, automatic, is_so=is_so) for part in condition.of]
            return _every(parts) if isinstance(condition, All) is is_so else _one_of(parts)
        case CouponUsed():
            return _of_coupon(condition, facts, automatic, is_so=is_so)
    turns = condition.turns(facts)
    if turns is Turns.SALE:
        return _OPEN
    miss = condition.test(facts)
    if (miss is None) is is_so:
        return _YES
    if miss is None:
        return Foresight(Outlook.LATER, (Not(of=condition).missed(),)) if turns is Turns.TIME else _NO
    return Foresight(Outlook.LATER, (miss,)) if turns in (Turns.TIME, Turns.TIER) else _NO


def _of_coupon(condition: CouponUsed, facts: Facts, automatic: Collection[str], *, is_so: bool) -> Foresight:
    """Who holds a coupon uses it or not, as they like; who does not may come by one."""
    miss = condition.test(facts)
    if miss is not None:
        return Foresight(Outlook.LATER, (miss,)) if is_so else _YES
    if condition.template not in automatic:
        return _OPEN
    return _YES if is_so else Foresight(Outlook.LATER, (Not(of=condition).missed(),))


def _every(parts: list[Foresight]) -> Foresight:
    """All must hold: of those for later everything is missing."""
    outlook = min([part.outlook for part in parts], default=Outlook.YES)
    if outlook is not Outlook.LATER:
        return Foresight(outlook)
    return Foresight(outlook, tuple([miss for part in parts for miss in part.missing]))


def _one_of(parts: list[Foresight]) -> Foresight:
    """One must hold: of those for later the first is told, as where a sale misses them."""
    return max(parts, key=lambda part: part.outlook, default=_NO)
