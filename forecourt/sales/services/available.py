"""Which offers a member, or anybody, can get at a station: what an app or a display tells before anything is bought."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.coupons.values import CouponStatus
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.offers import queries as offers
from forecourt.offers.rules.conditions import All, AnyCondition, AtPump, CouponUsed
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.matching import EVER, Live, walk
from forecourt.offers.rules.speaking import Miss
from forecourt.offers.rules.terms import About, Condition
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, queries, rules
from forecourt.sales.rules import State
from forecourt.sales.services import engine
from forecourt.sales.services.loading import known_sale
from forecourt.sales.values import KnownSale, NewSale

_IN_THE_SALE: Final = frozenset({About.BASKET, About.PAYMENT})
_LATER: Final = frozenset({"hours", "weekdays", "dates", "month_days", "visit", "tier"})
"""What may hold another time; whatever else does not hold makes the offer nobody's business here."""


class Held(NamedTuple):
    """Coupons of a template that the member holds and the offer takes: how many, and the first day one ends on."""

    template: str
    number: int
    until: date | None


class Available(NamedTuple):
    """An offer there is: `until` when (None: no end is known), what is `missing` for now, coupons that it takes."""

    live: Live
    until: datetime | None
    missing: tuple[Miss, ...]
    coupons: tuple[Held, ...]


def available_offers(
    actor: Actor, station: str, customer_id: int | None = None, at: datetime | None = None
) -> list[Available]:
    """The offers in force at a station at a moment (now) that a member, or anybody, may get there, by code.

    What is decided by the basket and the payment is left open: the offer's words tell it. Offers for other places, and
    for people by a mark that the member does not have, are left out. Invalid for an unknown station, NotFound for a customer.
    """
    actor.require(permissions.VIEW)
    moment = at or clock.now()
    known = _somebody(actor, station, customer_id, moment)
    in_force = engine.in_force(stamps.read())
    state, _limits = engine.load([known], in_force, lock=False)
    if known.is_member and in_force.offers.book.size:
        state.buyers |= customers.buyers([known.customer_id])
    rulings = in_force.at(moment)
    facts = rules.seen(known, rulings, state).facts
    held = _held(known)
    found = []
    for live in rulings.book.offers:
        if live.since <= moment < live.until and (one := _available(live, facts, held)) is not None:
            found.append(one)
    found.sort(key=lambda one: one.live.code)
    return _with_budgets(found, known, state)


def _somebody(actor: Actor, code: str, customer_id: int | None, moment: datetime) -> KnownSale:
    """A sale of nothing yet, by a member or a stranger."""
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise Invalid.field("station", _("%(code)r is not a station; give its code") % {"code": code})
    actor.require_station(station.id, code)
    customer = None
    if customer_id is not None:
        (customer,) = customers.resolve([CustomerClaim(id=customer_id)])
        if customer is None:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    nothing = NewSale(station=code, source="offers", source_ref="", occurred_at=moment, lines=())
    return known_sale(nothing, station, customer, {}, clock.now())


def _held(known: KnownSale) -> dict[str, Held]:
    """The member's coupons that are good that day, by template."""
    if not known.is_member:
        return {}
    found: dict[str, Held] = {}
    day = known.business_date
    for coupon in coupons.coupons_of([known.customer_id], only_open=True, limit=500):
        is_good = coupon.active_from <= day and (coupon.expires_on is None or day <= coupon.expires_on)
        if coupon.status is CouponStatus.ACTIVE and is_good:
            before = found.get(coupon.template)
            ends = [end for end in (before.until if before else None, coupon.expires_on) if end is not None]
            number = before.number if before else 0
            found[coupon.template] = Held(coupon.template, number + 1, min(ends, default=None))
    return found


def _available(live: Live, facts: Facts, held: dict[str, Held]) -> Available | None:
    """The offer as it stands for them, None where it is not for them or not here."""
    if facts.person is None and (
        live.limits_customers or all(effect.gives == {"points"} for effect in live.offer.then)
    ):
        return None
    missing: list[Miss] = []
    for part in _parts(live.offer.when):
        miss = None if _is_open(part) else part.test(facts)
        if isinstance(part, CouponUsed):
            miss = None if part.template in held else Miss("coupon", {"template": part.template})
        elif miss is not None and miss.condition not in _LATER:
            return None
        if miss is not None:
            missing.append(miss)
    templates = {part.template for part in walk(live.offer.when) if isinstance(part, CouponUsed)}
    return Available(
        live,
        None if live.until == EVER else live.until,
        tuple(missing),
        tuple([held[template] for template in sorted(templates & held.keys())]),
    )


def _parts(condition: AnyCondition) -> Iterator[AnyCondition]:
    """What must hold, each by itself."""
    if isinstance(condition, All):
        for part in condition.of:
            yield from _parts(part)
    else:
        yield condition


def _is_open(condition: Condition) -> bool:
    """Whether what is bought and how it is paid decides it."""
    return any(part.about in _IN_THE_SALE or isinstance(part, AtPump) for part in walk(condition))


def _with_budgets(found: Iterable[Available], known: KnownSale, state: State) -> list[Available]:
    """The offers with a miss where a budget of theirs has nothing left. Two statements where there are budgets."""
    every = list(found)
    limits = {
        key: budget.limit
        for one in every
        for key, budget in one.live.budgets_at(known.station.id, known.business_date)
        if key
    }
    state.left |= offers.left_of(limits)
    own = {
        one.live.id: rules.counted_since(one.live, known.business_date) for one in every if one.live.limits_customers
    }
    if own and known.is_member:
        state.given = queries.given({known.customer_id}, own, min(own.values()))
    return [
        one._replace(missing=(*one.missing, miss)) if (miss := rules.used_up(one.live, known, state)) else one
        for one in every
    ]
