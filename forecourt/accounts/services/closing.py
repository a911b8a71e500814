"""Closing: a day's entries become a journal, once and for good; a month of closed days is closed by hand."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.accounts import permissions, queries, records, rules
from forecourt.accounts.events import LiabilityClosed
from forecourt.accounts.models import Close, Period
from forecourt.accounts.queries.days import MARGIN, view
from forecourt.accounts.queries.scope import require_all
from forecourt.accounts.records.closing import Cut, Gathered
from forecourt.accounts.values import Change, CloseView, Figures, Kind, Policy, Posting, Unit
from forecourt.kernel import audit, clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.organisation import queries as organisation

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('accounts.close'))"


@transaction.atomic(durable=True)
def close_day(actor: Actor, day: date) -> CloseView:
    """Book all that the points ledger recorded since the last close on `day`; a day that is closed answers as it was.

    Days are closed one after the other. What is recorded later, of whatever day, is booked on the day it is recorded.
    Conflict where the day is not over, another comes first, its month is closed or no policy is in force.
    """
    actor.require(permissions.CLOSE)
    sql.rows(_LOCK)
    done = Close.objects.filter(day=day).first()
    if done is not None:
        return view(done)
    policy, cut = _admitted(day)
    records.wait_for_writers()
    gathered = records.gather(cut, policy)
    before = queries.figures()
    after = {
        unit: rules.advanced(
            before.get(unit, Figures()),
            gathered.changes.get(unit, Change()),
            policy.percent_of(unit.cohort),
            cut.digits,
        )
        for unit in before.keys() | gathered.changes.keys()
    }
    changed = {unit: state for unit, state in after.items() if state != before.get(unit)}
    journal, recognised = _journal(before, changed, gathered, policy)
    records.book(day, changed, recognised, journal)
    close = records.save_close(
        cut,
        policy,
        gathered.entries,
        actor.label,
        liability=sum((state.liability for state in after.values()), ZERO),
        open_points=sum(state.open for state in after.values()),
    )
    publish(
        [
            LiabilityClosed(
                occurred_at=clock.now(),
                day=day,
                debit=close.debit,
                liability=close.liability,
                open_points=close.open_points,
            )
        ]
    )
    return view(close)


def _admitted(day: date) -> tuple[Policy, Cut]:
    """The policy in force on the day and what its close covers; Conflict with the remedy where it cannot be closed."""
    last = queries.last_close()
    if last is not None and day != last.day + timedelta(days=1):
        due = last.day + timedelta(days=1)
        raise Conflict(_("%(day)s cannot be closed now; the next day to close is %(due)s.") % {"day": day, "due": due})
    policy = queries.policy_at(day)
    if policy is None:
        raise Conflict(_("No accounting policy is in force on %(day)s; approve one first.") % {"day": day})
    if Period.objects.filter(month=clock.month_of(day)).exists():
        raise Conflict(_("The books of %(month)s are closed.") % {"month": f"{day:%Y-%m}"})
    company = organisation.company()
    midnight = datetime.combine(day + timedelta(days=1), time(0), tzinfo=clock.zone(company.zone)).astimezone(UTC)
    if clock.now() < midnight + MARGIN:
        raise Conflict(_("%(day)s is not over yet; close it after %(at)s UTC.") % {"day": day, "at": midnight + MARGIN})
    since = last.cut_at if last else _BEGINNING
    return policy, Cut(day=day, since=since, until=midnight, zone=company.zone, digits=company.digits)


def _journal(
    before: dict[Unit, Figures], changed: dict[Unit, Figures], gathered: Gathered, policy: Policy
) -> tuple[list[Posting], dict[Unit, dict[Kind, Decimal]]]:
    """The day's lines in a fixed order, and what became revenue by unit and cause."""
    journal: list[Posting] = []
    recognised: dict[Unit, dict[Kind, Decimal]] = {}
    for unit in sorted(changed, key=lambda unit: (unit.entity_id, unit.cohort, unit.is_gift)):
        earned = rules.movements(before.get(unit, Figures()), changed[unit])
        recognised[unit] = earned
        journal += rules.postings(unit, gathered.owed_more.get(unit, {}), earned, policy)
    return journal, recognised


@transaction.atomic(durable=True)
def close_period(actor: Actor, month: date) -> None:
    """Close a month's books for good. Conflict until all of its days are closed."""
    actor.require(permissions.CLOSE)
    require_all(actor)
    if month.day != 1:
        raise Invalid.field("month", _("%(month)s is no first day of a month") % {"month": month})
    sql.rows(_LOCK)
    last = queries.last_close()
    end = clock.next_month(month) - timedelta(days=1)
    if last is None or last.day < end:
        raise Conflict(
            _("%(month)s has days that are not closed yet; the last one closed is %(day)s.")
            % {"month": f"{month:%Y-%m}", "day": last.day if last else "–"}
        )
    _period, is_new = Period.objects.get_or_create(
        month=month, defaults={"closed_at": clock.now(), "closed_by": actor.label}
    )
    if is_new:
        audit.record(actor, "period.close", f"period:{month:%Y-%m}")
