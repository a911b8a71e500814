"""Margin floors."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.kernel import audit, clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid
from forecourt.offers import permissions
from forecourt.offers.models import Floor
from forecourt.organisation import queries as organisation


@transaction.atomic(durable=True)
def set_floor(
    actor: Actor, product: str, margin: Decimal, *, station: str = "", valid_from: datetime | None = None
) -> None:
    """Say what offers must leave on a product per unit over its cost, at a station (by code) or everywhere.

    May be negative: so much may be lost. Invalid for a product or a station that is not there.
    """
    actor.require(permissions.EDIT_FLOORS)
    facts = catalogue.products_by_code([product]).get(product)
    if facts is None:
        raise Invalid.field("product", _("%(code)r is not a product; give its code") % {"code": product})
    at = organisation.station_facts([station]).get(station) if station else None
    if station and at is None:
        raise Invalid.field("station", _("%(code)r is not a station; give its code") % {"code": station})
    if abs(margin) >= 10_000:
        raise Invalid.field("margin", _("%(margin)s is no margin of a unit; give less") % {"margin": margin})
    now = clock.now()
    Floor.objects.create(
        product_id=facts.id,
        station_id=at.id if at else None,
        margin=margin,
        valid_from=valid_from or now,
        set_by=actor.label,
    )
    stamps.bump("offers")
    audit.record(
        actor, "offers.floor", f"product:{product}", station_id=at.id if at else None, detail={"margin": str(margin)}
    )
