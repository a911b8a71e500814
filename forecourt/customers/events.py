"""What happens to customers."""

from typing import ClassVar

from forecourt.kernel.events import Event


class CustomerJoined(Event):
    name: ClassVar[str] = "customer.joined.v1"
    station_id: int | None = None
    kind: str
    referred_by: str = ""  # another member's referral code


class CustomerChanged(Event):
    """`fields` names what changed, never the values."""

    name: ClassVar[str] = "customer.changed.v1"
    fields: tuple[str, ...]


class CustomersMerged(Event):
    """`customer_id` is the survivor."""

    name: ClassVar[str] = "customer.merged.v1"
    merged_id: int
    moved: tuple[int, ...]


class MergeUndone(Event):
    name: ClassVar[str] = "customer.unmerged.v1"
    merged_id: int
    moved: tuple[int, ...]


class NoteWritten(Event):
    name: ClassVar[str] = "customer.note_written.v1"
    author: str


class HouseholdJoined(Event):
    name: ClassVar[str] = "household.joined.v1"
    household_id: int


class HouseholdLeft(Event):
    name: ClassVar[str] = "household.left.v1"
    household_id: int
