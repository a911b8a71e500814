"""Sales as they stand in the books. What a station manager may see is decided here, by the actor's stations."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from forecourt import sales
from forecourt.customers import queries as customers
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.money import rounded
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Value
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions
from forecourt.sales.values import Award

SALE_BY_ID: Final = sql.load(sales.__file__, "sale_by_id")
LINES_OF: Final = sql.load(sales.__file__, "lines_of")
REFUNDS_OF: Final = sql.load(sales.__file__, "refunds_of")
SALES_PAGE: Final = sql.load(sales.__file__, "sales_page")
AWARDS_OF: Final = sql.load(sales.__file__, "awards_of")


class LineView(Value):
    """A line as it stands in the books."""

    number: int
    product_id: int | None
    code: str
    kind: str
    quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal
    discount: Decimal
    name: str | None


class SaleView(Value):
    """A sale as screens and the API show it. `customer_id` is null for an anonymous sale."""

    id: UUID
    customer_id: int | None
    books_customer_id: int
    business_date: date
    station_id: int
    source: str
    source_ref: str
    occurred_at: datetime
    recorded_at: datetime
    pump: int | None
    staff: str
    gross: Decimal
    discount: Decimal
    net: Decimal
    fuel_quantity: Decimal
    fuel_amount: Decimal
    status: str
    flags: tuple[str, ...]
    points_earned: int
    points_balance: int | None
    tier: str
    rulebook: int
    refund_of: UUID | None
    tenders: msgspec.Raw
    explanation: msgspec.Raw
    recorded_by: str
    pricing: str = ""
    points_spent: int = 0
    lines: tuple[LineView, ...] = ()
    refunds: tuple[UUID, ...] = ()


def sale(actor: Actor, sale_id: UUID) -> SaleView:
    """One sale with its lines and refunds; NotFound when there is none, or none at a station in the actor's scope."""
    actor.require(permissions.VIEW)
    return find(actor, sale_id)


def find(actor: Actor, sale_id: UUID) -> SaleView:
    """As `sale`, for commands that checked a permission of their own."""
    found = sql.dicts(SALE_BY_ID, {"sale_ids": [sale_id]})
    if not found or not actor.may_at(found[0]["station_id"]):
        raise NotFound(_("There is no sale %(id)s.") % {"id": sale_id})
    row = found[0]
    books_customer_id = row["customer_id"]
    taken_back = sql.rows(REFUNDS_OF, {"customer_ids": _family(books_customer_id), "sale_id": sale_id})
    return _view(row, lines_of([row]).get(sale_id, ()), tuple(refund[0] for refund in taken_back))


class RefundRow(Value):
    """A refund of a sale, as far as the next refund must know."""

    id: UUID
    customer_id: int
    business_date: date
    points_earned: int
    points_spent: int


def refunds(sale: SaleView) -> list[RefundRow]:
    """A sale's refunds, oldest first."""
    found = sql.rows(REFUNDS_OF, {"customer_ids": _family(sale.books_customer_id), "sale_id": sale.id})
    return [RefundRow(**dict(zip(RefundRow.__struct_fields__, row, strict=True))) for row in found]


def points_of(sale: SaleView) -> int:
    """The points a sale stands for now; read again under its lock, since a repair may have changed them."""
    return int(sql.dicts(SALE_BY_ID, {"sale_ids": [sale.id]})[0]["points_earned"])


def awards(sale: SaleView, refund_ids: Sequence[UUID] = ()) -> list[Award]:
    """What offers gave on a sale, less what these refunds of it took back."""
    found = sql.rows(AWARDS_OF, {"customer_ids": _family(sale.books_customer_id), "sale_ids": [sale.id, *refund_ids]})
    return [Award(**dict(zip(Award.__struct_fields__, row, strict=True))) for row in found]


def _family(books_customer_id: int) -> list[int]:
    return customers.family_ids(books_customer_id) if books_customer_id > 0 else [books_customer_id]


def lines_of(sales: Sequence[Any]) -> dict[UUID, tuple[LineView, ...]]:
    """Lines by sale, of rows that bear id, customer_id and business_date. One statement."""
    found = sql.rows(
        LINES_OF,
        {
            "customer_ids": sorted({row["customer_id"] for row in sales}),
            "business_dates": sorted({row["business_date"] for row in sales}),
            "sale_ids": [row["id"] for row in sales],
        },
    )
    lines: dict[UUID, list[LineView]] = {}
    for sale_id, *values in found:
        lines.setdefault(sale_id, []).append(LineView(**dict(zip(LineView.__struct_fields__, values, strict=True))))
    return {sale_id: tuple(items) for sale_id, items in lines.items()}


def list_sales(
    actor: Actor,
    *,
    customer_ids: Sequence[int] | None = None,
    station_ids: Sequence[int] | None = None,
    since: date | None = None,
    until: date | None = None,
    status: str | None = None,
    reference: str | None = None,
    before: tuple[date, datetime, UUID] | None = None,
    limit: int = 50,
) -> list[SaleView]:
    """A page of sales without lines, newest first, of stations in the actor's scope.

    `customer_ids` is a customer's family; `since` and `until` are business dates, both included; `before` is
    (business_date, occurred_at, id) of the last sale seen.
    """
    actor.require(permissions.VIEW)
    allowed = actor.stations
    if station_ids is not None:
        allowed = frozenset(station_ids) if allowed is None else allowed & frozenset(station_ids)
    before_day, before_at, before_id = before or (None, None, None)
    found = sql.dicts(
        SALES_PAGE,
        {
            "customer_ids": list(customer_ids) if customer_ids is not None else None,
            "station_ids": sorted(allowed) if allowed is not None else None,
            "since": since,
            "until": until,
            "status": status,
            "reference": reference,
            "before_day": before_day,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit,
        },
    )
    return [_view(row) for row in found]


def _view(row: dict[str, Any], lines: tuple[LineView, ...] = (), refunds: tuple[UUID, ...] = ()) -> SaleView:
    fields = dict(row)
    customer_id = fields.pop("customer_id")
    for name in ("gross", "discount", "net", "fuel_amount"):
        fields[name] = to_money(fields[name])
    for name in ("tenders", "explanation"):
        fields[name] = msgspec.Raw(fields[name].encode())
    return SaleView(
        **fields | {"flags": tuple(fields["flags"])},
        customer_id=customer_id if customer_id > 0 else None,
        books_customer_id=customer_id,
        lines=lines,
        refunds=refunds,
    )


def to_money(value: Decimal) -> Decimal:
    """A stored amount, kept with four digits, to the currency's own."""
    return rounded(value, organisation.company().digits)
