"""What follows a sale: habits of its customer, sums of its station's day. Runs in the readers of the event log.

Both are computed anew from the sales of the customers and days that were touched, so that sales, refunds, repairs and
merges need no arithmetic of their own, and a list taken twice changes nothing.
"""

from collections.abc import Sequence
from typing import Final

from forecourt.customers import records as customer_records
from forecourt.customers.events import CustomersMerged, MergeUndone
from forecourt.customers.values import ProfileFigures
from forecourt.kernel import clock, sql
from forecourt.kernel.events import on
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.organisation import queries as organisation
from forecourt.sales import queries
from forecourt.sales.events import SalePosted, SaleRefunded, SaleRepaired

PROFILES: Final = sql.load(__file__, "profiles")
CLEAR_ROLLUP: Final = sql.load(__file__, "clear_rollup")
FILL_ROLLUP: Final = sql.load(__file__, "fill_rollup")


@on(SalePosted, SaleRefunded, SaleRepaired, CustomersMerged, MergeUndone)
def refresh_profiles(
    events: Sequence[SalePosted | SaleRefunded | SaleRepaired | CustomersMerged | MergeUndone],
) -> None:
    """Bring the habits of the customers that were touched up to date; anonymous ones have none."""
    touched = {event.customer_id for event in events}
    for event in events:
        if isinstance(event, CustomersMerged | MergeUndone):
            touched.add(event.merged_id)
    members = sorted(customer_id for customer_id in touched if customer_id > 0)
    if not members:
        return
    today = organisation.company_day()
    found = sql.rows(PROFILES, {"customer_ids": members, "today": today})
    fields = ProfileFigures.__struct_fields__
    customer_records.save_profiles([ProfileFigures(**dict(zip(fields, row, strict=True))) for row in found])


@on(SalePosted, SaleRefunded, SaleRepaired)
def refresh_rollup(events: Sequence[SalePosted | SaleRefunded | SaleRepaired]) -> None:
    """Sum the stations' days that were touched anew."""
    touched = sorted({(event.station_id, event.business_date) for event in events})
    days = [day for _, day in touched]
    where = {"station_ids": [station_id for station_id, _ in touched], "days": days}
    sql.run(CLEAR_ROLLUP, where)
    sql.run(FILL_ROLLUP, where | {"first": min(days), "last": max(days)})


@on(CustomersMerged, MergeUndone)
def recount_visits(events: Sequence[CustomersMerged | MergeUndone]) -> None:
    """Count the visits of customers who became one, or two again, anew: under their locks, so that no sale slips by."""
    touched = {event.customer_id for event in events}.union(*({event.merged_id, *event.moved} for event in events))
    customer_records.lock(touched)
    loyalty_records.open_missing(touched, loyalty.programme_at(clock.now()))
    loyalty_records.set_visits(queries.visits(touched))
