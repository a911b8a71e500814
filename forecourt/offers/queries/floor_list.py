"""Margin floors as screens and the API show them: in force, before, to come, and what is drafted or in review."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from forecourt.catalogue import queries as catalogue
from forecourt.kernel import clock, reviews, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.values import Review, Value
from forecourt.offers import permissions
from forecourt.offers.models import RulesDraft
from forecourt.offers.values import FLOORS_SUBJECT, FloorChange, FloorsHandedIn, RuleState

_IN_FORCE: Final = """
SELECT DISTINCT ON (product.code, station.code) product.id AS product_id, product.code AS product, product.name,
    floor.station_id, coalesce(station.code, '') AS station, floor.margin, floor.valid_from, floor.set_at, floor.set_by,
    'in_force' AS state
FROM offers_floor AS floor
JOIN catalogue_product AS product ON product.id = floor.product_id
LEFT JOIN organisation_station AS station ON station.id = floor.station_id
WHERE floor.valid_from <= %(at)s AND floor.withdrawn_at IS NULL
    AND (%(product)s::bigint IS NULL OR floor.product_id = %(product)s::bigint)
    AND (%(stations)s::bigint[] IS NULL OR floor.station_id IS NULL OR floor.station_id = ANY(%(stations)s::bigint[]))
ORDER BY product.code, station.code, floor.valid_from DESC, floor.id DESC
"""
_HISTORY: Final = """
SELECT product.id AS product_id, product.code AS product, product.name, floor.station_id,
    coalesce(station.code, '') AS station, floor.margin, floor.valid_from, floor.set_at, floor.set_by,
    floor.id AS version, floor.withdrawn_at, floor.withdrawn_by,
    CASE
        WHEN floor.withdrawn_at IS NOT NULL THEN 'withdrawn'
        WHEN floor.valid_from > %(at)s THEN 'announced'
        WHEN floor.id = first_value(floor.id) OVER (
            PARTITION BY floor.product_id, floor.station_id, floor.valid_from <= %(at)s, floor.withdrawn_at IS NULL
            ORDER BY floor.valid_from DESC, floor.id DESC
        ) THEN 'in_force'
        ELSE 'past'
    END AS state
FROM offers_floor AS floor
JOIN catalogue_product AS product ON product.id = floor.product_id
LEFT JOIN organisation_station AS station ON station.id = floor.station_id
WHERE (%(product)s::bigint IS NULL OR floor.product_id = %(product)s::bigint)
    AND (%(stations)s::bigint[] IS NULL OR floor.station_id IS NULL OR floor.station_id = ANY(%(stations)s::bigint[]))
ORDER BY floor.valid_from DESC, floor.id DESC
LIMIT %(limit)s
"""


class FloorView(Value):
    """A floor from `valid_from` on, unless it was withdrawn before; `station` is a code, empty everywhere. `margin` null: it
    ended then. `version` names it in a history.
    """

    product_id: int
    product: str
    name: str
    station_id: int | None
    station: str
    margin: Decimal | None
    valid_from: datetime
    set_at: datetime | None
    set_by: str
    state: RuleState
    version: int = 0
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


class FloorsDraft(Value):
    """Changes of floors in draft or, where there is a `review`, handed in: from `valid_from` on, null as soon as approved."""

    changes: tuple[FloorChange, ...]
    edited_at: datetime
    edited_by: str
    review: Review | None = None
    valid_from: datetime | None = None


def draft_floors() -> FloorsDraft | None:
    """What floors are to become, as it is drafted or in review; None where nothing is. See `floors_with`."""
    row = RulesDraft.objects.filter(subject=FLOORS_SUBJECT.partition(":")[2]).exclude(body=None).first()
    if row is None:
        return None
    review = reviews.open_review(FLOORS_SUBJECT)
    handed_in = floors_handed_in(review) if review is not None else None
    return FloorsDraft(
        changes=handed_in.changes if handed_in else msgspec.convert(row.body, tuple[FloorChange, ...]),
        edited_at=row.edited_at,
        edited_by=row.edited_by,
        review=review,
        valid_from=handed_in.valid_from if handed_in else None,
    )


def floors_handed_in(review: Review) -> FloorsHandedIn:
    """What a review of floors is about."""
    return msgspec.convert(review.body, FloorsHandedIn)


def floors_before(review: Review) -> tuple[FloorChange, ...]:
    """The same floors as they were when they were handed in; null: there was none."""
    return msgspec.convert(review.before, tuple[FloorChange, ...])


def floors_at(actor: Actor, moment: datetime | None = None, *, product: str = "") -> list[FloorView]:
    """Floors that hold now, or at a moment, in the actor's scope, those everywhere among them; of one product if named.

    By product, then station, everywhere last. NotFound for a product that is not there.
    """
    parameters = {"at": moment or clock.now(), **_wanted(actor, product)}
    return [view for view in _views(_IN_FORCE, parameters) if view.margin is not None]


def floor_history(actor: Actor, *, product: str = "", limit: int = 200) -> list[FloorView]:
    """Floors as they were set, to come, in force and past, ended ones too, the latest first."""
    return _views(_HISTORY, {"at": clock.now(), "limit": limit, **_wanted(actor, product)})


def decided_floors(actor: Actor) -> list[Review]:
    """What was decided about floors that were handed in, the latest first."""
    actor.require(permissions.VIEW_OFFERS)
    return reviews.decided(FLOORS_SUBJECT)


def _wanted(actor: Actor, product: str) -> dict[str, object]:
    actor.require(permissions.VIEW_OFFERS)
    return {
        "product": catalogue.product_facts(product).id if product else None,
        "stations": None if actor.stations is None else sorted(actor.stations),
    }


def _views(statement: str, parameters: dict[str, object]) -> Sequence[FloorView]:
    return [FloorView(**row | {"state": RuleState(row["state"])}) for row in sql.dicts(statement, parameters)]
