"""Receipts of sales that were accepted before."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from forecourt import sales
from forecourt.kernel import sql
from forecourt.sales import wire
from forecourt.sales.queries.books import SALE_BY_ID, to_money
from forecourt.sales.rules import coupons_given, offers_given
from forecourt.sales.values import Points, Receipt, SaleStatus, Totals

Name = tuple[int, str, str]
"""What a sale is known by: (station id, source, source_ref)."""

STORED_RECEIPTS: Final = sql.load(sales.__file__, "stored_receipts")
_RECEIPT_FIELDS: Final = (
    "id",
    "status",
    "customer_id",
    "gross",
    "discount",
    "net",
    "points_earned",
    "points_balance",
    "tier",
    "flags",
    "explanation",
    "points_spent",
)


def stored_receipts(names: Collection[Name]) -> dict[Name, tuple[bytes, Receipt]]:
    """Receipts, marked as replayed, and body digests of sales that were accepted before, by name. One statement."""
    ordered = sorted(names)
    found = sql.rows(
        STORED_RECEIPTS,
        {
            "station_ids": sql.array([name[0] for name in ordered]),
            "sources": sql.text_array([name[1] for name in ordered]),
            "source_refs": sql.text_array([name[2] for name in ordered]),
        },
        hot=True,
    )
    return {(row[0], row[1], row[2]): (bytes(row[3]), _receipt(row[4:])) for row in found}


def receipts(sale_ids: Sequence[UUID]) -> list[Receipt]:
    """Stored receipts by id, in no order."""
    return [
        _receipt([row[name] for name in _RECEIPT_FIELDS]) for row in sql.dicts(SALE_BY_ID, {"sale_ids": list(sale_ids)})
    ]


def _receipt(row: Sequence[Any]) -> Receipt:
    sale_id, status, customer_id, gross, discount, net, earned, balance, tier, flags, explanation, spent = row
    reasons = wire.decode_reasons(explanation)
    return Receipt(
        id=sale_id,
        status=SaleStatus(status),
        replayed=True,
        customer_id=customer_id if customer_id > 0 else None,
        totals=Totals(gross=to_money(gross), discount=to_money(discount), net=to_money(net)),
        points=Points(earned=earned, balance=balance, spent=spent),
        tier=tier or None,
        flags=tuple(flags),
        offers=offers_given(reasons),
        coupons=coupons_given(reasons),
        explanation=msgspec.Raw(wire.encode_reasons(reasons)),
    )
