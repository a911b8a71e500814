"""Margin floors: changes of them drafted, handed in together, approved by a second person, in force from a moment on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.kernel import clock, reviews, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.offers import permissions
from forecourt.offers.models import Floor
from forecourt.offers.rules import flooring
from forecourt.offers.services import ruling
from forecourt.offers.values import FLOORS_SUBJECT, FloorChange, FloorsHandedIn
from forecourt.organisation import queries as organisation

Place = tuple[int, int | None]
"""The product and, unless it is everywhere, the station of a floor, by their ids."""


@transaction.atomic(durable=True)
def draft_floors(actor: Actor, changes: Sequence[FloorChange]) -> None:
    """Put these changes of floors in the place of those that are drafted; none throws the draft away.

    What holds stays until they are handed in and approved. Invalid, by the place in the list, for a product or a station that
    is not there, a margin that is none, a floor named twice or ended where there is none; Conflict while in review.
    """
    ruling.require_everywhere(actor, permissions.EDIT_FLOORS)
    row = ruling.locked(FLOORS_SUBJECT)
    _keep(actor, row, flooring.checked(changes))


@transaction.atomic(durable=True)
def draft_floor(actor: Actor, change: FloorChange) -> None:
    """Add one change to those that are drafted, in the place of one of the same floor. Errors as for `draft_floors`."""
    ruling.require_everywhere(actor, permissions.EDIT_FLOORS)
    row = ruling.locked(FLOORS_SUBJECT)
    (change,) = flooring.checked([change])
    _placed([change], "")
    _keep(actor, row, flooring.checked(flooring.with_change(_drafted(row), change)))


@transaction.atomic(durable=True)
def drop_floor(actor: Actor, product: str, station: str = "") -> None:
    """Take one change out of those that are drafted. What is not among them changes nothing."""
    ruling.require_everywhere(actor, permissions.EDIT_FLOORS)
    row = ruling.locked(FLOORS_SUBJECT)
    _keep(actor, row, [one for one in _drafted(row) if (one.product, one.station) != (product, station)])


@transaction.atomic(durable=True)
def submit_floors(actor: Actor, note: str = "", *, valid_from: datetime | None = None) -> int:
    """Hand the drafted changes in, all to hold from `valid_from` or as soon as they are approved; returns the review's id.

    They cannot be edited until that is decided. Conflict when nothing is drafted.
    """
    ruling.require_everywhere(actor, permissions.EDIT_FLOORS)
    row = ruling.locked(FLOORS_SUBJECT)
    ruling.drafted(row)
    changes = _drafted(row)
    places = _placed(changes)
    ruling.require_to_come(valid_from)
    before = _margins(places, valid_from or clock.now())
    held = [msgspec.structs.replace(one, margin=before.get(place)) for one, place in zip(changes, places, strict=True)]
    body = msgspec.to_builtins(FloorsHandedIn(changes=tuple(changes), valid_from=valid_from))
    detail = {"count": len(changes)}
    return reviews.hand_in(actor, FLOORS_SUBJECT, body, note, before=msgspec.to_builtins(held), detail=detail)


@transaction.atomic(durable=True)
def approve_floors(actor: Actor) -> datetime:
    """Set and end floors as was handed in, from the moment it was meant for, at the earliest from now; returns from when.

    Sales that occurred before keep what held then. NotAllowed for who handed it in, unless the company lets one do both.
    """
    ruling.require_everywhere(actor, permissions.APPROVE_OFFERS)
    row = ruling.locked(FLOORS_SUBJECT)
    review = reviews.approve(actor, FLOORS_SUBJECT, is_alone=organisation.company().solo_approval)
    handed_in = msgspec.convert(review.body, FloorsHandedIn)
    now = clock.now()
    valid_from = max(handed_in.valid_from or now, now)
    Floor.objects.bulk_create(
        [
            Floor(
                product_id=product_id,
                station_id=station_id,
                margin=change.margin,
                valid_from=valid_from,
                set_at=now,
                set_by=actor.label,
            )
            for change, (product_id, station_id) in zip(handed_in.changes, _placed(handed_in.changes), strict=True)
        ]
    )
    ruling.take_up(row)
    stamps.bump("offers")
    return valid_from


@transaction.atomic(durable=True)
def refuse_floors(actor: Actor, reason: str) -> None:
    """Send them back to who handed them in, saying why; the draft stays."""
    ruling.require_everywhere(actor, permissions.APPROVE_OFFERS)
    ruling.locked(FLOORS_SUBJECT)
    reviews.refuse(actor, FLOORS_SUBJECT, reason)


@transaction.atomic(durable=True)
def withdraw_floors(actor: Actor) -> None:
    """Take them back before they are decided; they can be edited again."""
    ruling.require_everywhere(actor, permissions.EDIT_FLOORS)
    ruling.locked(FLOORS_SUBJECT)
    reviews.withdraw(actor, FLOORS_SUBJECT)


@transaction.atomic(durable=True)
def withdraw_announced_floors(actor: Actor, version: int) -> None:
    """Take changes of floors back that were approved and do not hold yet, so that they never will: this one and all that were
    handed in with it. What holds by then goes on.

    NotFound when there is no such version; Conflict once they hold, or while others are in review.
    """
    ruling.require_everywhere(actor, permissions.APPROVE_OFFERS)
    ruling.locked(FLOORS_SUBJECT)
    row = Floor.objects.filter(pk=version).first()
    if row is None:
        raise NotFound(_("There is no version %(version)s of a margin floor.") % {"version": version})
    together = Floor.objects.filter(valid_from=row.valid_from, set_at=row.set_at)
    ruling.call_off(actor, FLOORS_SUBJECT, row.valid_from, together)


def _keep(actor: Actor, row: Any, changes: Sequence[FloorChange]) -> None:
    _placed(changes)
    ruling.keep(actor, FLOORS_SUBJECT, row, msgspec.to_builtins(list(changes)) or None)


def _drafted(row: Any) -> list[FloorChange]:
    return msgspec.convert(row.body or [], list[FloorChange])


def _placed(changes: Sequence[FloorChange], path: str = "{}.") -> list[Place]:
    """The floors that changes are about. Invalid, by the place in the list, for what is not there."""
    products = catalogue.products_by_code({one.product for one in changes})
    stations = organisation.station_facts({one.station for one in changes if one.station})
    places: list[Place] = []
    for number, one in enumerate(changes):
        product, station = products.get(one.product), stations.get(one.station)
        if product is None:
            raise Invalid.field(
                f"{path.format(number)}product", _("%(code)r is not a product; give its code") % {"code": one.product}
            )
        if one.station and station is None:
            raise Invalid.field(
                f"{path.format(number)}station", _("%(code)r is not a station; give its code") % {"code": one.station}
            )
        places.append((product.id, station.id if station else None))
    _require_to_end(changes, places, path)
    return places


def _require_to_end(changes: Sequence[FloorChange], places: Sequence[Place], path: str) -> None:
    """Invalid when a floor is ended that there is not, neither now nor to come."""
    last = _margins(places)
    for number, (one, place) in enumerate(zip(changes, places, strict=True)):
        if one.margin is None and last.get(place) is None:
            raise Invalid.field(
                f"{path.format(number)}margin",
                _("there is no floor of %(product)s there that could end; give a margin") % {"product": one.product},
            )


def _margins(places: Sequence[Place], moment: datetime | None = None) -> dict[Place, Any]:
    """The margins of floors at that moment, else those set for the latest moment; none where they have ended."""
    found = Floor.objects.filter(product_id__in={product for product, _station in places}, withdrawn_at=None)
    if moment is not None:
        found = found.filter(valid_from__lte=moment)
    rows = found.order_by("valid_from", "id").values_list("product_id", "station_id", "margin")
    return {(product, station): margin for product, station, margin in rows}
