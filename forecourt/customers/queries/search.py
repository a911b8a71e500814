"""Finding customers. Every member may show up at any station, so whoever may look customers up may look up all of them;
what somebody sees of their sales is narrowed to their stations by the sales folder.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt import customers
from forecourt.customers import permissions, rules
from forecourt.customers.queries.cards import lines
from forecourt.customers.queries.recognition import phone_region
from forecourt.customers.rules import Place, Recognised
from forecourt.customers.values import CustomerKind, CustomerPage
from forecourt.kernel import audit, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring
from forecourt.kernel.problems import Invalid

BY_MARKS: Final = sql.load(customers.__file__, "search_marks")
BY_PREFIX: Final = sql.load(customers.__file__, "search_prefix")
BY_PART: Final = sql.load(customers.__file__, "search_part")
LATEST: Final = sql.load(customers.__file__, "list_customers")
MOST: Final = 200

EXACT, LAST_FOUR, PREFIX, PART, LIST = "exact", "last4", "prefix", "part", "list"
Found = list[tuple[str, int, int]]
"""(way of finding, customer behind whom the next page begins, customer to show)"""


def search(
    actor: Actor,
    q: str | None = None,
    *,
    phone: str | None = None,
    plate: str | None = None,
    card: str | None = None,
    email: str | None = None,
    tag: str | None = None,
    kind: CustomerKind | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> CustomerPage:
    """A page of customers, a merged one's survivor in its place; without words, those who joined last first.

    `q` is anything: a phone, plate, card or address; the last four of one; "#17"; a name or part of it. The others say
    what they are: Invalid when malformed. A search by personal value is audited, with its kind and never the value.
    """
    actor.require(permissions.VIEW)
    if not 1 <= limit <= MOST:
        raise Invalid.field(
            "limit", _("%(limit)s is out of range; give 1 to %(most)s") % {"limit": limit, "most": MOST}
        )
    place = rules.place_of(cursor) if cursor else None
    filters = {"tag": tag, "kind": kind.value if kind else None, "limit": limit + 1}
    said = {"phone": phone, "plate": plate, "card": card, "email": email}
    given = [(name, value) for name, value in said.items() if value]
    if given:
        marks = [Recognised(name, rules.normal_identity(name, value, phone_region())) for name, value in given]
        if not cursor:
            _audit(actor, [mark.kind for mark in marks])
        return _page(_by_marks(EXACT, marks, place, filters), limit)
    if q and q.strip():
        return _page(_by_words(actor, q, place, filters), limit)
    return _page(_rows(LATEST, LIST, place, filters), limit)


def _by_words(actor: Actor, text: str, place: Place | None, filters: dict[str, Any]) -> Found:
    meant = rules.meanings(text, phone_region())
    if meant.kinds and place is None:
        _audit(actor, meant.kinds)
    if meant.customer_id is not None:
        return [(EXACT, line.id, line.id) for line in lines([meant.customer_id])]
    way = place.way if place else None
    if way in {None, EXACT} and meant.exact:
        found = _by_marks(EXACT, meant.exact, place, filters)
        if found or way:
            return found
    if way in {None, LAST_FOUR} and meant.last_four:
        found = _by_marks(LAST_FOUR, meant.last_four, place, filters)
        if found or way:
            return found
    return _by_name(meant.name, place, filters)


def _by_marks(way: str, marks: Sequence[Recognised], place: Place | None, filters: dict[str, Any]) -> Found:
    ring = keyring()
    indexes = [index for mark in marks for index in ring.blind_indexes(mark.kind, mark.value)]
    keys = {"exact": indexes if way == EXACT else [], "last_four": indexes if way == LAST_FOUR else []}
    return _rows(BY_MARKS, way, place, filters | keys)


def _by_name(text: str, place: Place | None, filters: dict[str, Any]) -> Found:
    """Names that begin so, then names that hold it."""
    words = {"text": text, "pattern": sql.like(text)}
    found: Found = []
    if place is None or place.way == PREFIX:
        found = _rows(BY_PREFIX, PREFIX, place, filters | words)
        place = None
    missing = filters["limit"] - len(found)
    if missing > 0:
        found += _rows(BY_PART, PART, place, filters | words | {"limit": missing})
    return found


def _rows(statement: str, way: str, place: Place | None, parameters: dict[str, Any]) -> Found:
    after = place.after if place else 0
    return [(way, key, shown) for key, shown in sql.rows(statement, parameters | {"after": after})]


def _page(found: Found, limit: int) -> CustomerPage:
    shown = found[:limit]
    way, key, _ = shown[-1] if shown else ("", 0, 0)
    following = rules.cursor_of(Place(way, key)) if len(found) > limit else None
    return CustomerPage(items=tuple(lines([customer_id for _, _, customer_id in shown])), next=following)


def _audit(actor: Actor, kinds: Sequence[str]) -> None:
    audit.record(actor, "customer.search", "customers", detail={"by": sorted({kind.split(".")[0] for kind in kinds})})
