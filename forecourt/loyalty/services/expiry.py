"""Points that are past their last day, and the word to those whose points soon will be."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from forecourt import loyalty
from forecourt.customers import records as customer_records
from forecourt.kernel import clock, ids, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.loyalty import permissions, queries, records
from forecourt.loyalty.events import PointsExpired, PointsExpiring
from forecourt.loyalty.queries import SOON
from forecourt.loyalty.values import EntryKind, PointsEntry, Programme
from forecourt.organisation import queries as organisation

EXPIRY_BATCH = 1000
WARN_EXPIRY: Final = sql.load(loyalty.__file__, "warn_expiry")


def expire_points(actor: Actor, day: date) -> int:
    """Take the points whose last day lies before `day` from everybody; returns how many points. Safe to repeat.

    By the programme in force when `day` begins: points without a day of their own lapse with their member's visits
    only while it says so.
    """
    actor.require(permissions.EDIT_PROGRAMME)
    programme = queries.programme_at(_beginning(day))
    pages = _pages(date.min, day - timedelta(days=1), programme)
    return sum(expire_points_of(actor, customer_ids, day) for customer_ids in pages)


@transaction.atomic(durable=True)
def expire_points_of(actor: Actor, customer_ids: Sequence[int], day: date) -> int:
    """Take the expired points of these customers; returns how many points."""
    actor.require(permissions.EDIT_PROGRAMME)
    customer_records.lock(customer_ids)
    moment = _beginning(day)
    entries = []
    for customer_id, book in sorted(queries.open_books(customer_ids, queries.programme_at(moment)).items()):
        entry = PointsEntry(
            id=ids.uuid7(),
            customer_id=customer_id,
            business_date=day,
            occurred_at=moment,
            kind=EntryKind.EXPIRE,
            points=0,
            actor=actor.label,
        )
        entry = book.expire(entry, day)
        if entry.points:
            entries.append(entry)
    records.append_entries(entries)
    publish(
        [PointsExpired(customer_id=entry.customer_id, occurred_at=moment, points=-entry.points) for entry in entries]
    )
    return -sum(entry.points for entry in entries)


def warn_of_expiry(actor: Actor, day: date) -> int:
    """Tell members of points that are good for 30 days at most, once for each month in which some lapse; returns how
    many were told. Safe to repeat.
    """
    actor.require(permissions.EDIT_PROGRAMME)
    programme = queries.programme_at(_beginning(day))
    return sum(warn_of_expiry_of(actor, customer_ids, day) for customer_ids in _pages(day, day + SOON, programme))


@transaction.atomic(durable=True)
def warn_of_expiry_of(actor: Actor, customer_ids: Sequence[int], day: date) -> int:
    """Tell these customers of the points that lapse soon; returns how many were told."""
    actor.require(permissions.EDIT_PROGRAMME)
    now = clock.now()
    due: dict[tuple[int, date], tuple[int, date]] = {}
    for customer_id, book in sorted(queries.open_books(customer_ids, queries.programme_at(_beginning(day))).items()):
        for last, points in book.lapsing(day, day + SOON).items():
            key = (customer_id, clock.month_of(last))
            so_far, first = due.get(key, (0, last))
            due[key] = (so_far + points, first)
    marks = {
        "customer_ids": [customer_id for customer_id, _ in due],
        "months": [month for _, month in due],
        "now": now,
    }
    told = sorted((customer_id, month) for customer_id, month in sql.rows(WARN_EXPIRY, marks))
    publish(
        [
            PointsExpiring(customer_id=key[0], occurred_at=now, points=due[key][0], expires_on=due[key][1])
            for key in told
        ]
    )
    return len({customer_id for customer_id, _ in told})


def _pages(since: date, until: date, programme: Programme) -> Iterator[list[int]]:
    """Lists of customers who may hold points whose last day lies in this span."""
    after = 0
    while found := queries.customers_with_lapsing(since, until, programme, after, EXPIRY_BATCH):
        yield found
        after = found[-1]


def _beginning(day: date) -> datetime:
    """When a day begins by the company's clock."""
    return datetime.combine(day, time(0), tzinfo=organisation.company_zone()).astimezone(UTC)
