"""The roll-forward of points and of what is owed for them, and where every unit stands."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from forecourt import accounts
from forecourt.accounts import permissions, rules
from forecourt.accounts.models import Movement
from forecourt.accounts.queries.days import closed_periods, last_close
from forecourt.accounts.queries.scope import require_all
from forecourt.accounts.values import By, Figures, Kind, Roll, RollLine, Unit
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.money import ZERO
from forecourt.organisation import queries as organisation

FIGURES: Final = sql.load(accounts.__file__, "figures")
ROLL: Final = sql.load(accounts.__file__, "roll")
ROLL_STATIONS: Final = sql.load(accounts.__file__, "roll_stations")
_KEYS: Final = {
    By.MONTH: "month",
    By.COHORT: "cohort",
    By.ENTITY: "entity_id",
    By.SOURCE: "CASE WHEN is_gift THEN 'gift' ELSE 'sale' END",
}
_Moved = Mapping[tuple[bool, Kind], tuple[int, Decimal]]


def figures() -> dict[Unit, Figures]:
    """Where every unit stands after the last close. One statement."""
    names = Figures.__struct_fields__
    return {
        Unit(cohort=row[0], entity_id=row[1], is_gift=row[2]): Figures(**dict(zip(names, row[3:], strict=True)))
        for row in sql.rows(FIGURES)
    }


def units(actor: Actor) -> list[tuple[Unit, Figures]]:
    """Units with points outstanding or money owed, the newest cohort first."""
    actor.require(permissions.VIEW)
    require_all(actor)
    open_ones = [(unit, state) for unit, state in figures().items() if state.open or state.liability]
    return sorted(open_ones, key=lambda item: (item[0].cohort, item[0].entity_id, item[0].is_gift), reverse=True)


def expected_unused(state: Figures) -> Decimal:
    """Points outstanding that nobody is expected to redeem."""
    due = rules.expected_redeemed(state.points, state.redeemed, state.expired, state.percent)
    return max(ZERO, state.open - (due - state.redeemed))


def months() -> tuple[date, date] | None:
    """The first and the last month in which anything moved; None before the first close."""
    first = Movement.objects.order_by("month").values_list("month", flat=True).first()
    last = Movement.objects.order_by("-month").values_list("month", flat=True).first()
    return (first, last) if first and last else None


def closable() -> date | None:
    """The first month all of whose days are closed while its books are not, by its first day."""
    last, span = last_close(), months()
    if last is None or span is None:
        return None
    closed = {period.month for period in closed_periods()}
    month = span[0]
    while clock.next_month(month) - timedelta(days=1) <= last.day:
        if month not in closed:
            return month
        month = clock.next_month(month)
    return None


def roll_forward(actor: Actor, since: date, until: date, by: By = By.MONTH) -> list[RollLine]:
    """The roll-forward of the months from `since` to `until` (first days), the total last under the key "".

    By month, each opens where the one before closed. By cohort, station, legal entity and source, each line spans all
    the months. Points given without a sale belong to no station and no legal entity.
    """
    actor.require(permissions.VIEW)
    require_all(actor)
    lines: dict[str, dict[tuple[bool, Kind], tuple[int, Decimal]]] = {}
    for key, is_before, code, points, amount in _moved(since, until, by):
        lines.setdefault(key, {})[is_before, Kind(code)] = (points, amount)
    total = _line("", _("Total"), _summed(list(lines.values())))
    made = _by_month(lines, since, until) if by is By.MONTH else _by_key(lines, by)
    return [*made, total]


def _moved(since: date, until: date, by: By) -> list[tuple[Any, ...]]:
    where = {"since": since, "until": until}
    if by is By.STATION:
        return sql.rows(ROLL_STATIONS, where | {"digits": organisation.company().digits})
    return sql.rows(ROLL.format(key=_KEYS[by]), where)


def _by_key(lines: Mapping[str, _Moved], by: By) -> list[RollLine]:
    names = _names(by, list(lines))
    made = [_line(key, names.get(key, key), moved) for key, moved in lines.items()]
    something = [
        line for line in made if any(msgspec.structs.astuple(line.points) + msgspec.structs.astuple(line.money))
    ]
    return sorted(something, key=lambda line: line.key if by is By.COHORT else line.name)


def _by_month(lines: Mapping[str, _Moved], since: date, until: date) -> list[RollLine]:
    """A line a month, those without movement too, carried on from what came before."""
    before = _line("", "", _summed([moved for key, moved in lines.items() if date.fromisoformat(key) < since]))
    points, money = before.points.closing, before.money.closing
    made = []
    month = since
    while month <= until:
        line = _line(f"{month}", f"{month:%Y-%m}", lines.get(f"{month}", {}))
        line = msgspec.structs.replace(line, points=_opened(line.points, points), money=_opened(line.money, money))
        points, money = line.points.closing, line.money.closing
        made.append(line)
        month = clock.next_month(month)
    return made


def _opened(roll: Roll, opening: Decimal) -> Roll:
    return msgspec.structs.replace(roll, opening=opening, closing=roll.closing + opening)


def _summed(lines: list[_Moved]) -> dict[tuple[bool, Kind], tuple[int, Decimal]]:
    found: dict[tuple[bool, Kind], tuple[int, Decimal]] = {}
    for line in lines:
        for place, (points, amount) in line.items():
            held = found.get(place, (0, ZERO))
            found[place] = (held[0] + points, held[1] + amount)
    return found


def _line(key: str, name: str, moved: _Moved) -> RollLine:
    return RollLine(key=key, name=name, points=_roll(moved, 0), money=_roll(moved, 1))


def _roll(moved: _Moved, place: int) -> Roll:
    opening = sum((Decimal(pair[place]) for (is_before, _kind), pair in moved.items() if is_before), ZERO)
    causes = {kind.value: Decimal(pair[place]) for (is_before, kind), pair in moved.items() if not is_before}
    return Roll(opening=opening, closing=opening + sum(causes.values(), ZERO), **causes)


def _names(by: By, keys: list[str]) -> dict[str, str]:
    if by is By.STATION:
        stations = organisation.stations_by_id([int(key) for key in keys])
        return {f"{number}": station.name for number, station in stations.items()} | {"0": _("No station")}
    if by is By.ENTITY:
        found = dict(sql.rows("SELECT id::text, name FROM organisation_legalentity"))
        return found | {"0": _("No legal entity")}
    if by is By.SOURCE:
        return {"sale": _("Earned on sales"), "gift": _("Given free")}
    return {key: key[:7] for key in keys}
