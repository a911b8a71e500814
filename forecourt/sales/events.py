"""What happens to sales."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from forecourt.kernel.events import Event


class SalePosted(Event):
    """A sale is final. Published once for each new sale, in the transaction that wrote it."""

    name: ClassVar[str] = "sale.posted.v1"
    sale_id: UUID
    station_id: int
    business_date: date
    net: Decimal
    fuel_quantity: Decimal
    points: int
    flagged: bool = False


class SaleRefunded(Event):
    """A refund is final; figures are negative. `refund_of` is null for a refund that names no sale."""

    name: ClassVar[str] = "sale.refunded.v1"
    sale_id: UUID
    refund_of: UUID | None
    station_id: int
    business_date: date
    net: Decimal
    fuel_quantity: Decimal
    points: int


class SaleRepaired(Event):
    """A flagged sale was mended and rated anew. `previous_customer_id` differs when its customer was found."""

    name: ClassVar[str] = "sale.repaired.v1"
    sale_id: UUID
    station_id: int
    business_date: date
    previous_customer_id: int
    points: int
