"""Which offers a member, or anybody, can get at a station: what an app or a display tells before anything is bought."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.coupons.values import Coupon
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.offers import queries as offers
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.foreseeing import Outlook, coupons_taken, foreseen
from forecourt.offers.rules.matching import EVER, Live
from forecourt.offers.rules.speaking import Miss
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, queries, rules
from forecourt.sales.rules import State
from forecourt.sales.services import engine
from forecourt.sales.services.loading import known_sale
from forecourt.sales.values import KnownSale, NewSale


class Held(NamedTuple):
    """Coupons of a template that the member could use and the offer takes: how many, and the first day one ends on."""

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

    What is decided by the basket, the payment and the coupons that a member uses or keeps is left open: the offer's words
    tell it. Offers for other places, and for people by a mark that the member does not have, are left out. Invalid for an
    unknown station, NotFound for a customer.
    """
    actor.require(permissions.VIEW)
    moment = at or clock.now()
    known = _somebody(actor, station, customer_id, moment)
    in_force = engine.in_force(stamps.read())
    state, _limits = engine.load([known], in_force, lock=False)
    if known.is_member and in_force.offers.book.size:
        state.buyers |= customers.buyers([known.customer_id])
    rulings = in_force.at(moment)
    seen = rules.seen(known, rulings, state)
    held = {template: _held(template, good) for template, good in seen.coupons.items()}
    automatic = {template for template in held if rulings.templates[template].template.is_automatic}
    found = []
    for live in rulings.book.offers:
        if live.since <= moment < live.until and (one := _available(live, seen.facts, held, automatic)) is not None:
            found.append(one)
    found.sort(key=lambda one: one.live.code)
    return _with_budgets(found, known, state)


def _somebody(actor: Actor, code: str, customer_id: int | None, moment: datetime) -> KnownSale:
    """A sale of nothing yet, by a member who shows all coupons they hold, or by a stranger."""
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise Invalid.field("station", _("%(code)r is not a station; give its code") % {"code": code})
    actor.require_station(station.id, code)
    customer = None
    codes: tuple[str, ...] = ()
    if customer_id is not None:
        (customer,) = customers.resolve([CustomerClaim(id=customer_id)])
        if customer is None:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
        held = coupons.coupons_of([customer.customer_id], only_open=True, limit=500)
        codes = tuple([coupon.code for coupon in held])
    nothing = NewSale(station=code, source="offers", source_ref="", occurred_at=moment, lines=(), coupons=codes)
    return known_sale(nothing, station, customer, {}, clock.now())


def _held(template: str, good: Iterable[Coupon]) -> Held:
    every = list(good)
    ends = [coupon.expires_on for coupon in every if coupon.expires_on is not None]
    return Held(template, len(every), min(ends, default=None))


def _available(live: Live, facts: Facts, held: Mapping[str, Held], automatic: Collection[str]) -> Available | None:
    """The offer as it stands for them, None where it is not for them or not here."""
    if facts.person is None and (live.limits_customers or live.members_only):
        return None
    outlook, missing = foreseen(live.offer.when, facts, automatic)
    if outlook is Outlook.NO:
        return None
    taken = sorted(held.keys() & set(coupons_taken(live.offer.when)))
    until = None if live.until == EVER else live.until
    return Available(live, until, missing, tuple([held[template] for template in taken]))


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
