"""What a field takes where it takes one of a few words only: msgspec says which word was none of them, not which there are."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import inspect

_OTHER_WORD: Final = re.compile(r"Invalid (?:enum )?value (.*)", re.DOTALL)
_SHOWN_CHARACTERS: Final = 80
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


def with_choices(message: str, kind: Any, path: str, body: Any) -> str:
    """What msgspec says of a word that is none of those that a field takes, with those; any other message as it is."""
    other = _OTHER_WORD.fullmatch(message)
    choices = [repr(word) for word in choices_at(kind, path, body)] if other else []
    if other is None or not choices:
        return message
    *first, last = choices
    named = f"{', '.join(first)} or {last}" if first else last
    return f"must be {named}; it was {other[1][:_SHOWN_CHARACTERS]}"


def parsed(body: Any) -> Any:
    """The JSON of a body at fault, None where it is at fault as JSON too."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def choices_at(kind: Any, path: str, body: Any) -> list[str]:
    """The words that a value of this type takes at a msgspec path (".then[0].by") in a body of parsed JSON; empty where any
    will do. Where a value is of one of several kinds its tag in the body tells of which.
    """
    types = list(_each(inspect.type_info(kind), body))
    for name, _place in _STEP.findall(path):
        if name and (tags := _tags(types, name)):
            return tags
        body = _inner(body, name, _place)
        types = [one for outer in types for inner in _within(outer, name) for one in _each(inner, body)]
    return [str(word) for one in types for word in _words(one)]


def _each(kind: Any, body: Any) -> Iterator[Any]:
    """The kinds that a value may be of; only the one that its tag names where there is such a one."""
    if isinstance(kind, inspect.Metadata):
        yield from _each(kind.type, body)
    elif isinstance(kind, inspect.UnionType):
        found = [one for inner in kind.types for one in _each(inner, body)]
        yield from [one for one in found if _is_named(one, body)] or found
    else:
        yield kind


def _is_named(kind: Any, body: Any) -> bool:
    """Whether the tag in the body is of this kind."""
    tag_field = kind.tag_field if isinstance(kind, inspect.StructType) else None
    return tag_field is not None and isinstance(body, dict) and body.get(tag_field) == kind.tag


def _tags(kinds: list[Any], name: str) -> list[str]:
    """All tags, where the field of that name is the one that holds them."""
    return [str(one.tag) for one in kinds if isinstance(one, inspect.StructType) and one.tag_field == name]


def _within(kind: Any, name: str) -> list[Any]:
    """The types of a field of this name; of the items of a list where there is none."""
    if name:
        fields = kind.fields if isinstance(kind, inspect.StructType) else ()
        return [field.type for field in fields if field.encode_name == name]
    item = getattr(kind, "item_type", None)
    return list(getattr(kind, "item_types", ())) if item is None else [item]


def _inner(body: Any, name: str, place: str) -> Any:
    if isinstance(body, dict):
        return body.get(name)
    if isinstance(body, list | tuple) and place.isdigit() and int(place) < len(body):
        return body[int(place)]
    return None


def _words(kind: Any) -> list[Any]:
    if isinstance(kind, inspect.EnumType):
        return [one.value for one in kind.cls]
    return list(kind.values) if isinstance(kind, inspect.LiteralType) else []
