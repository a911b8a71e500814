"""Sales as JSON: the one form for both doors, for files and for the command line."""

from typing import Any, Final
from uuid import UUID

import msgspec

from forecourt.kernel import wire
from forecourt.kernel.problems import Invalid, Problem
from forecourt.sales.values import MAX_LIST, NewRefund, NewSale, NewTender, Reason, as_plain

_sale: Final = msgspec.json.Decoder(NewSale)
_refund: Final = msgspec.json.Decoder(NewRefund)
_object: Final = msgspec.json.Decoder(dict[str, Any])
_raw_list: Final = msgspec.json.Decoder(list[msgspec.Raw])
_encoder: Final = msgspec.json.Encoder(decimal_format="string", enc_hook=as_plain)

_reasons: Final = msgspec.json.Encoder(decimal_format="string", order="deterministic")
_stored_reasons: Final = msgspec.json.Decoder(tuple[Reason, ...])
_stored_tenders: Final = msgspec.json.Decoder(tuple[NewTender, ...])

_SPACE: Final = b" \t\r\n"


def is_list(body: bytes) -> bool:
    """Whether a body is a JSON list rather than one object."""
    return body.lstrip(_SPACE)[:1] == b"["


def decode_sale(body: bytes | msgspec.Raw) -> NewSale:
    """One sale; Malformed when it is no JSON, Invalid naming the field when it is not a sale."""
    return wire.decode(_sale, body)  # type: ignore[no-any-return]


def decode_refund(body: bytes) -> NewRefund:
    """One refund; errors as for a sale."""
    return wire.decode(_refund, body)  # type: ignore[no-any-return]


def reservation_of(text: str) -> UUID:
    """The reservation that an address names; Invalid when that is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid.field("reservation_id", f"must be a UUID; it was {text[:60]!r}") from None


def decode_object(body: bytes) -> dict[str, Any]:
    """Any JSON object; Malformed when it is no JSON, Invalid when it is something else."""
    return wire.decode(_object, body)  # type: ignore[no-any-return]


def decode_sales(body: bytes) -> list[NewSale | Problem]:
    """A list of sales, or one as a list of one. A bad item of a list becomes the problem it is and spoils no other."""
    if not is_list(body):
        return [decode_sale(body)]
    items = wire.decode(_raw_list, body)
    if len(items) > MAX_LIST:
        raise Invalid(f"The list holds {len(items)} sales; send at most {MAX_LIST} at a time.")
    return [_decoded_or_problem(item) for item in items]


def _decoded_or_problem(item: msgspec.Raw) -> NewSale | Problem:
    try:
        return decode_sale(item)
    except Problem as problem:
        return problem


def encode(answer: Any) -> bytes:
    """An answer, or a list of them, as JSON. Money and quantities are strings."""
    return _encoder.encode(answer)


def encode_reasons(reasons: tuple[Reason, ...]) -> bytes:
    """An explanation as it is stored and answered; keys in a fixed order, so that equal ones are equal bytes."""
    return _reasons.encode(reasons)


def decode_reasons(explanation: bytes | str | msgspec.Raw) -> tuple[Reason, ...]:
    """An explanation from its JSON."""
    return _stored_reasons.decode(explanation)


def decode_tenders(tenders: bytes | str | msgspec.Raw) -> tuple[NewTender, ...]:
    """The tenders of a stored sale."""
    return _stored_tenders.decode(tenders)
