"""Names, tags and custom fields: what they may hold."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from forecourt.customers.rules.masking import redacted
from forecourt.customers.values import Scalar
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _

MAX_TAGS: Final = 50
MAX_CUSTOM_FIELDS: Final = 50
_MAX_KEY: Final = 40
_MAX_TEXT: Final = 500


def normal_name(name: str) -> str:
    """A name with single spaces. A phone or plate given for a name is masked, for names are not sealed."""
    text = plain_text("name", " ".join(name.split()))
    if not text:
        raise Invalid.field("name", _("is empty; give a name of 1 to 120 characters"))
    if len(text) > 120:
        raise _too_long("name", text, 120)
    return redacted(text)


def normal_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without spaces around them and without repeats, in the order given."""
    normal = tuple(dict.fromkeys(normal_tag(tag) for tag in tags))
    if len(normal) > MAX_TAGS:
        raise Invalid.field(
            "tags",
            _("%(count)s tags; a customer can have %(most)s, take some off") % {"count": len(normal), "most": MAX_TAGS},
        )
    return normal


def normal_tag(tag: str) -> str:
    """One tag: 1 to 40 characters."""
    text = plain_text("tags", " ".join(tag.split()))
    if not 1 <= len(text) <= 40:
        raise Invalid.field("tags", _("a tag has %(count)s characters; give 1 to 40") % {"count": len(text)})
    return redacted(text)


def normal_text(path: str, text: str, *, limit: int = 4000, required: bool = True) -> str:
    """Free text that is kept unsealed: trimmed, personal numbers masked, at most `limit` characters."""
    plain = plain_text(path, text.strip())
    if required and not plain:
        raise Invalid.field(path, _("is empty; write a few words"))
    if len(plain) > limit:
        raise _too_long(path, plain, limit)
    return redacted(plain)


def changed_custom(fields: Mapping[str, Scalar], changes: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """The custom fields after changes: a null takes a field away. Flat, at most 50 fields of scalars."""
    result = dict(fields)
    for key, value in changes.items():
        path = f"custom.{key[:_MAX_KEY]}"
        if not 1 <= len(key) <= _MAX_KEY or key != key.strip() or "\0" in key:
            raise Invalid.field(
                path,
                _("a field's name has 1 to %(most)s characters and no spaces around it") % {"most": _MAX_KEY},
            )
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _custom_value(path, value)
    if len(result) > MAX_CUSTOM_FIELDS:
        raise Invalid.field(
            "custom",
            _("%(count)s fields; a customer can have %(most)s, take some away")
            % {"count": len(result), "most": MAX_CUSTOM_FIELDS},
        )
    return result


def _custom_value(path: str, value: Scalar) -> Scalar:
    if isinstance(value, str):
        return normal_text(path, value, limit=_MAX_TEXT, required=False)
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise Invalid.field(path, _("holds something else; give a text, a number, true or false"))


def plain_text(path: str, text: str) -> str:
    """The text as it is; Invalid when it holds what no store can keep."""
    if "\0" in text:
        raise Invalid.field(path, _("holds a null character; take it out"))
    return text


def _too_long(path: str, text: str, limit: int) -> Invalid:
    return Invalid.field(
        path, _("has %(count)s characters; shorten it to %(limit)s") % {"count": len(text), "limit": limit}
    )
