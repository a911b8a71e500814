"""Announcing and withdrawing prices."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions, queries, records, rules
from forecourt.catalogue.events import PriceAnnounced, PriceWithdrawn
from forecourt.catalogue.models import Price
from forecourt.catalogue.services import places
from forecourt.catalogue.values import NewPrice, ProductFacts
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, NotAllowed, NotFound
from forecourt.organisation import queries as organisation_queries
from forecourt.organisation.values import StationFacts

_MOST_IN_AUDIT: Final = 200


class _Announcement(NamedTuple):
    product: ProductFacts
    station_id: int | None
    price: Decimal
    effective_from: datetime

    @property
    def row(self) -> tuple[int, int | None, Decimal, datetime]:
        return self.product.id, self.station_id, self.price, self.effective_from


@transaction.atomic(durable=True)
def announce_prices(actor: Actor, prices: Sequence[NewPrice]) -> list[int]:
    """Add prices to the history; each holds by itself from its moment on. Returns their ids in the order given.

    A price that stands there already is not added again. Of two for the same moment the one announced later holds.
    An actor for some stations sets prices there only, not everywhere. Invalid for unknown products and stations.
    """
    actor.require(permissions.SET_PRICE)
    wanted = _resolved(actor, prices)
    present = records.same_prices([one.row for one in wanted])
    new = {place: one for place, one in enumerate(wanted) if place not in present}
    # the same price twice in a list is once
    distinct = {one.row: one for one in new.values()}
    now = clock.now()
    ids = dict(zip(distinct, records.add_prices(list(distinct), now, actor.label), strict=True))
    publish(
        [
            PriceAnnounced(
                occurred_at=now,
                price_id=ids[row],
                product_id=one.product.id,
                product=one.product.code,
                station_id=one.station_id,
                price=one.price,
                effective_from=one.effective_from,
            )
            for row, one in distinct.items()
        ]
    )
    _audit(actor, distinct.values())
    return [present[place] if place in present else ids[one.row] for place, one in enumerate(wanted)]


@transaction.atomic(durable=True)
def withdraw_price(actor: Actor, price_id: int, reason: str = "") -> None:
    """Take an announced price back. Conflict when it has taken effect already: announce another price then."""
    actor.require(permissions.SET_PRICE)
    price = Price.objects.select_for_update().filter(pk=price_id).first()
    if price is None:
        raise NotFound(_("There is no price with the id %(id)s.") % {"id": price_id})
    _require_in_scope(actor, price.station_id)
    if price.withdrawn_at is not None:
        return
    now = clock.now()
    if price.effective_from <= now:
        raise Conflict(
            _("Price %(id)s has been in force since %(since)s UTC; announce another.")
            % {"id": price_id, "since": f"{price.effective_from:%F %R}"}
        )
    price.withdrawn_at = now
    price.save(update_fields=["withdrawn_at"])
    publish(
        [PriceWithdrawn(occurred_at=now, price_id=price_id, product_id=price.product_id, station_id=price.station_id)]
    )
    audit.record(actor, "price.withdraw", f"price:{price_id}", station_id=price.station_id, reason=reason)


def _resolved(actor: Actor, prices: Sequence[NewPrice]) -> list[_Announcement]:
    """The prices with product and station looked up, both in one statement, and the actor's scope checked."""
    products = queries.products_by_code({price.product for price in prices})
    stations = organisation_queries.station_facts({price.station for price in prices if price.station})
    path = "" if len(prices) == 1 else "{}."
    return [_one_resolved(actor, price, products, stations, path.format(index)) for index, price in enumerate(prices)]


def _one_resolved(
    actor: Actor,
    price: NewPrice,
    products: Mapping[str, ProductFacts],
    stations: Mapping[str, StationFacts],
    path: str,
) -> _Announcement:
    rules.valid_price(price, path)
    product, station = places.found(price, products, stations, path)
    _require_in_scope(actor, station.id if station else None, price.station)
    return _Announcement(product, station.id if station else None, price.price, price.effective_from)


def _require_in_scope(actor: Actor, station_id: int | None, code: str = "") -> None:
    if station_id is not None:
        actor.require_station(station_id, code)
    elif actor.stations is not None:
        raise NotAllowed(_("%(who)s may set prices at some stations only; name the station.") % {"who": actor.name})


def _audit(actor: Actor, announcements: Iterable[_Announcement]) -> None:
    """One entry a station, with the first prices of a long list."""
    by_station: dict[int | None, list[_Announcement]] = {}
    for one in announcements:
        by_station.setdefault(one.station_id, []).append(one)
    for station_id, group in by_station.items():
        shown = [[one.product.code, str(one.price), one.effective_from.isoformat()] for one in group[:_MOST_IN_AUDIT]]
        audit.record(
            actor,
            "price.announce",
            f"station:{station_id}" if station_id else "everywhere",
            station_id=station_id,
            detail={"count": len(group), "prices": shown},
        )
