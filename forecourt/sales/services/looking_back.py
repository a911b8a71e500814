"""Why a recorded sale came to what it did, told whole: what rating left out is worked out from what was stored."""

from datetime import timedelta
from typing import Final

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.events import ProductChanged
from forecourt.kernel import clock, sql
from forecourt.kernel.events import NOBODY
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.rules import tier_of
from forecourt.offers import queries as offers
from forecourt.organisation import queries as organisation
from forecourt.organisation.events import StationChanged
from forecourt.sales import rules, wire
from forecourt.sales.models import Repair
from forecourt.sales.queries import SaleView
from forecourt.sales.rules import Past, PastLine
from forecourt.sales.values import Reason

_CHANGED: Final = """
SELECT EXISTS (
    SELECT FROM kernel_event
    WHERE customer_id = %(nobody)s AND recorded_at >= %(since)s
      AND (name = %(product)s AND (body ->> 'product_id')::bigint = ANY(%(product_ids)s::bigint[])
           AND body -> 'fields' ?| ARRAY['kind', 'unit', 'family', 'category_id', 'brand']
           OR name = %(station)s AND (body ->> 'station_id')::bigint = %(station_id)s AND body -> 'fields' ?| ARRAY['zone'])
), EXISTS (
    SELECT FROM sales_reservation WHERE sale_id = %(sale_id)s
)
"""
_AT_ONCE: Final = timedelta(minutes=1)


def whole_explanation(sale: SaleView) -> tuple[Reason, ...]:
    """The stored explanation, and of each offer that was missed all conditions that are known to have failed, not only the
    first; those too that a receipt only counts. Nothing is written.

    As it is stored for what was rated otherwise than by what is stored: refunds, sales that were flagged or promised, and
    those whose products or station's clock were changed since.
    """
    reasons = wire.decode_reasons(sale.explanation)
    named = {reason.rule for reason in reasons if reason.code.startswith("offer.") and reason.rule}
    is_missed = any(reason.code == "offer.missed" for reason in reasons)
    if not is_missed or sale.refund_of is not None or _differs(sale):
        return reasons
    codes = None if any(reason.code == "offer.more" for reason in reasons) else named
    return rules.told_again(_past(sale), reasons, offers.offers_then(codes, sale.occurred_at, sale.recorded_at))


def _differs(sale: SaleView) -> bool:
    """Whether it was rated by something else than what is stored of it, as it stands now."""
    if sale.flags or Repair.objects.filter(sale_id=sale.id).exists():
        return True
    ((is_changed, is_promised),) = sql.rows(
        _CHANGED,
        {
            "nobody": NOBODY,
            "since": sale.recorded_at - _AT_ONCE,
            "product": ProductChanged.name,
            "product_ids": [line.product_id for line in sale.lines if line.product_id is not None],
            "station": StationChanged.name,
            "station_id": sale.station_id,
            "sale_id": sale.id,
        },
    )
    return bool(is_changed or is_promised)


def _past(sale: SaleView) -> Past:
    station = organisation.stations_by_id([sale.station_id])[sale.station_id]
    products = catalogue.products_by_id({line.product_id for line in sale.lines if line.product_id is not None})
    programme = loyalty.rulebooks().version(sale.rulebook).programme
    tier = tier_of(programme, sale.tier)
    reached = {one.code for one in programme.tiers if tier is not None and one.threshold <= tier.threshold}
    return Past(
        station=station.code,
        local=sale.occurred_at.astimezone(clock.zone(station.zone)),
        day=sale.business_date,
        pump=sale.pump,
        lines=[
            PastLine(
                line.number,
                products[line.product_id] if line.product_id is not None else None,
                line.quantity,
                line.unit_price,
                line.amount - line.discount,
            )
            for line in sale.lines
        ],
        tenders=wire.decode_tenders(sale.tenders),
        customer_id=sale.customer_id,
        tier=sale.tier,
        reached=frozenset(reached),
    )
