"""The daily close, in sets: what the ledger recorded since the last one becomes lots, sums and a journal.

Works in temporary tables named `closing_...` of the caller's transaction. The statements follow on each other in the order
of `gather`; each says what it does in its own file.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from forecourt import accounts
from forecourt.accounts.models import Close
from forecourt.accounts.values import Change, Figures, Kind, Policy, Posting, Unit
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Conflict
from forecourt.kernel.values import Value


def _sql(name: str) -> str:
    return sql.load(accounts.__file__, name)


_TABLES: Final = ("entry", "move", "credit", "sale", "handed", "lone", "taking", "sum")
_ENTRIES: Final = _sql("close_entries")
_GATHER: Final = ("moves", "returns", "credits", "sales", "moved_sales", "lots")
_STATEMENTS: Final = {name: _sql(f"close_{name}") for name in _GATHER}
_TRANSFERS: Final = (_sql("close_transfers"), _sql("close_handed_lots"), _sql("close_handed_rest"))
_REST: Final = tuple(_sql(f"close_{name}") for name in ("lone", "lone_transfers", "takings", "taken_lots", "sums"))
_ADD_MOVEMENTS: Final = _sql("add_movements")
_ADD_RECOGNISED: Final = _sql("add_recognised")
_WRITERS: Final = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'loyalty_entry'::regclass AND mode = 'RowExclusiveLock'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""
_WAIT_SECONDS: Final = 30
_LOOK_SECONDS: Final = 0.02
_JOURNAL: Final = (
    "day",
    "entity_id",
    "cohort",
    "is_gift",
    "kind",
    "role",
    "account",
    "account_name",
    "debit",
    "credit",
)
_RECOGNITION: Final = (
    "day",
    "cohort",
    "entity_id",
    "is_gift",
    *("points", "allocated", "redeemed", "expired", "percent"),
    *("spent_amount", "breakage_amount", "expired_amount", "estimate_amount"),
)
_COUNTED: Final = (Kind.EARNED, Kind.GIVEN, Kind.TAKEN_BACK, Kind.ADJUSTED, Kind.TRANSFERRED)


class Cut(Value):
    """What a close covers: entries recorded from `since` up to, not including, `until` are booked on `day`."""

    day: date
    since: datetime
    until: datetime
    zone: str
    digits: int


class Gathered(Value):
    """What a close found: how many entries, and what each unit's causes brought."""

    entries: int
    changes: dict[Unit, Change]
    owed_more: dict[Unit, dict[Kind, Decimal]]


def wait_for_writers() -> None:
    """Wait until those who are adding to the ledger just now are done, without holding anybody up.

    What they add may bear a moment before the cut. Conflict when somebody takes longer than half a minute.
    """
    busy = {row[0] for row in sql.rows(_WRITERS)}
    until = time.monotonic() + _WAIT_SECONDS
    while busy:
        time.sleep(_LOOK_SECONDS)
        busy &= {row[0] for row in sql.rows(_WRITERS)}
        if busy and time.monotonic() > until:
            raise Conflict(_("A long import is adding to the points ledger; close the day when it is done."))


def gather(cut: Cut, policy: Policy) -> Gathered:
    """Book new lots, hand over, take back, and sum up by unit. A fixed number of statements but for chains of transfers."""
    where = {
        "since": cut.since,
        "until": cut.until,
        "day": cut.day,
        "zone": cut.zone,
        "digits": cut.digits,
        "value": policy.point_value,
        "percent": policy.redemption_percent,
        "cohort_percents": msgspec.json.encode(policy.cohort_percents).decode(),
        "tax": policy.tax_percent,
    }
    sql.run("DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.closing_{name}" for name in _TABLES))
    sql.run(_ENTRIES, where)
    sql.run("ANALYZE closing_entry")
    for name, statement in _STATEMENTS.items():
        sql.run(statement, where)
        if name in {"moves", "credits"}:
            sql.run("ANALYZE closing_move" if name == "moves" else "ANALYZE closing_credit")
    _hand_over(where)
    for statement in _REST:
        sql.run(statement, where)
    return _sums()


def _hand_over(where: Mapping[str, Any]) -> None:
    """Let lots go from hand to hand: what was handed on twice since the last close takes two rounds."""
    match, add, lessen = _TRANSFERS
    while True:
        sql.run("DROP TABLE IF EXISTS pg_temp.closing_handed")
        sql.run(match, where)
        if not sql.run(add, where):
            break
        sql.run(lessen, where)
        # what was handed over is no taking any more
        sql.run(
            "DELETE FROM closing_move AS move USING closing_handed AS handed WHERE move.customer_id = handed.customer_id "
            "AND move.lot_id = handed.lot_id AND move.debit_id = handed.debit_id"
        )


def _sums() -> Gathered:
    found = sql.rows(
        "SELECT cohort, entity_id, is_gift, kind, sum(points)::bigint, sum(amount) FROM closing_sum "
        "GROUP BY cohort, entity_id, is_gift, kind ORDER BY cohort, entity_id, is_gift, kind"
    )
    changes: dict[Unit, Change] = {}
    owed_more: dict[Unit, dict[Kind, Decimal]] = {}
    for cohort, entity_id, is_gift, code, points, amount in found:
        unit, kind = Unit(cohort=cohort, entity_id=entity_id, is_gift=is_gift), Kind(code)
        change = changes.get(unit, Change())
        if kind in _COUNTED:
            change = msgspec.structs.replace(change, points=change.points + points, allocated=change.allocated + amount)
            owed_more.setdefault(unit, {})[kind] = amount
        elif kind is Kind.SPENT:
            change = msgspec.structs.replace(change, redeemed=change.redeemed - points)
        else:
            change = msgspec.structs.replace(change, expired=change.expired - points)
        changes[unit] = change
    entries = int(sql.rows("SELECT count(*) FROM closing_entry")[0][0])
    return Gathered(entries=entries, changes=changes, owed_more=owed_more)


def book(
    day: date,
    after: Mapping[Unit, Figures],
    recognised: Mapping[Unit, Mapping[Kind, Decimal]],
    journal: Sequence[Posting],
) -> None:
    """Write a day's movements, where the units that changed stand now, and the journal."""
    sql.run(_ADD_MOVEMENTS, {"day": day})
    causes = [
        (unit, kind, amount) for unit, kinds in recognised.items() for kind, amount in kinds.items() if amount != 0
    ]
    if causes:
        sql.run(
            _ADD_RECOGNISED,
            {
                "day": day,
                "cohorts": [unit.cohort for unit, _kind, _amount in causes],
                "entities": [unit.entity_id for unit, _kind, _amount in causes],
                "gifts": [unit.is_gift for unit, _kind, _amount in causes],
                "kinds": [kind.value for _unit, kind, _amount in causes],
                "amounts": [amount for _unit, _kind, amount in causes],
            },
        )
    sql.copy_in(
        "accounts_recognition",
        _RECOGNITION,
        [
            sql.copy_line(
                *(day, unit.cohort, unit.entity_id, unit.is_gift),
                *(state.points, state.allocated, state.redeemed, state.expired, state.percent),
                *(state.spent_amount, state.breakage_amount, state.expired_amount, state.estimate_amount),
            )
            for unit, state in after.items()
        ],
    )
    sql.copy_in(
        "accounts_journal",
        _JOURNAL,
        [
            sql.copy_line(
                *(day, line.entity_id, line.cohort, line.is_gift, line.kind.value, line.role.value),
                *(line.account.code, line.account.name, line.debit, line.credit),
            )
            for line in journal
        ],
    )


def save_close(
    cut: Cut, policy: Policy, entries: int, closed_by: str, *, liability: Decimal, open_points: int
) -> Close:
    """Note that a day is closed, with what its journal adds up to. IntegrityError unless debits equal credits."""
    debit, credit = sql.rows(
        "SELECT coalesce(sum(debit), 0), coalesce(sum(credit), 0) FROM accounts_journal WHERE day = %(day)s",
        {"day": cut.day},
    )[0]
    close: Close = Close.objects.create(
        day=cut.day,
        cut_at=cut.until,
        closed_at=clock.now(),
        closed_by=closed_by,
        policy=policy.version,
        entries=entries,
        debit=debit,
        credit=credit,
        liability=liability,
        open_points=open_points,
    )
    return close
