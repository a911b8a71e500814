"""A recorded sale as offers saw it, as far as what was stored tells: to say long after all that stood in an offer's way.

What nobody can know any more (the visits and the marks of then, regions that may have another name by now) raises `NotKnown`.
An offer of which nothing else is known to have failed is told of as one that it is not known of.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from forecourt.catalogue.values import ProductFacts
from forecourt.customers.values import BuyerFacts, Usage
from forecourt.kernel.money import ZERO
from forecourt.offers.rules.conditions import CONDITIONS
from forecourt.offers.rules.facts import Facts, Held, Key, Person, Place, items_of
from forecourt.offers.rules.failing import NotKnown, surely_failed
from forecourt.offers.rules.language import Offer
from forecourt.offers.rules.matching import gain_of, lacking, walk, way_to
from forecourt.offers.rules.speaking import Miss
from forecourt.sales.values import NewTender, Reason, Verdict


class PastLine(NamedTuple):
    """A line as it was sold: its product as it was then, quantity, what it came to with all that was taken off already."""

    number: int
    product: ProductFacts | None
    quantity: Decimal
    unit_price: Decimal | None
    paid: Decimal


class Past(NamedTuple):
    """What is stored of a sale; `local` is the station's own time. Without a `customer_id` nobody was recognised; `reached`
    are the codes of the tiers up to the member's.
    """

    station: str
    local: datetime
    day: date
    pump: int | None
    lines: Sequence[PastLine]
    tenders: Sequence[NewTender]
    customer_id: int | None
    tier: str
    reached: frozenset[str]


def told_again(past: Past, reasons: Sequence[Reason], offers: Mapping[str, Offer]) -> tuple[Reason, ...]:
    """A stored explanation with every condition that certainly failed of each offer that was missed, and the offers beyond
    those that a receipt has room for.

    `offers` is what they said then, by code; all that were in force where the explanation counts more than it names. The
    explanation as it was stored where the two do not agree: then what is stored does not tell how it was.
    """
    facts = _facts(past, reasons)
    found: list[Reason] = []
    for reason in reasons:
        if reason.code == "offer.more":
            found += _more(reason, past, facts, _others(past, reasons, offers))
            continue
        found.append(reason)
        offer = offers.get(reason.rule)
        if offer is None or not reason.code.startswith("offer."):
            continue
        missing, open_parts = surely_failed(offer.when, facts)
        if reason.code != "offer.missed" or reason.values["is"] not in CONDITIONS:
            if missing:
                return tuple(reasons)
            continue
        values = [_values(miss) for miss in missing]
        tags = {str(condition.__struct_config__.tag) for part in open_parts for condition in walk(part)}
        if not any(_agrees(reason, one) for one in values) and not _may_tell(reason.values["is"], tags):
            return tuple(reasons)
        found += [
            Reason(code="offer.missed", verdict=Verdict.NOT_MET, rule=reason.rule, values=one)
            for one in values
            if not _agrees(reason, one)
        ]
    return tuple(found)


def _others(past: Past, reasons: Sequence[Reason], offers: Mapping[str, Offer]) -> list[Offer]:
    """Those in force that an explanation does not name, by code."""
    named = {reason.rule for reason in reasons if reason.code.startswith("offer.")}
    return [
        offer
        for code, offer in sorted(offers.items())
        if code not in named
        and (offer.starts is None or offer.starts <= past.local)
        and (offer.ends is None or past.local < offer.ends)
    ]


def _more(more: Reason, past: Past, facts: Facts, others: Sequence[Offer]) -> list[Reason]:
    """The offers that a receipt counted and did not name: those that the sale must have looked at, with those that it may
    have looked at where both come to what was counted. The rest stays a count, and so do all where fewer were counted.
    """
    keys = _keys(past, facts)
    surely: list[Offer] = []
    perhaps: list[Offer] = []
    for offer in others:
        way = way_to(offer)
        if way is None or not way.isdisjoint(keys):
            surely.append(offer)
        elif any(_is_open(key, facts) for key in way):
            perhaps.append(offer)
    count = int(more.values["count"])
    if len(surely) > count:
        return [more]
    looked = [*surely, *perhaps] if len(surely) + len(perhaps) == count else surely
    found = [reason for offer in looked for reason in _recalled(offer, facts)]
    if left := count - len(looked):
        found.append(replace(more, values={"count": str(left)}))
    return found


def _recalled(offer: Offer, facts: Facts) -> list[Reason]:
    """All that certainly stood in the way of an offer, else that it is not known any more."""
    missing, open_parts = surely_failed(offer.when, facts)
    if not missing:
        gives_nothing = not open_parts and gain_of(offer, facts) is None
        missing = [lacking(offer, facts) if gives_nothing else _UNKNOWN]
    return [
        Reason(code="offer.missed", verdict=Verdict.NOT_MET, rule=offer.code, values=_values(miss)) for miss in missing
    ]


_UNKNOWN: Final = Miss("unknown")
_OPEN_PLACES: Final = frozenset({"region", "payee"})
_OPEN_PEOPLE: Final = frozenset({"segment", "tag", "coupon", "holder"})


def _keys(past: Past, facts: Facts) -> set[Key]:
    """What the sale certainly could find offers by."""
    stranger = Facts(
        facts.items,
        Place(past.station, (), past.pump, past.local, past.day),
        tenders=facts.tenders,
        coupons=dict(facts.coupons),
    )
    keys = stranger.keys()
    if past.customer_id is not None:
        keys.add(("member", ""))
        keys.add(("tier", past.tier))
    return keys


def _is_open(key: Key, facts: Facts) -> bool:
    """Whether nobody can know any more if the sale had this key."""
    kind, _code = key
    return kind in _OPEN_PLACES or (kind in _OPEN_PEOPLE and facts.person is not None)


def _values(miss: Miss) -> dict[str, str]:
    return {"is": miss.condition, **miss.values}


def _agrees(reason: Reason, values: dict[str, str]) -> bool:
    """Whether a stored reason tells this. Older ones tell fewer figures."""
    return reason.values.items() <= values.items()


def _may_tell(condition: str, tags: set[str]) -> bool:
    """Whether one of these conditions may have told this; those about members tell strangers that they are none."""
    return condition in tags or (condition == "member" and bool(tags))


class _PersonThen(Person):
    """A member of whom the tier is stored, and nothing else that rules ask."""

    __slots__ = ()

    @property
    def sales(self) -> int:
        raise NotKnown

    @property
    def last_sale_at(self) -> datetime | None:
        raise NotKnown

    @property
    def buyer(self) -> BuyerFacts | None:
        raise NotKnown

    @property
    def usage(self) -> Usage | None:
        raise NotKnown

    @property
    def holds(self) -> frozenset[str]:
        raise NotKnown

    @property
    def segments(self) -> frozenset[str]:
        raise NotKnown


class _PlaceThen(Place):
    """A place whose region and legal entity may have had other names."""

    __slots__ = ()

    @property
    def regions(self) -> tuple[str, ...]:
        raise NotKnown

    @property
    def payee(self) -> str:
        raise NotKnown


class _CouponsThen(dict[str, list[Held]]):
    """Coupons that a member could use: those that were presented are stored, those held beside them are not."""

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            raise NotKnown
        return self[key]


def _facts(past: Past, reasons: Sequence[Reason]) -> Facts:
    person = None
    if past.customer_id is not None:
        person = _PersonThen(past.customer_id, past.tier, 0, None, reached=past.reached)
    tenders: dict[str, Decimal] = {}
    for tender in past.tenders:
        tenders[tender.kind] = tenders.get(tender.kind, ZERO) + tender.amount
    presented = {
        reason.rule: [Held(reason.values["code"], reason.rule)]
        for reason in reasons
        if reason.code in ("coupon.used", "coupon.unused")
    }
    off = _off_by_line(reasons)
    return Facts(
        items_of(
            [
                (line.product, line.quantity, line.paid + off.get(line.number, ZERO), line.unit_price)
                for line in past.lines
            ]
        ),
        _PlaceThen(past.station, (), past.pump, past.local, past.day),
        person,
        tenders=tenders,
        coupons=presented if person is None else _CouponsThen(presented),
    )


def _off_by_line(reasons: Sequence[Reason]) -> dict[int, Decimal]:
    """What offers took off each line, by its number: they were worked out on prices before it."""
    off: dict[int, Decimal] = {}
    for reason in reasons:
        if reason.code == "offer.applied" and "lines" in reason.values:
            for part in reason.values["lines"].split(","):
                number, money = part.split(":")
                off[int(number)] = off.get(int(number), ZERO) + Decimal(money)
    return off
