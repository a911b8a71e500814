"""What an event must say, and who may sign up for it."""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.occasions.values import EventState, MemberEventView, NewMemberEvent

LONGEST: Final = timedelta(days=60)
EARLY: Final = timedelta(hours=12)
"""How long before its beginning people can be checked in."""
LATE: Final = timedelta(hours=24)
"""How long after its end people can still be checked in, before the rest count as absent."""


def checked_event(new: NewMemberEvent) -> NewMemberEvent:
    """The event with plain texts and moments in UTC; Invalid names the field."""
    for name in ("starts_at", "ends_at", "opens_at", "closes_at"):
        value: datetime | None = getattr(new, name)
        if value is not None and value.tzinfo is None:
            raise Invalid.field(name, _("has no time zone; end it with Z or an offset such as +08:00"))
    title = " ".join(new.title.split())
    if not title:
        raise Invalid.field("title", _("is empty; say what it is, in 1 to 80 characters"))
    if new.ends_at <= new.starts_at:
        raise Invalid.field("ends_at", _("is not after the beginning; give a later time"))
    if new.ends_at - new.starts_at > LONGEST:
        raise Invalid.field("ends_at", _("is more than 60 days after the beginning; make several events of it"))
    closes_at = new.closes_at or new.starts_at
    if closes_at > new.ends_at:
        raise Invalid.field("closes_at", _("is after the end; give a time before it"))
    if new.opens_at is not None and new.opens_at >= closes_at:
        raise Invalid.field("opens_at", _("is not before the end of sign-up; give an earlier time"))
    return msgspec.structs.replace(
        new,
        title=title,
        text=new.text.strip(),
        place=new.place.strip(),
        station=new.station.strip(),
        starts_at=new.starts_at.astimezone(UTC),
        ends_at=new.ends_at.astimezone(UTC),
        opens_at=new.opens_at.astimezone(UTC) if new.opens_at else None,
        closes_at=closes_at.astimezone(UTC),
    )


def station_or_place(new: NewMemberEvent) -> None:
    """Invalid unless the event says where it is."""
    if not new.station and not new.place:
        raise Invalid.field("place", _("is empty and there is no station; say where the event is"))


def refusal(event: MemberEventView, *, now: datetime, tier: str, tags: frozenset[str], is_blocked: bool) -> str:
    """Why this member may not sign up now; "" where it may. Whether a place is left is another question."""
    if event.state is not EventState.OPEN:
        return _("This event takes no sign-ups: it is not announced, over or cancelled.")
    if event.opens_at is not None and now < event.opens_at:
        return _("Sign-up has not begun yet.")
    if now >= event.closes_at:
        return _("Sign-up has ended.")
    if is_blocked:
        return _("This member is blocked.")
    if event.tiers and tier not in event.tiers:
        return _("This event is for other tiers.")
    if event.tags and not tags & frozenset(event.tags):
        return _("This event is for members with certain tags, which this one does not have.")
    return ""
