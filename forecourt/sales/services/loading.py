"""The engine's load step: find out about a list of sales, in a fixed number of statements."""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.values import ProductFacts
from forecourt.customers import queries as customers
from forecourt.customers.values import Resolved, anonymous_customer_id
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.kernel.stamps import Stamps
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.sales import permissions, rules
from forecourt.sales.values import Flag, KnownSale, NewSale


class Depth(IntEnum):
    """How much is told of offers that a sale missed: the FIRST thing that was missing; EACH that was; that of EVERY offer
    in force, also of those which such a sale does not look at.
    """

    FIRST = 0
    EACH = 1
    EVERY = 2


class Submission(NamedTuple):
    """A sale and who sends it; a Problem in its place when it could not be read. `depth` is for quotes."""

    actor: Actor
    sale: NewSale | Problem
    depth: Depth = Depth.FIRST


def admitted(submissions: Sequence[Submission]) -> list[Submission]:
    """The submissions, with the refusal in place of the sale where its sender may not post."""
    return [
        submission
        if isinstance(submission.sale, Problem) or submission.actor.may(permissions.POST)
        else Submission(submission.actor, _refusal(submission.actor))
        for submission in submissions
    ]


def _refusal(actor: Actor) -> Problem:
    try:
        actor.require(permissions.POST)
    except Problem as problem:
        return problem
    raise AssertionError("only called for an actor without the permission")


def know(sales: Sequence[Submission], seen: Stamps) -> list[KnownSale | Problem]:
    """What the engine needs to know of each sale, in the order given; a Problem for what cannot be accepted.

    One statement, for customers, whatever the length of the list; one more each for stations and products of which this
    process remembers nothing under the stamps that the caller has read.
    """
    digits = organisation.company().digits
    now = clock.now()
    checked = [_checked(submission.sale, digits) for submission in sales]
    good = [sale for sale in checked if not isinstance(sale, Problem)]
    stations = organisation.remembered_stations({sale.station for sale in good}, seen.get("organisation", 0))
    products = catalogue.remembered_products(
        {line.product for sale in good for line in sale.lines}, seen.get("catalogue", 0)
    )
    resolved = iter(customers.resolve([sale.customer for sale in good]))
    result: list[KnownSale | Problem] = []
    for (actor, *_rest), sale in zip(sales, checked, strict=True):
        if isinstance(sale, Problem):
            result.append(sale)
            continue
        customer = next(resolved)
        try:
            station = _station(actor, stations, sale.station)
        except Problem as problem:
            result.append(problem)
            continue
        result.append(known_sale(sale, station, customer, products, now))
    return result


def _checked(sale: NewSale | Problem, digits: int) -> NewSale | Problem:
    if isinstance(sale, Problem):
        return sale
    try:
        return rules.checked(sale, digits)
    except Problem as problem:
        return problem


def _station(actor: Actor, stations: dict[str, StationFacts], code: str) -> StationFacts:
    station = stations.get(code)
    if station is None:
        raise Invalid.field(
            "station",
            _("%(code)r is not a station; open it in the back office, or import with --create-missing")
            % {"code": code},
        )
    actor.require_station(station.id, code)
    return station


def known_sale(
    sale: NewSale,
    station: StationFacts,
    customer: Resolved | None,
    products: dict[str, ProductFacts],
    now: datetime,
) -> KnownSale:
    """Put together what was found out about one sale, with its flags."""
    business_date, clock_is_off = rules.business_date_of(sale, station, now)
    lines = tuple([products.get(line.product) for line in sale.lines])
    flags = rules.flags_of(sale, lines)
    if clock_is_off:
        flags.append(Flag.CLOCK_OFF)
    if customer is None and sale.customer is not None:
        flags.append(Flag.UNKNOWN_CUSTOMER)
    if customer is not None and customer.is_blocked:
        flags.append(Flag.BLOCKED_CUSTOMER)
    return KnownSale(
        sale=sale,
        station=station,
        business_date=business_date,
        customer_id=anonymous_customer_id(station.id) if customer is None else customer.customer_id,
        is_member=customer is not None,
        products=lines,
        flags=tuple(flags),
        usage=customer.usage if customer is not None else None,
    )
