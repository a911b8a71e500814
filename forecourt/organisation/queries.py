"""Reads of the organisation: the company, stations, who acts."""

import hmac
import time
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import gettext as _

from forecourt.kernel import clock, rights, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound, NotSignedIn
from forecourt.kernel.stamps import Remembered
from forecourt.organisation import permissions, records, rules
from forecourt.organisation.models import ApiKey, Company, LegalEntity, Region, Staff, Station
from forecourt.organisation.values import (
    CompanyFacts,
    HeldRole,
    Hours,
    KeyRecord,
    KeyView,
    NewPump,
    Role,
    StaffView,
    StationFacts,
    StationView,
    VolumeUnit,
)

CACHE_SECONDS: Final = 5.0
"""How long a process may go on with the company's settings or an API key after another process changed them."""
_MOST_KEYS: Final = 10_000

_STATION_FACTS: Final = sql.load(__file__, "station_facts")
_FACTS_BY_CODE: Final = _STATION_FACTS + "WHERE station.code = ANY(%(codes)s::text[])"
_FACTS_BY_ID: Final = _STATION_FACTS + "WHERE station.id = ANY(%(ids)s::bigint[])"
_FACTS_OF_ALL: Final = _STATION_FACTS + "ORDER BY station.code"
_STATION_VIEWS: Final = sql.load(__file__, "station_views")
_HELD_ROLES: Final = sql.load(__file__, "held_roles")
_KEY_BY_PREFIX: Final = sql.load(__file__, "key_by_prefix")

_remembered: Remembered[str, StationFacts] = Remembered(most=50_000)
_company: list[tuple[float, CompanyFacts]] = []
_keys: dict[bytes, tuple[float, KeyRecord]] = {}


def forget() -> None:
    """Drop what this process remembers of the company and of API keys."""
    _company.clear()
    _keys.clear()
    _remembered.forget()


def company() -> CompanyFacts:
    """The company's settings, at most five seconds old; those of a new installation where none are stored."""
    for until, facts in _company:
        if time.monotonic() < until:
            return facts
    row = Company.objects.filter(pk=1).first()
    facts = (
        CompanyFacts(
            name=row.name,
            currency=row.currency,
            digits=row.digits,
            volume_unit=VolumeUnit(row.volume_unit),
            zone=row.zone,
            solo_approval=row.solo_approval,
            hold_minutes=row.hold_minutes,
        )
        if row
        else CompanyFacts(name="Forecourt")
    )
    _company[:] = [(time.monotonic() + CACHE_SECONDS, facts)]
    return facts


def company_zone() -> ZoneInfo:
    """The zone in which the company's days begin and end; a station's trading day goes by its own."""
    return clock.zone(company().zone)


def company_day(moment: datetime | None = None) -> date:
    """The day it is by the company's clock at a moment, now unless given: until its end, what is good that day is good."""
    return (clock.now() if moment is None else moment).astimezone(company_zone()).date()


def remembered_stations(codes: Collection[str], stamp: int) -> dict[str, StationFacts]:
    """As `station_facts`, from what this process remembers under the organisation's stamp; may hold others too."""
    return _remembered.all(codes, stamp, station_facts)


def station_facts(codes: Collection[str]) -> dict[str, StationFacts]:
    """Stations by code, closed ones too; unknown codes are missing. One statement for any number."""
    # no text in the database holds a NUL, and asking for one is an error there
    askable = [code for code in codes if "\0" not in code]
    return {facts.code: facts for facts in _facts(_FACTS_BY_CODE, {"codes": askable})}


def stations_by_id(ids: Collection[int]) -> dict[int, StationFacts]:
    """Stations by id, closed ones too; unknown ids are missing. One statement for any number."""
    return {facts.id: facts for facts in _facts(_FACTS_BY_ID, {"ids": list(ids)})}


def all_stations(actor: Actor) -> list[StationFacts]:
    """The stations in the actor's scope by code, closed ones too."""
    if actor.stations is None:
        return _facts(_FACTS_OF_ALL, {})
    return sorted(_facts(_FACTS_BY_ID, {"ids": list(actor.stations)}), key=lambda facts: facts.code)


def open_station_ids() -> list[int]:
    """The stations that are open, by code."""
    return [row[0] for row in sql.rows("SELECT id FROM organisation_station WHERE is_open ORDER BY code")]


def _facts(statement: str, parameters: dict[str, Any]) -> list[StationFacts]:
    return [
        StationFacts(
            id=id,
            code=code,
            name=name,
            zone=zone,
            day_rolls_at=rolls_at,
            pumps=frozenset(pumps),
            region=region or "",
            legal_entity=entity or "",
        )
        for id, code, name, zone, rolls_at, pumps, region, entity in sql.rows(statement, parameters, hot=True)
    ]


def list_stations(
    actor: Actor, *, text: str = "", after: str = "", limit: int = 100, with_closed: bool = True
) -> list[StationView]:
    """Stations in scope in the order of their codes, from the one after `after`; `text` in code, name or address."""
    actor.require(permissions.VIEW_STATIONS)
    return _views(actor, text=text, after=after, limit=limit, with_closed=with_closed)


def station(actor: Actor, code: str) -> StationView:
    """The station of that code; NotFound when there is none or it is out of scope."""
    actor.require(permissions.VIEW_STATIONS)
    found = _views(actor, code=code, limit=1) if code else []
    if not found:
        raise NotFound(_("There is no station %(code)s in your scope.") % {"code": code})
    return found[0]


def _views(
    actor: Actor, *, code: str = "", text: str = "", after: str = "", limit: int, with_closed: bool = True
) -> list[StationView]:
    if "\0" in code + text + after:
        return []
    rows = sql.dicts(
        _STATION_VIEWS,
        {
            "stations": None if actor.stations is None else list(actor.stations),
            "code": code,
            "text": text,
            "pattern": f"%{sql.like(text)}%",
            "after": after,
            "limit": limit,
            "with_closed": with_closed,
        },
    )
    return [_view(row) for row in rows]


def _view(row: dict[str, Any]) -> StationView:
    latitude, longitude = row.pop("latitude"), row.pop("longitude")
    row["position"] = None if latitude is None or longitude is None else (latitude, longitude)
    row["hours"] = msgspec.json.decode(row["hours"], type=Hours)
    row["services"] = tuple(row["services"])
    row["pumps"] = tuple(msgspec.json.decode(pump, type=NewPump) for pump in row["pumps"])
    return StationView(**row)


def regions() -> dict[str, int]:
    """The regions' ids by name."""
    return dict(Region.objects.order_by("name").values_list("name", "id"))


def legal_entities(names: Collection[str]) -> set[str]:
    """Those of these names that a legal entity has."""
    askable = [name for name in names if "\0" not in name]
    return set(LegalEntity.objects.filter(name__in=askable).values_list("name", flat=True))


def station_ids(codes: Collection[str]) -> dict[str, int]:
    """Ids of stations by code; unknown codes are missing."""
    askable = [code for code in codes if "\0" not in code]
    return dict(Station.objects.filter(code__in=askable).values_list("code", "id"))


def actor_for_staff(staff_id: int) -> Actor:
    """A member of staff as one who acts, with the permissions and stations of their roles, read now.

    NotSignedIn when there is no such member of staff or they were deactivated.
    """
    rows = sql.rows(_HELD_ROLES, {"staff_id": staff_id, "with_inactive": False})
    if not rows:
        raise NotSignedIn(_("This account is not active any more; ask head office."))
    held = _held(rows)
    return Actor(
        kind="staff",
        id=rows[0][0],
        name=rows[0][1],
        permissions=rights.permissions_of({each.role for each in held}),
        stations=rules.stations_in_scope(held),
    )


def roles_held(staff_id: int) -> list[HeldRole]:
    """The roles of a member of staff, active or not, with the stations they span."""
    return _held(sql.rows(_HELD_ROLES, {"staff_id": staff_id, "with_inactive": True}))


def _held(rows: list[tuple[Any, ...]]) -> list[HeldRole]:
    return [
        HeldRole(role=Role(role), is_limited=is_limited, stations=frozenset(stations))
        for _, _, role, is_limited, stations in rows
        if role
    ]


def actor_for_key(key: str) -> Actor | None:
    """Whom an API key acts for; None when it is unknown or revoked."""
    record = key_record(key)
    return record.actor if record else None


def key_record(key: str) -> KeyRecord | None:
    """An API key's actor and limit, at most five seconds old; None when it is unknown or revoked.

    Notes that the key was used, at most once a minute.
    """
    remembered = remembered_key(key)
    if remembered:
        return remembered
    digest = rules.key_digest(key)
    record = _stored_key(key, digest)
    if record is None:
        _keys.pop(digest, None)
        return None
    if len(_keys) >= _MOST_KEYS:
        _keys.clear()
    _keys[digest] = (time.monotonic() + CACHE_SECONDS, record)
    return record


def remembered_key(key: str) -> KeyRecord | None:
    """As `key_record`, from memory alone: None also when the key must be looked up again."""
    remembered = _keys.get(rules.key_digest(key))
    return remembered[1] if remembered and time.monotonic() < remembered[0] else None


def _stored_key(key: str, digest: bytes) -> KeyRecord | None:
    if not key.startswith(rules.KEY_MARK) or "\0" in key:
        return None
    now = clock.now()
    rows = sql.rows(_KEY_BY_PREFIX, {"prefix": key[: rules.PREFIX_LENGTH], "touched_before": now - records.TOUCH_EVERY})
    for id, name, stored, scopes, station_id, requests_per_second, must_touch in rows:
        if hmac.compare_digest(bytes(stored), digest):
            if must_touch:
                records.touch_key(id, now)
            actor = Actor(
                kind="key",
                id=id,
                name=name,
                permissions=rules.permissions_of_scopes(scopes),
                stations=None if station_id is None else frozenset({station_id}),
            )
            return KeyRecord(actor=actor, requests_per_second=requests_per_second)
    return None


def list_keys(actor: Actor) -> list[KeyView]:
    """API keys by name, revoked ones too; those of the actor's stations."""
    actor.require(permissions.MANAGE_KEYS)
    keys = ApiKey.objects.select_related("station")
    if actor.stations is not None:
        keys = keys.filter(station_id__in=actor.stations)
    return [
        KeyView(
            id=key.pk,
            name=key.name,
            prefix=key.prefix,
            scopes=tuple(key.scopes),
            station=key.station.code if key.station else "",
            requests_per_second=key.requests_per_second,
            created_at=key.created_at,
            created_by=key.created_by,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
        )
        for key in keys
    ]


def list_staff(actor: Actor, *, with_inactive: bool = True) -> list[StaffView]:
    """Staff by sign-in name with their roles."""
    actor.require(permissions.MANAGE_STAFF)
    staff = Staff.objects.prefetch_related("roles__station", "roles__region")
    now = clock.now()
    return [
        StaffView(
            id=one.pk,
            username=one.username,
            name=one.name,
            code=one.code,
            is_active=one.is_active,
            is_locked=one.locked_until is not None and one.locked_until > now,
            last_login=one.last_login,
            roles=tuple(
                (Role(held.role), held.station.code if held.station else "", held.region.name if held.region else "")
                for held in one.roles.all()
            ),
        )
        for one in (staff if with_inactive else staff.filter(is_active=True))
    ]


def staff_names(codes: Collection[str]) -> dict[str, str]:
    """Names of staff by staff number, as receipts and the timeline show them."""
    return dict(
        Staff.objects.filter(code__in=[code for code in codes if code and "\0" not in code]).values_list("code", "name")
    )


def staff_id(username: str) -> int | None:
    """The id of the member of staff with that sign-in name, active or not; None when there is none."""
    return Staff.objects.filter(username=rules.normal_username(username)).values_list("id", flat=True).first()
