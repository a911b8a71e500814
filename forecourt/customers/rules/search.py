"""What the words in a search box may mean, and where the next page begins."""

import base64
import re
from typing import Final, NamedTuple, TypeVar

import msgspec

from forecourt.customers.rules.recognition import PLATE, Recognised, normal_identity
from forecourt.customers.values import IdentityKind
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _

LAST_FOUR_KINDS: Final = (IdentityKind.PHONE.value, IdentityKind.CARD.value, PLATE)
_DIGIT: Final = re.compile("[0-9０-９]")
_LAST_FOUR: Final = re.compile("[0-9A-Za-z挂学警港澳]{4}")


class Meanings(NamedTuple):
    """What to look for, one after the other until something is found: the exact, the last four, then the name."""

    customer_id: int | None
    exact: tuple[Recognised, ...]
    last_four: tuple[Recognised, ...]
    name: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of personal value this may be a search by, for the audit trail."""
        return tuple(dict.fromkeys([mark.kind for mark in (*self.exact, *self.last_four)]))


def meanings(text: str, region: str = "CN") -> Meanings:
    """Read a search: "#17" is an id; what has digits or an @ may be a phone, card, plate, address; all may be names."""
    text = " ".join(text.replace("\0", "").split())[:254]
    if re.fullmatch("#[0-9]{1,18}", text):
        return Meanings(int(text[1:]), (), (), "")
    exact: list[Recognised] = []
    if "@" in text or "＠" in text:
        exact += _as_kinds(text, (IdentityKind.EMAIL.value,), region)
    elif _DIGIT.search(text):
        exact += _as_kinds(text, (IdentityKind.PHONE.value, PLATE, IdentityKind.CARD.value), region)
    last: tuple[Recognised, ...] = ()
    if _LAST_FOUR.fullmatch(text) and _DIGIT.search(text):
        last = tuple(Recognised(f"{kind}.last4", text.upper()) for kind in LAST_FOUR_KINDS)
    return Meanings(None, tuple(exact), last, text)


def _as_kinds(text: str, kinds: tuple[str, ...], region: str) -> list[Recognised]:
    found = []
    for kind in kinds:
        try:
            found.append(Recognised(kind, normal_identity(kind, text, region)))
        except Invalid:
            continue  # not one of these: it may be one of the others
    return found


class Place(NamedTuple):
    """Where a list stopped: in which of its ways of finding, behind which customer. Holds no personal value."""

    way: str
    after: int


def cursor_of(place: tuple[object, ...]) -> str:
    """The opaque cursor of a place in a list."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """The place of a cursor; Invalid when it is none of ours."""
    return decoded_cursor(cursor, Place)


T = TypeVar("T")


def decoded_cursor(cursor: str, kind: type[T]) -> T:
    """What a cursor holds; Invalid when it is none of ours."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
    except (ValueError, msgspec.DecodeError, msgspec.ValidationError):
        raise Invalid.field("cursor", _("is not one of ours; send the `next` of the page before, or none")) from None
