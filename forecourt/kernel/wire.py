"""JSON as both doors read and write it without the web API's framework: values are msgspec's, faults name their field."""

import inspect
import re
from typing import Any, Final, NamedTuple

import msgspec

from forecourt.kernel.choices import parsed, with_choices
from forecourt.kernel.problems import Invalid, Problem

JSON: Final = "application/json"
_REF: Final = "#/components/schemas/{name}"
_FIGURE: Final = "^-?[0-9]{1,9}([.][0-9]{1,4})?$"
_MEMBER: Final = re.compile(r"Object (missing required|contains unknown) field `(.*)`")
_REMEDIES: Final = {
    "missing required": "is missing; add it",
    "contains unknown": "is not a member we know; remove it or correct its name",
}


class HttpAnswer(NamedTuple):
    """An answer as HTTP wants it."""

    status: int
    media_type: str
    body: bytes


class Malformed(Problem):
    """The body is no JSON at all."""

    type = "malformed"
    status = 400
    title = "The body is not JSON"


def decode(decoder: Any, body: bytes | msgspec.Raw) -> Any:
    """What a msgspec decoder makes of a body; Malformed when it is no JSON, Invalid naming the field at fault."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`")
        raise _fault(with_choices(message, decoder.type, path, parsed(body)), _dotted(path)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"{error}; send a JSON object, or a list of them.") from None
    except RecursionError:
        raise Malformed("The JSON is nested too deep; send a JSON object, or a list of them.") from None


def decode_storable(decoder: Any, body: bytes) -> Any:
    """The same of a body whose texts go to the store: Invalid, naming the field, where one holds the character NUL."""
    decoded = decode(decoder, body)
    if b"\\u0000" in body:
        refuse_nul(msgspec.json.decode(body))
    return decoded


def _fault(message: str, path: str) -> Invalid:
    member = _MEMBER.fullmatch(message)
    if member:
        return Invalid.field(f"{path}.{member[2]}" if path else member[2], _REMEDIES[member[1]])
    return Invalid.field(path or "body", message[:1].lower() + message[1:])


def _dotted(path: str) -> str:
    """msgspec's path `.lines[0].quantity` as `lines.0.quantity`."""
    return path.replace("[...]", "").replace("[", ".").replace("]", "").lstrip(".")


def refuse_nul(value: Any, path: str = "") -> None:
    """Invalid when a text in a JSON value holds the character NUL, which the store takes none of."""
    match value:
        case str() if "\0" in value:
            raise Invalid.field(path or "body", "holds the character NUL (\\u0000); leave it out")
        case list():
            for position, item in enumerate(value):
                refuse_nul(item, f"{path}.{position}" if path else str(position))
        case dict():
            for name, item in value.items():
                refuse_nul(name, path)
                refuse_nul(item, f"{path}.{name}" if path else name)


def described(*kinds: Any) -> dict[str, Any]:
    """The OpenAPI schemas of all these values and of what they hold, by name."""
    _, made = msgspec.json.schema_components(kinds, ref_template=_REF)
    for schema in made.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    _say_figures(made)
    return made


def ref(name: str) -> dict[str, Any]:
    """The schema of that name, as a document points to it."""
    return {"$ref": _REF.format(name=name)}


def content(schema: dict[str, Any], *media_types: str) -> dict[str, Any]:
    """What a body or an answer holds, JSON unless other types are named."""
    return {media_type: {"schema": schema} for media_type in media_types or (JSON,)}


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
