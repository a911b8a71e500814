"""Enrolling customers, one or thousands: the same few statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, records, rules
from forecourt.customers.events import CustomerJoined
from forecourt.customers.records import Enrolled
from forecourt.customers.services.conflicts import kind_name, taken
from forecourt.customers.values import NewCustomer
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, Problem, Unavailable
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts

MAX_LIST: Final = 100_000
"""Customers in one list; lists of up to 10,000 keep memory low."""
_ATTEMPTS: Final = 3


@transaction.atomic(durable=True)
def create_customer(actor: Actor, new: NewCustomer) -> int:
    """Enrol a customer; returns the id.

    Conflict, naming the other's id, when an identity or a plate belongs to somebody already.
    """
    actor.require(permissions.EDIT)
    answer = _enrol(actor, [new])[0]
    if isinstance(answer, Problem):
        raise answer
    audit.record(actor, "customer.create", f"customer:{answer}", customer_id=answer)
    return answer


@transaction.atomic(durable=True)
def create_customers(actor: Actor, customers: Sequence[NewCustomer]) -> list[int | Problem]:
    """Enrol customers, all at once; for each, in order, its id or what kept it out. One bad item spoils no other.

    Of two in the list with the same identity or plate the first is enrolled.
    """
    actor.require(permissions.EDIT)
    if len(customers) > MAX_LIST:
        raise Invalid.field(
            "customers", _("%(count)s in one list; send at most %(most)s") % {"count": len(customers), "most": MAX_LIST}
        )
    answers = _enrol(actor, customers)
    ids = [answer for answer in answers if isinstance(answer, int)]
    if ids:
        span = f"customers:{ids[0]}-{ids[-1]}"
        audit.record(actor, "customer.create", span, detail={"count": len(ids), "refused": len(answers) - len(ids)})
    return answers


def _enrol(actor: Actor, customers: Sequence[NewCustomer]) -> list[int | Problem]:
    now = clock.now()
    stations = organisation.station_facts({new.station for new in customers if new.station})
    region = queries.phone_region()
    ready = [_ready(actor, new, stations, now, region) for new in customers]
    for _attempt in range(_ATTEMPTS):
        free = _without_conflicts(ready)
        try:
            with transaction.atomic():
                return _write(customers, free, stations, now)
        except IntegrityError:
            continue  # somebody enrolled one of these in the meantime: now it is seen, and reported as a conflict
    raise Unavailable(_("Others are enrolling the same customers just now; nothing was recorded. Send it again."))


def _ready(
    actor: Actor, new: NewCustomer, stations: dict[str, StationFacts], now: datetime, region: str
) -> rules.Enrolment | Problem:
    try:
        if new.station:
            station = stations.get(new.station)
            if station is None:
                raise Invalid.field(
                    "station",
                    _("there is no station %(code)s; open it first, or leave it out") % {"code": new.station},
                )
            actor.require_station(station.id, station.code)
        return rules.enrolment(new, now=now, region=region)
    except (Invalid, NotAllowed) as problem:
        return problem


def _without_conflicts(ready: Sequence[rules.Enrolment | Problem]) -> list[rules.Enrolment | Problem]:
    """Put a conflict in the place of all whose identities or plates are taken, by others or earlier in the list."""
    owners = queries.owners([mark for item in ready if isinstance(item, rules.Enrolment) for mark in item.marks])
    seen: dict[rules.Recognised, int] = {}
    result: list[rules.Enrolment | Problem] = []
    for place, item in enumerate(ready):
        if isinstance(item, rules.Enrolment):
            problem = _conflict(item, owners, seen)
            if problem is None:
                seen.update(dict.fromkeys(item.marks, place))
            result.append(problem or item)
        else:
            result.append(item)
    return result


def _conflict(
    item: rules.Enrolment, owners: dict[rules.Recognised, int], seen: dict[rules.Recognised, int]
) -> Conflict | None:
    for mark in item.marks:
        if mark in owners:
            return taken(mark, owners[mark])
        if mark in seen:
            return Conflict(
                _("The same %(kind)s stands in item %(place)s of this list; send one customer for both.")
                % {"kind": kind_name(mark.kind), "place": seen[mark]}
            )
    return None


def _write(
    customers: Sequence[NewCustomer],
    free: Sequence[rules.Enrolment | Problem],
    stations: dict[str, StationFacts],
    now: datetime,
) -> list[int | Problem]:
    ids = iter(records.new_ids(sum(isinstance(item, rules.Enrolment) for item in free)))
    answers: list[int | Problem] = []
    enrolled: list[Enrolled] = []
    for new, item in zip(customers, free, strict=True):
        if isinstance(item, rules.Enrolment):
            station_id = stations[new.station].id if new.station else None
            enrolled.append(Enrolled(next(ids), new.kind, new.language, station_id, item, new.referred_by.strip()))
            answers.append(enrolled[-1].id)
        else:
            answers.append(item)
    records.enrol(enrolled, now)
    publish(
        [
            CustomerJoined(
                customer_id=customer.id,
                occurred_at=customer.ready.joined_at,
                station_id=customer.station_id,
                kind=customer.kind,
                referred_by=customer.referred_by,
            )
            for customer in enrolled
        ]
    )
    return answers
