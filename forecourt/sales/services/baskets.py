"""A recorded sale as it was rated: what refunds and repairs look at anew."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from forecourt.catalogue import queries as catalogue
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.sales import queries, wire
from forecourt.sales.queries import LineView, SaleView
from forecourt.sales.services.taking_back import Basket
from forecourt.sales.values import NewLine, NewSale, RatedLine


def basket_of(sale: SaleView) -> Basket:
    """A sale's basket with what its refunds took, as it stands now; callers hold its lock."""
    refunds = queries.refunds(sale)
    every = [
        _place(sale),
        *({"id": row.id, "customer_id": row.customer_id, "business_date": row.business_date} for row in refunds),
    ]
    views = queries.lines_of(every)
    products = catalogue.products_by_code({line.code for line in views.get(sale.id, ())})

    def rated(sale_id: UUID) -> list[RatedLine]:
        return [
            RatedLine(
                number=line.number,
                product=products.get(line.code),
                code=line.code,
                quantity=line.quantity,
                unit_price=line.unit_price,
                amount=line.amount,
                discount=line.discount,
            )
            for line in views.get(sale_id, ())
        ]

    return Basket(
        lines=rated(sale.id),
        refunded=[rated(row.id) for row in refunds],
        points_so_far=queries.points_of(sale) + sum(row.points_earned for row in refunds),
        points_spent=sale.points_spent + sum(row.points_spent for row in refunds),
        refund_ids=[row.id for row in refunds],
        rules=loyalty.rulebooks().version(sale.rulebook),
        awards=queries.awards(sale, [row.id for row in refunds]),
        tier=sale.tier,
        station=organisation.stations_by_id([sale.station_id])[sale.station_id].code,
        tenders=wire.decode_tenders(sale.tenders),
    )


def _place(sale: SaleView) -> dict[str, Any]:
    return {"id": sale.id, "customer_id": sale.books_customer_id, "business_date": sale.business_date}


def restated(sale: SaleView, station: StationFacts) -> NewSale:
    """A recorded sale as the till would have sent it, to be looked at anew; without its customer."""
    return NewSale(
        station=station.code,
        source=sale.source,
        source_ref=sale.source_ref,
        occurred_at=sale.occurred_at,
        business_date=sale.business_date,
        pump=sale.pump,
        staff=sale.staff or None,
        tenders=wire.decode_tenders(sale.tenders),
        lines=as_sold(sale.lines),
    )


def as_sold(lines: Iterable[LineView | RatedLine]) -> tuple[NewLine, ...]:
    """Lines of the books as a till would send them, at the price that was paid."""
    return tuple(
        [
            NewLine(
                product=line.code,
                quantity=line.quantity,
                amount=line.amount - line.discount,
                unit_price=line.unit_price,
                discount=line.discount,
            )
            for line in lines
        ]
    )
