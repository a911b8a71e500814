"""A coupon, and what is looked up, as JSON: the one form for both doors.

Dataclasses are what the web's framework describes and answers too.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from forecourt.coupons.values import CouponStatus, Where
from forecourt.kernel import wire
from forecourt.kernel.values import Value

_LARGEST_ID: Final = 2**63 - 1


class LookupBody(Value, forbid_unknown_fields=True):
    """A code that was presented, as printed or typed, and by whom and at which station (by code) if that is known."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]
    customer_id: Annotated[int, Meta(ge=1, le=_LARGEST_ID)] | None = None
    station: Annotated[str, Meta(min_length=1, max_length=32)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOut:
    """Where an offer takes coupons: at a station that is in all lists that are there. Stations by code; null is any."""

    stations: tuple[str, ...] | None
    regions: tuple[str, ...] | None
    legal_entities: tuple[str, ...] | None

    @classmethod
    def of(cls, where: Where) -> "PlaceOut":
        return cls(stations=where.stations, regions=where.regions, legal_entities=where.payees)


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponOut:
    """A coupon, good on days from `active_from` to `expires_on`, both included. `uses` of 0 is any number.

    `customer_id` is null for a bearer's coupon and for a code for everybody. `origin` names what gave it. A used one
    with `voided_at` is void as soon as its use is given back. `places` says where offers take it now, empty where none does.
    """

    id: UUID
    code: str
    template: str
    name: str
    customer_id: int | None
    status: CouponStatus
    active_from: date
    expires_on: date | None
    uses: int
    uses_left: int
    issued_at: datetime
    seen_at: datetime | None
    used_at: datetime | None
    voided_at: datetime | None
    sale_id: UUID | None
    batch_id: int | None
    origin: str
    places: tuple[PlaceOut, ...]


class LookupOut(Value):
    """Whether the coupon can be used now, and if not why: a stable word and a sentence by language.

    "no_offer": no offer takes it now; "not_here": none does at that station. `handover` is what to hand over where the
    coupon needs no sale. An unknown code has no `coupon`.
    """

    usable: bool
    why_not: str | None
    messages: dict[str, str]
    handover: str
    coupon: CouponOut | None


_lookup: Final = msgspec.json.Decoder(LookupBody)
_encoder: Final = msgspec.json.Encoder(decimal_format="string")


def decode_lookup(body: bytes) -> LookupBody:
    """What is looked up; Malformed when it is no JSON, Invalid naming the field when it is not that."""
    return wire.decode_storable(_lookup, body)  # type: ignore[no-any-return]


def encode(answer: Any) -> bytes:
    """What was found, as JSON."""
    return _encoder.encode(answer)
