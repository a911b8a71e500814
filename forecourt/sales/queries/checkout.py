"""What the sale needs to know of sales and reservations before it, in lists."""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from forecourt import sales
from forecourt.customers import queries as customers
from forecourt.kernel import clock, sql
from forecourt.sales.rules import Used

GIVEN: Final = customers.FAMILIES + sql.load(sales.__file__, "given")
OVERDUE: Final = """
SELECT id FROM sales_reservation WHERE id = ANY(%(ids)s::uuid[]) AND ended_at IS NULL AND expires_at < %(now)s ORDER BY id
"""


def given(customer_ids: Collection[int], offer_ids: Collection[int], since: date) -> dict[tuple[int, int], list[Used]]:
    """What these offers gave these customers on trading days from `since` on, with what they gave to all merged with them.

    What reservations hold for them counts as given, until they end or expire. Of what was given before `since` some may be
    in it, some not. One statement, none where nothing is asked for.
    """
    if not customer_ids or not offer_ids:
        return {}
    found: dict[tuple[int, int], list[Used]] = {}
    where = {
        "customer_ids": sql.array(sorted(customer_ids)),
        "offer_ids": sql.array(sorted(offer_ids)),
        "since": since,
        "now": clock.now(),
    }
    for customer_id, offer_id, *sums in sql.rows(GIVEN, where, hot=True):
        found.setdefault((customer_id, offer_id), []).append(Used(*sums))
    return found


def overdue(reservation_ids: Collection[UUID], *, lock: bool) -> set[UUID]:
    """Which of these reservations expired and were not let go yet; with `lock` none that somebody is ending just now.

    One statement, none for nothing.
    """
    if not reservation_ids:
        return set()
    where = {"ids": sql.array(reservation_ids), "now": clock.now()}
    return {row[0] for row in sql.rows(OVERDUE + "FOR NO KEY UPDATE SKIP LOCKED" if lock else OVERDUE, where)}
