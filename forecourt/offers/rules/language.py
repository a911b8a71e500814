"""An offer as data: what it is called, when it holds, what it gives, how it combines, what it may cost, who pays.

The JSON of an offer is this type's; `schema` is its published JSON Schema.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from forecourt.kernel.bounds import NotNegative, OfHundred
from forecourt.kernel.values import Value
from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.effects import AnyEffect
from forecourt.offers.values import Budget, Code, Share

COMPANY = "brand"
"""Who pays for an offer that names nobody."""


class Offer(Value, forbid_unknown_fields=True, omit_defaults=True):
    """An offer. `starts` and `ends` bound it (the end is not included); conditions say which sales it is for.

    Combining: of offers with the same `group` a sale gets one; one that is `alone` goes with no other; those of higher
    `priority` come first whatever they are worth; of equal ones the customer gets the combination that is worth most.
    `worth` is what its gifts and coupons count for there, in money.
    `floor`: it stops where the margin floor of a product is reached. Funders' percents add up to 100; nobody named is the
    company itself, "brand".
    """

    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    text: Annotated[str, Meta(max_length=400)] = ""
    when: AnyCondition = All()
    then: Annotated[tuple[AnyEffect, ...], Meta(min_length=1, max_length=10)]
    starts: Annotated[datetime, Meta(tz=True)] | None = None
    ends: Annotated[datetime, Meta(tz=True)] | None = None
    group: Annotated[str, Meta(max_length=40)] = ""
    alone: bool = False
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0
    worth: NotNegative = Decimal(0)
    floor: bool = True
    budgets: Annotated[tuple[Budget, ...], Meta(max_length=10)] = ()
    funding: Annotated[tuple[Share, ...], Meta(max_length=10)] = ()


class Policy(Value, forbid_unknown_fields=True, omit_defaults=True):
    """How all offers combine: at most `most_offers` in a sale (0: any number), at most `most_percent` off any product."""

    most_offers: Annotated[int, Meta(ge=0, le=100)] = 0
    most_percent: OfHundred = Decimal(100)


_decoder = msgspec.json.Decoder(Offer)
_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")


def decode(text: str | bytes) -> Offer:
    """An offer from its JSON; msgspec.ValidationError names the place and the fault."""
    return _decoder.decode(text)


def encode(offer: Offer) -> str:
    """An offer as JSON, keys in a fixed order."""
    return _encoder.encode(offer).decode()


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an offer."""
    return msgspec.json.schema(Offer)
