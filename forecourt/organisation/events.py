"""What happens to stations. Changes of rights and settings are in the audit trail."""

from typing import ClassVar

from forecourt.kernel.events import Event


class StationOpened(Event):
    name: ClassVar[str] = "station.opened.v1"
    station_id: int
    station: str


class StationChanged(Event):
    """`fields` names what changed; "is_open" when it closed or opened again."""

    name: ClassVar[str] = "station.changed.v1"
    station_id: int
    station: str
    fields: tuple[str, ...]
