"""Types that the API's schemas are made of in every folder: text, figures, instants, ids, pages and their cursors."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
from django.http import HttpRequest
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.types import StringConstraints

from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.kernel.values import Outcome, Review

MAX_ID: Final = 2**63 - 1
_FIGURE: Final = r"^-?[0-9]{1,12}([.][0-9]{1,4})?$"
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)

SCOPE: Final = "x-scope"
OR_SCOPE: Final = "x-or-scope"
"""In an operation's `openapi_extra`: the scope a key needs. Stated by the route, enforced by the API's door."""
IDEMPOTENT: Final = "x-idempotency-key"
"""In an operation's `openapi_extra`: whether it takes an Idempotency-Key."""

T = TypeVar("T")


def needs(scope: str, *, or_scope: str = "", idempotent: bool = False, **extra: Any) -> dict[str, Any]:
    """The `openapi_extra` of a route: the scope it needs, or another that does as well, and, where it creates, that it takes
    an Idempotency-Key.
    """
    other = {OR_SCOPE: or_scope} if or_scope else {}
    return {SCOPE: scope, **other, **({IDEMPOTENT: True} if idempotent else {}), **extra}


class KeyedRequest(HttpRequest):
    """A request whose key was checked: `actor` is who acts; `lines` are those of a body in JSON Lines."""

    actor: Actor
    lines: Iterator[bytes | Problem]


class Body(Schema):
    """What a caller sends. A member that is not known is refused rather than ignored."""

    model_config = ConfigDict(extra="forbid", regex_engine="python-re")


class Changes(Body):
    """What a caller wants changed: what is not sent stays, and null is not the same as not sent."""

    def sent(self) -> dict[str, Any]:
        """The members that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _figure(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and re.match(_FIGURE, value) and not value.endswith("\n"):
        return Decimal(value)
    raise ValueError('must be a string of digits such as "12.50", with at most 12 digits before the point and 4 after')


def _instant(value: Any) -> Any:
    if isinstance(value, str) and not _INSTANT.fullmatch(value):
        raise ValueError("must be a date and time with its zone, such as 2026-01-02T08:30:00+08:00")
    if not isinstance(value, str | datetime):
        raise ValueError("must be a string such as 2026-01-02T08:30:00+08:00")
    return value


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a day such as 2026-01-02")
    if not "1900" <= value[:4] <= "2200":
        raise ValueError("lies outside the years 1900 to 2200")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank; write something")
    return value


def _within_reason(value: datetime) -> datetime:
    if not 1900 <= value.year <= 2200:
        raise ValueError("lies outside the years 1900 to 2200")
    return value


def _figure_out(value: Decimal) -> str:
    return f"{value:f}"


Figure = Annotated[
    Decimal,
    BeforeValidator(_figure),
    PlainSerializer(_figure_out, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _FIGURE, "examples": ["12.50"]}),
]
"""Money or a quantity: a string in JSON, a Decimal here."""

Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_within_reason)]
"""A moment with its zone."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day, year-month-day."""

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
"""A number that names a row."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[^\s/]+$")]
"""A code as it stands in an address: no blanks, no slash."""

Text = Annotated[str, AfterValidator(_not_blank)]
"""A text that says something: not only blanks."""

Limit = Annotated[int, Field(ge=1, le=200, description="Items on a page.")]
Cursor = Annotated[
    str, Field(max_length=500, description="`next` of the page before; leave it out for the first page.")
]


class HandInBody(Body):
    """A note for who decides."""

    note: Annotated[str, Field(max_length=1000)] = ""


class DatedHandInBody(HandInBody):
    """A note for who decides, and from when it is to hold: null is as soon as it is approved."""

    valid_from: Instant | None = None


class SendBackBody(Body):
    """What has to change, for who handed it in."""

    reason: Annotated[Text, Field(min_length=1, max_length=1000)]


class ReviewedOut(Schema):
    """By whom and when something was handed in, and what was decided; `decided_at` null while it is open."""

    id: int
    outcome: Outcome
    note: str
    submitted_at: datetime
    submitted_by: str
    decided_at: datetime | None
    decided_by: str
    answer: str

    @staticmethod
    def said(review: Review) -> dict[str, Any]:
        """The members of this schema, for those that add what was handed in."""
        return {name: getattr(review, name) for name in ReviewedOut.model_fields}


class Page(Schema, Generic[T]):
    """A page of a list; `next` is the cursor of the page after it, null on the last."""

    items: list[T]
    next: str | None = None


def cursor_of(*position: object) -> str:
    """An opaque cursor that `position_of` reads again. Holds sort keys and ids; never personal values."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).rstrip(b"=").decode()


def position_of(cursor: str | None, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """The position a cursor stands for, None for none; Invalid when it was not made by `cursor_of` for these types."""
    if not cursor:
        return None
    try:
        body = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(body, type=tuple[tuple(kinds)])  # type: ignore[no-any-return,misc]
    except (binascii.Error, ValueError, UnicodeEncodeError, msgspec.DecodeError):
        raise Invalid.field("cursor", "is not one of ours; send `next` of the page before, or leave it out") from None
