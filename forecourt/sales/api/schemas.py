"""What the routes of sales take and give, and how the API's document says it. It is msgspec that reads and writes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from forecourt.kernel.values import Value
from forecourt.loyalty.values import TierShown
from forecourt.sales.values import (
    MAX_LIST,
    NewRefund,
    NewSale,
    NewTender,
    Points,
    Quote,
    Reason,
    Receipt,
    Reserved,
    SaleStatus,
    Sentence,
    Totals,
)
from forecourt.sales.words import Reader

_FIGURE: Final = "^-?[0-9]{1,9}([.][0-9]{1,4})?$"
_REF: Final = "#/components/schemas/{name}"


class SaleLineOut(Value):
    """A line as it stands in the books; `name` is null where the product is not known."""

    number: int
    product: str
    name: str | None
    kind: str
    quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal
    discount: Decimal


class SaleSummary(Value):
    """A sale or, where `refund_of` names one, a refund, whose figures are negative. `customer_id` may be null."""

    id: UUID
    status: SaleStatus
    station: str
    business_date: date
    source: str
    source_ref: str
    occurred_at: datetime
    recorded_at: datetime
    customer_id: int | None
    pump: int | None
    staff: str
    totals: Totals
    fuel_quantity: Decimal
    points: Points
    tier: str | None
    flags: tuple[str, ...]
    refund_of: UUID | None


class SaleOut(SaleSummary):
    """A sale with its lines, its payments, its refunds, why it was rated so, and what the member's tier brought then."""

    lines: tuple[SaleLineOut, ...]
    tenders: tuple[NewTender, ...]
    refunds: tuple[UUID, ...]
    explanation: tuple[Reason, ...]
    benefits: TierShown | None


class SalesPage(Value):
    """A page of sales, newest first; `next` is the cursor of the page after it, null on the last."""

    items: tuple[SaleSummary, ...]
    next: str | None


class ExplanationOut(Value):
    """The sentences that are this reader's business, in the order in which the sale was worked out."""

    reader: Reader
    sentences: tuple[Sentence, ...]


def _components() -> dict[str, Any]:
    """The schemas of all that these routes take and give, by name."""
    _, made = msgspec.json.schema_components(
        [NewSale, NewRefund, Receipt, Quote, Reserved, Reason, SaleOut, SalesPage, ExplanationOut], ref_template=_REF
    )
    made["Receipt"]["properties"]["explanation"] = {"type": "array", "items": {"$ref": _REF.format(name="Reason")}}
    _say_figures(made)
    return made


def _say_figures(schema: Any) -> None:
    """Say of every decimal what it may look like: msgspec's "format" alone tells a client nothing."""
    if isinstance(schema, list):
        for item in schema:
            _say_figures(item)
    elif isinstance(schema, dict):
        if schema.get("format") == "decimal":
            schema["pattern"] = _FIGURE
        for item in schema.values():
            _say_figures(item)


COMPONENTS: Final = _components()


def ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(name=name)}


def content(schema: dict[str, Any], *media_types: str) -> dict[str, Any]:
    return {media_type: {"schema": schema} for media_type in media_types or ("application/json",)}


def one_or_list(name: str, *, answered: bool) -> dict[str, Any]:
    items = {"anyOf": [ref(name), ref("Problem")]} if answered else ref(name)
    many = {"type": "array", "items": items} | ({} if answered else {"maxItems": MAX_LIST})
    return {"anyOf": [ref(name), many]}


def sales_body() -> dict[str, Any]:
    return {"required": True, "content": content(one_or_list("NewSale", answered=False))}


def answers_of(name: str, **descriptions: str) -> dict[int, Any]:
    return {
        int(status.removeprefix("status_")): {
            "description": words,
            "content": content(one_or_list(name, answered=True)),
        }
        for status, words in descriptions.items()
    }
