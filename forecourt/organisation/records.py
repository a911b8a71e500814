"""Set-based writes of the organisation. None opens a transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from forecourt.kernel import sql
from forecourt.organisation.models import LegalEntity, Pump, Region, Station
from forecourt.organisation.values import NewPump

TOUCH_EVERY: Final = timedelta(minutes=1)
_TOUCH_KEY: Final = sql.load(__file__, "touch_key")


def ensure_regions(names: Collection[str]) -> dict[str, int]:
    """The ids of these regions by name; those that are missing are made. An empty name is none."""
    wanted = sorted({name for name in names if name})
    Region.objects.bulk_create([Region(name=name) for name in wanted], ignore_conflicts=True)
    return dict(Region.objects.filter(name__in=wanted).values_list("name", "id"))


def ensure_legal_entities(names: Collection[str]) -> dict[str, int]:
    """The ids of these legal entities by name; those that are missing are made. An empty name is none."""
    wanted = sorted({name for name in names if name})
    LegalEntity.objects.bulk_create([LegalEntity(name=name) for name in wanted], ignore_conflicts=True)
    return dict(LegalEntity.objects.filter(name__in=wanted).values_list("name", "id"))


def add_stations(stations: Sequence[Station]) -> dict[str, int]:
    """Add stations whose code is free; returns those that were added, by code, with their ids."""
    before = Station.objects.filter(code__in=[station.code for station in stations]).values_list("code", flat=True)
    taken = set(before)
    new = [station for station in stations if station.code not in taken]
    Station.objects.bulk_create(new)
    return {station.code: station.pk for station in new}


def set_pumps(pumps: Mapping[int, Sequence[NewPump]]) -> None:
    """Give each of these stations, by id, exactly these pumps."""
    Pump.objects.filter(station_id__in=list(pumps)).delete()
    Pump.objects.bulk_create(
        Pump(station_id=station_id, number=pump.number, grades=list(pump.grades))
        for station_id, group in pumps.items()
        for pump in group
    )


def touch_key(key_id: int, now: datetime) -> None:
    """Note that an API key was used; writes at most once a minute."""
    sql.run(_TOUCH_KEY, {"id": key_id, "now": now, "touched_before": now - TOUCH_EVERY})
