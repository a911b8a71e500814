"""Member events and who signed up."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from forecourt import occasions
from forecourt.kernel import clock, reviews, sql
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Review
from forecourt.loyalty import queries as loyalty
from forecourt.occasions.models import SignUp
from forecourt.occasions.rules import normal_code
from forecourt.occasions.values import EventState, MemberEventView, SignUpState, SignUpView

EVENTS: Final = sql.load(occasions.__file__, "member_events")
SIGN_UPS: Final = sql.load(occasions.__file__, "sign_ups")
NEXT_IN_LINE: Final = sql.load(occasions.__file__, "next_in_line")
WAITED_FOR: Final = """
SELECT DISTINCT sign_up.event_id
FROM (SELECT DISTINCT coalesce(merged_into_id, id) AS id FROM customers_customer WHERE id = ANY(%(ids)s::bigint[])) AS survivor
JOIN customers_customer AS member ON member.id = survivor.id OR member.merged_into_id = survivor.id
JOIN occasions_signup AS sign_up ON sign_up.customer_id = member.id AND sign_up.state = 'waiting'
"""
_ANY_EVENT: Final[dict[str, Any]] = {
    "ids": None,
    "states": None,
    "station_ids": None,
    "text": "",
    "ends_after": None,
    "before": None,
    "before_id": None,
    "limit": 1000,
}
_ANY_SIGN_UP: Final[dict[str, Any]] = {
    "event_id": None,
    "customer_ids": None,
    "ids": None,
    "states": None,
    "after": None,
    "text": "",
    "code": "",
    "known_ids": [],
    "limit": 200,
}


def member_event(event_id: int) -> MemberEventView:
    """One event as it stands; NotFound when there is none."""
    found = sql.dicts(EVENTS, _ANY_EVENT | {"ids": [event_id]})
    if not found:
        raise NotFound(_("There is no event %(id)s.") % {"id": event_id})
    return _event(found[0])


def member_events(
    *,
    states: Sequence[str] | None = None,
    station_ids: Collection[int] | None = None,
    text: str = "",
    is_ahead: bool = False,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[MemberEventView]:
    """A page of events, the latest first. `station_ids`: held at one of these, or at no station; `is_ahead`: not over yet.

    `before` is (starts_at, id) of the last event seen.
    """
    at, event_id = before or (None, None)
    where = {
        "states": list(states) if states is not None else None,
        "station_ids": sorted(station_ids) if station_ids is not None else None,
        "text": sql.like(text),
        "ends_after": clock.now() if is_ahead else None,
        "before": at,
        "before_id": event_id,
        "limit": limit,
    }
    return [_event(row) for row in sql.dicts(EVENTS, _ANY_EVENT | where)]


def _event(row: dict[str, Any]) -> MemberEventView:
    return MemberEventView(
        **row | {"tiers": tuple(row["tiers"]), "tags": tuple(row["tags"]), "state": EventState(row["state"])}
    )


def event_reviews(event_id: int) -> list[Review]:
    """What was handed in about an event and decided, the latest first; what is in review comes before."""
    subject = f"event:{event_id}"
    waiting = reviews.open_review(subject)
    return [*([waiting] if waiting else []), *reviews.decided(subject)]


def events_waited_for(customer_ids: Collection[int]) -> set[int]:
    """The events for which these customers, or others who are the same person today, wait. One statement."""
    return {row[0] for row in sql.rows(WAITED_FOR, {"ids": sql.array(customer_ids)})}


def sign_ups(
    event_id: int,
    *,
    states: Sequence[str] | None = None,
    text: str = "",
    known_ids: Collection[int] = (),
    after: int | None = None,
    limit: int = 200,
) -> list[SignUpView]:
    """A page of an event's sign-ups in their order; `after` is the id of the last one seen.

    With `text` only those with this code, or of members whose name holds it or who are among `known_ids`.
    """
    where = {
        "event_id": event_id,
        "states": list(states) if states is not None else None,
        "text": sql.like(text),
        "code": normal_code(text),
        "known_ids": list(known_ids),
        "after": after,
        "limit": limit,
    }
    return [_sign_up(row) for row in _sign_ups(where)]


def sign_ups_of(family: Collection[int], limit: int = 200) -> list[SignUpView]:
    """A customer's (its family's) sign-ups, the latest first."""
    ids = list(SignUp.objects.filter(customer_id__in=list(family)).order_by("-id").values_list("id", flat=True)[:limit])
    return [_sign_up(row) for row in reversed(_sign_ups({"ids": ids, "limit": limit}))]


def sign_ups_by_id(ids: Collection[int]) -> dict[int, SignUpView]:
    """Sign-ups by their ids."""
    found = _sign_ups({"ids": list(ids), "limit": len(ids)})
    return {row["id"]: _sign_up(row) for row in found}


def sign_ups_by_code(event_id: int, code: str) -> int | None:
    """The id of the sign-up for an event that has this code; None when none has."""
    found = SignUp.objects.filter(event_id=event_id, code=normal_code(code)).values_list("id", flat=True).first()
    return found


def _sign_ups(where: dict[str, Any]) -> list[dict[str, Any]]:
    return sql.dicts(SIGN_UPS, _ANY_SIGN_UP | {"priority": sorted(loyalty.priority_tiers())} | where)


def _sign_up(row: dict[str, Any]) -> SignUpView:
    return SignUpView(**row | {"state": SignUpState(row["state"])})


class InLine(NamedTuple):
    """Somebody who waits for a place of an event that has `free` ones."""

    sign_up_id: int
    event_id: int
    customer_id: int
    free: int


def next_in_line(event_ids: Collection[int], spare: int) -> list[InLine]:
    """Of events with free places, those who wait and would take them in their order, and `spare` more of each.

    Members of tiers that are served first come first, then who signed up first.
    """
    where = {
        "ids": sorted(event_ids),
        "now": clock.now(),
        "spare": spare,
        "priority": sorted(loyalty.priority_tiers()),
    }
    return [InLine._make(row) for row in sql.rows(NEXT_IN_LINE, where)]
