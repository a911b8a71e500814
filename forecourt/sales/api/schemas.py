"""What the routes of sales take and give, and how the API's document says it. It is msgspec that reads and writes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from forecourt.kernel import wire
from forecourt.kernel.values import Value
from forecourt.kernel.wire import content, ref
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
    made = wire.described(NewSale, NewRefund, Receipt, Quote, Reserved, Reason, SaleOut, SalesPage, ExplanationOut)
    made["Receipt"]["properties"]["explanation"] = {"type": "array", "items": ref("Reason")}
    return made


COMPONENTS: Final = _components()


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
