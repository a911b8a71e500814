"""Opening, changing and closing stations."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import UNSET

from forecourt.kernel import audit, clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import permissions, queries, records, rules
from forecourt.organisation.events import StationChanged, StationOpened
from forecourt.organisation.models import Station
from forecourt.organisation.values import Hours, NewStation, StationChanges

_LONGEST_SERVICE: Final = 32


@transaction.atomic(durable=True)
def open_station(actor: Actor, station: NewStation) -> int:
    """Open a station whose code is free; returns its id. Conflict when the code is taken."""
    _require_everywhere(actor)
    added = _open(actor, [station])[0]
    if not added:
        raise Conflict(
            _("code: there is a station %(code)s already; change it, or choose another code.")
            % {"code": station.code.strip()}
        )
    return next(iter(added.values()))


@transaction.atomic(durable=True)
def open_stations(actor: Actor, stations: Sequence[NewStation]) -> dict[str, int]:
    """Open those whose code is free and leave the others as they are; returns the ids of all by code."""
    _require_everywhere(actor)
    return _open(actor, stations)[1]


@transaction.atomic(durable=True)
def update_station(actor: Actor, station_id: int, changes: StationChanges) -> None:
    """Change what is named in `changes`. NotFound when there is no such station."""
    actor.require(permissions.EDIT_STATIONS)
    actor.require_station(station_id)
    row = _locked(station_id)
    changed = _apply(row, changes)
    if changes.pumps is not UNSET:
        records.set_pumps({station_id: rules.valid_pumps(changes.pumps)})
        changed.append("pumps")
    row.save()
    _tell_changed(actor, row, changed)


@transaction.atomic(durable=True)
def close_station(actor: Actor, station_id: int) -> None:
    """Take a station out of operation. Its sales, prices and staff stay, and late sales are still taken."""
    actor.require(permissions.EDIT_STATIONS)
    actor.require_station(station_id)
    _set_open(actor, station_id, is_open=False)


@transaction.atomic(durable=True)
def reopen_station(actor: Actor, station_id: int) -> None:
    """Put a closed station into operation again."""
    actor.require(permissions.EDIT_STATIONS)
    actor.require_station(station_id)
    _set_open(actor, station_id, is_open=True)


def _require_everywhere(actor: Actor) -> None:
    actor.require(permissions.EDIT_STATIONS)
    if actor.stations is not None:
        raise NotAllowed(
            _("%(who)s may act for some stations only; opening one needs access to all.") % {"who": actor.name}
        )


def _open(actor: Actor, stations: Sequence[NewStation]) -> tuple[dict[str, int], dict[str, int]]:
    """Ids by code of the stations added, and of all that were named."""
    path = "" if len(stations) == 1 else "{}."
    rows = [_new_row(station, path.format(index)) for index, station in enumerate(stations)]
    new_pumps = {
        row.code: rules.valid_pumps(station.pumps, f"{path.format(index)}pumps")
        for index, (row, station) in enumerate(zip(rows, stations, strict=True))
    }
    if len(new_pumps) < len(rows):
        codes = [row.code for row in rows]
        twice = next(code for code in codes if codes.count(code) > 1)
        raise Invalid(_("code: station %(twice)s is listed twice; list it once.") % {"twice": twice})
    regions = [_region(station.region, f"{path.format(index)}region") for index, station in enumerate(stations)]
    entities = [
        _legal_entity(station.legal_entity, f"{path.format(index)}legal_entity")
        for index, station in enumerate(stations)
    ]
    region_ids, entity_ids = records.ensure_regions(regions), records.ensure_legal_entities(entities)
    for row, region, entity in zip(rows, regions, entities, strict=True):
        row.region_id, row.legal_entity_id = region_ids.get(region), entity_ids.get(entity)
    added = records.add_stations(rows)
    records.set_pumps({id: new_pumps[code] for code, id in added.items()})
    now = clock.now()
    publish([StationOpened(occurred_at=now, station_id=id, station=code) for code, id in added.items()])
    if added:
        subject = f"station:{next(iter(added))}" if len(added) == 1 else f"stations:{len(added)}"
        audit.record(
            actor,
            "station.open",
            subject,
            station_id=next(iter(added.values())) if len(added) == 1 else None,
            detail={"codes": list(added)},
        )
    return added, queries.station_ids(new_pumps)


def _new_row(station: NewStation, path: str) -> Station:
    latitude, longitude = rules.valid_position(station.position, f"{path}position") or (None, None)
    return Station(
        code=rules.normal_station_code(station.code, f"{path}code"),
        name=rules.normal_name(station.name, f"{path}name", longest=120),
        address=rules.normal_name(station.address, f"{path}address", longest=240, may_be_empty=True),
        phone=rules.normal_name(station.phone, f"{path}phone", longest=32, may_be_empty=True),
        latitude=latitude,
        longitude=longitude,
        zone=rules.known_zone(station.zone or queries.company().zone, f"{path}zone"),
        day_rolls_at=station.day_rolls_at,
        hours=rules.normal_hours(station.hours, f"{path}hours"),
        services=_services(station.services, f"{path}services"),
        opened_on=station.opened_on,
    )


def _services(services: Iterable[str], path: str) -> list[str]:
    names = [
        rules.normal_name(name, f"{path}.{index}", longest=_LONGEST_SERVICE) for index, name in enumerate(services)
    ]
    return list(dict.fromkeys(names))


def _locked(station_id: int) -> Station:
    row = Station.objects.select_for_update().filter(pk=station_id).first()
    if row is None:
        raise NotFound(_("There is no station with the id %(id)s.") % {"id": station_id})
    return row


def _apply(row: Station, changes: StationChanges) -> list[str]:
    """Carry the changes, but for pumps, into the row; returns the names of the columns that differ."""
    wanted: dict[str, Any] = {}
    for field, columns_of in _COLUMNS_OF.items():
        value = getattr(changes, field)
        if value is not UNSET:
            wanted |= columns_of(value)
    changed = [column for column, value in wanted.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, wanted[column])
    return changed


def _text_column(name: str, *, longest: int, may_be_empty: bool = True) -> Callable[[str], dict[str, Any]]:
    return lambda value: {name: rules.normal_name(value, name, longest=longest, may_be_empty=may_be_empty)}


def _region(name: str, path: str = "region") -> str:
    return rules.normal_name(name, path, longest=80, may_be_empty=True)


def _legal_entity(name: str, path: str = "legal_entity") -> str:
    return rules.normal_name(name, path, longest=160, may_be_empty=True)


def _region_column(name: str) -> dict[str, Any]:
    name = _region(name)
    return {"region_id": records.ensure_regions([name]).get(name)}


def _legal_entity_column(name: str) -> dict[str, Any]:
    name = _legal_entity(name)
    return {"legal_entity_id": records.ensure_legal_entities([name]).get(name)}


def _position_columns(position: tuple[float, float] | None) -> dict[str, Any]:
    latitude, longitude = rules.valid_position(position) or (None, None)
    return {"latitude": latitude, "longitude": longitude}


def _hours_column(hours: Hours) -> dict[str, Any]:
    # the column gives lists back where the rules make tuples
    return {"hours": {day: [list(span) for span in spans] for day, spans in rules.normal_hours(hours).items()}}


_COLUMNS_OF: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    "name": _text_column("name", longest=120, may_be_empty=False),
    "address": _text_column("address", longest=240),
    "phone": _text_column("phone", longest=32),
    "region": _region_column,
    "legal_entity": _legal_entity_column,
    "position": _position_columns,
    "zone": lambda zone: {"zone": rules.known_zone(zone)},
    "day_rolls_at": lambda rolls_at: {"day_rolls_at": rolls_at},
    "hours": _hours_column,
    "services": lambda services: {"services": _services(services, "services")},
    "opened_on": lambda day: {"opened_on": day},
}
"""How each field of StationChanges becomes columns."""


def _set_open(actor: Actor, station_id: int, *, is_open: bool) -> None:
    row = _locked(station_id)
    if row.is_open != is_open:
        row.is_open = is_open
        row.save(update_fields=["is_open"])
        _tell_changed(actor, row, ["is_open"], "station.reopen" if is_open else "station.close")


def _tell_changed(actor: Actor, row: Station, fields: Sequence[str], action: str = "station.update") -> None:
    stamps.bump("organisation")
    if fields:
        audit.record(actor, action, f"station:{row.code}", station_id=row.pk, detail={"fields": list(fields)})
        publish([StationChanged(occurred_at=clock.now(), station_id=row.pk, station=row.code, fields=tuple(fields))])
