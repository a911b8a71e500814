"""Closed days and their journal."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from forecourt.accounts import permissions
from forecourt.accounts.models import KIND_NAMES, Close, Period, PolicyVersion
from forecourt.accounts.queries.scope import require_all
from forecourt.accounts.values import CloseView, JournalRow, Kind, PolicyState
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.organisation import queries as organisation

MARGIN: Final = timedelta(minutes=5)
"""How long after a day's end it may be closed: those who add to the ledger take their time of day just before they write."""
_NAMES: Final = dict(KIND_NAMES)
_JOURNAL: Final = """
SELECT line.id, line.day, coalesce(entity.name, '') AS entity, line.cohort, line.kind, line.is_gift, line.account,
       line.account_name, line.debit, line.credit
FROM accounts_journal AS line
LEFT JOIN organisation_legalentity AS entity ON entity.id = line.entity_id
WHERE line.day BETWEEN %(since)s AND %(until)s AND line.id > %(after)s
ORDER BY line.id
LIMIT %(limit)s
"""


def last_close() -> CloseView | None:
    """The last day that is closed."""
    row = Close.objects.order_by("-day").first()
    return view(row) if row else None


def days(actor: Actor, since: date, until: date) -> list[CloseView]:
    """Closed days, newest first."""
    actor.require(permissions.VIEW)
    require_all(actor)
    return [view(row) for row in Close.objects.filter(day__range=(since, until)).order_by("-day")]


def closed_periods() -> list[Period]:
    """Months whose books are closed, newest first."""
    return list(Period.objects.order_by("-month"))


def periods(actor: Actor) -> list[Period]:
    """The same, for who may see the books."""
    actor.require(permissions.VIEW)
    require_all(actor)
    return closed_periods()


def days_to_close(actor: Actor, now: datetime) -> list[date]:
    """The days that are over at every station and not closed yet, oldest first; none while no policy is in force.

    The first is the day from which the first policy holds: its close takes over the whole ledger up to then.
    """
    zone = organisation.company_zone()
    local = (now - MARGIN).astimezone(zone)
    rolls = [station.day_rolls_at for station in organisation.all_stations(actor)]
    past = local.date() - timedelta(days=2 if rolls and local.time() < max(rolls) else 1)
    last = Close.objects.order_by("-day").first()
    if last is not None:
        first = last.day + timedelta(days=1)
    else:
        policy = PolicyVersion.objects.filter(state=PolicyState.APPROVED).order_by("valid_from").first()
        if policy is None:
            return []
        first = policy.valid_from
    return [first + timedelta(days=number) for number in range((past - first).days + 1)]


def journal(actor: Actor, since: date, until: date, *, after: int = 0, limit: int = 1000) -> list[JournalRow]:
    """Lines of the journal of these days in the order they were booked; `after` is the id of the last one seen."""
    actor.require(permissions.VIEW)
    require_all(actor)
    found = sql.dicts(_JOURNAL, {"since": since, "until": until, "after": after, "limit": limit})
    return [_line(row) for row in found]


def _line(row: dict[str, Any]) -> JournalRow:
    kind = Kind(row["kind"])
    return JournalRow(**{**row, "kind": kind, "text": f"{_NAMES[kind.value]} · {row['cohort']:%Y-%m}"})


def view(row: Close) -> CloseView:
    return CloseView(
        day=row.day,
        cut_at=row.cut_at,
        closed_at=row.closed_at,
        policy=row.policy,
        entries=row.entries,
        debit=row.debit,
        liability=row.liability,
        open_points=row.open_points,
    )
