"""Redemptions as JSON: the one form for both doors."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from forecourt.customers.values import CustomerClaim
from forecourt.kernel import wire
from forecourt.kernel.money import rounded
from forecourt.kernel.problems import Invalid
from forecourt.kernel.values import Value
from forecourt.organisation import queries as organisation
from forecourt.rewards.values import Code, IdentifiedBy, Redemption, RedemptionState, RewardKind

StationCode = Annotated[str, Meta(max_length=32)]
_SHORTEST_CODE: Final = 4
_LONGEST_CODE: Final = 40
CODE_SCHEMA: Final[dict[str, Any]] = {"type": "string", "minLength": _SHORTEST_CODE, "maxLength": _LONGEST_CODE}
"""A redemption's code in an address, as it may be typed."""


class NewRedemption(Value, forbid_unknown_fields=True):
    """What to redeem for whom. `station` is where this happens or where it will be collected. `supervisor` is the sign-in
    name of who vouches for a customer that can show no more than a telephone number.
    """

    reward: Code
    customer: CustomerClaim
    station: StationCode = ""
    supervisor: Annotated[str, Meta(max_length=64)] = ""

    @property
    def identified_by(self) -> IdentifiedBy:
        """By what the customer is recognised; Invalid unless it is exactly one thing."""
        given = [one for one in IdentifiedBy if getattr(self.customer, one.value) is not None]
        if len(given) != 1:
            raise Invalid.field(
                "customer", "names the customer by exactly one of phone, email, card, app, wechat, plate, id"
            )
        return given[0]


class Collecting(Value, forbid_unknown_fields=True):
    """Where it is handed over."""

    station: StationCode = ""


class Cancelling(Value, forbid_unknown_fields=True):
    """Why it is taken back."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class RedemptionOut(Value):
    """A redemption. `code` is what it is collected with, `coupon` the coupon it issued instead; `money` is what the
    cashier takes. `is_returned`: the points were given back.
    """

    id: UUID
    code: str
    reward: str
    reward_name: str
    kind: RewardKind
    customer_id: int
    points: int
    money: Decimal
    state: RedemptionState
    redeemed_at: datetime
    station: str | None
    identified_by: IdentifiedBy
    expires_on: date | None
    coupon: str | None
    coupon_expires_on: date | None
    closed_at: datetime | None
    collected_station: str | None
    reason: str
    is_returned: bool


class RedemptionsPage(Value):
    """A page of redemptions, the latest first; `next` is the cursor of the page after it, null on the last."""

    items: tuple[RedemptionOut, ...]
    next: str | None


_SAME: Final = tuple(name for name in RedemptionOut.__struct_fields__ if name in Redemption.__struct_fields__)
_new: Final = msgspec.json.Decoder(NewRedemption)
_collecting: Final = msgspec.json.Decoder(Collecting)
_cancelling: Final = msgspec.json.Decoder(Cancelling)
_encoder: Final = msgspec.json.Encoder(decimal_format="string")


def decode_new(body: bytes) -> NewRedemption:
    """What is to be redeemed; Malformed when it is no JSON, Invalid naming the field when it is not that."""
    return wire.decode_storable(_new, body)  # type: ignore[no-any-return]


def decode_collecting(body: bytes) -> Collecting:
    """Where something is handed over; errors as above."""
    return wire.decode_storable(_collecting, body)  # type: ignore[no-any-return]


def decode_cancelling(body: bytes) -> Cancelling:
    """Why something is taken back; errors as above."""
    return wire.decode_storable(_cancelling, body)  # type: ignore[no-any-return]


def code_of(text: str) -> str:
    """The code in an address; Invalid when it is too short or too long to be one."""
    if not _SHORTEST_CODE <= len(text) <= _LONGEST_CODE:
        raise Invalid.field("code", f"must have {_SHORTEST_CODE} to {_LONGEST_CODE} characters; it was {text[:60]!r}")
    return text


def out(redemption: Redemption, stations: Mapping[int, str]) -> RedemptionOut:
    """A redemption as it is answered; `stations` are codes by id."""
    collected_at = redemption.collected_station_id
    same = {name: getattr(redemption, name) for name in _SAME}
    return RedemptionOut(
        **same
        | {
            "station": stations.get(redemption.station_id) if redemption.station_id else None,
            "collected_station": stations.get(collected_at) if collected_at else None,
            "coupon": redemption.coupon or None,
            "money": rounded(redemption.money, organisation.company().digits),
        }
    )


def encode(answer: Any) -> bytes:
    """A redemption, or what holds some, as JSON. Money is a string."""
    return _encoder.encode(answer)
