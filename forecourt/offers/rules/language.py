"""The rule language: an offer from its JSON and back, what it must keep, its schema, its words, and what a builder shows."""

from typing import Any, Final

import msgspec

from forecourt.kernel.choices import parsed, with_choices
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.rules.checking import check
from forecourt.offers.rules.describing import catalogue, schema
from forecourt.offers.rules.offer import COMPANY, Offer, Policy, PolicyHandedIn
from forecourt.offers.rules.saying import budget_words, missing, words

__all__ = [
    "COMPANY",
    "Offer",
    "Policy",
    "PolicyHandedIn",
    "budget_words",
    "catalogue",
    "check",
    "convert",
    "decode",
    "encode",
    "missing",
    "plain",
    "schema",
    "words",
]

_decoder: Final = msgspec.json.Decoder(Offer)
_encoder: Final = msgspec.json.Encoder(decimal_format="string", order="deterministic")


def decode(text: str | bytes) -> Offer:
    """An offer from its JSON, not yet checked: see `check`. Invalid, naming the field, when it is not of the language."""
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise _at_field(error, parsed(text)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Invalid.field("rule", _("%(error)s; send a JSON object") % {"error": error}) from None
    except RecursionError:
        raise Invalid.field("rule", _("is nested too deep; send a JSON object")) from None


def convert(body: Any) -> Offer:
    """An offer from parsed JSON: dictionaries and lists, money and quantities as strings. Errors as for `decode`."""
    try:
        return msgspec.convert(body, Offer)
    except msgspec.ValidationError as error:
        raise _at_field(error, body) from None
    except RecursionError:
        raise Invalid.field("rule", _("is nested too deep; send a JSON object")) from None


def encode(offer: Offer) -> str:
    """An offer as JSON, keys in a fixed order."""
    return _encoder.encode(offer).decode()


def plain(offer: Offer) -> dict[str, Any]:
    """An offer as dictionaries and lists, as a JSON column takes them."""
    found: dict[str, Any] = msgspec.json.decode(_encoder.encode(offer))
    return found


def _at_field(error: msgspec.ValidationError, body: Any) -> Invalid:
    """msgspec's "... - at `$.then[0].percent`" as a problem of the field then.0.percent."""
    message, _at, path = str(error).partition(" - at `$")
    path = path.rstrip("`")
    message = with_choices(message, Offer, path, body)
    field = path.replace("[...]", "").replace("[", ".").replace("]", "").lstrip(".")
    return Invalid.field(field or "rule", message[:1].lower() + message[1:])
