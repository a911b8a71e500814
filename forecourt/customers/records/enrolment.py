"""Adding customers, identities and vehicles, in lists."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from forecourt import customers
from forecourt.customers.rules import PLATE, Enrolment, Recognised, last_four, plate_kind, seal_context
from forecourt.customers.values import CustomerKind, NewVehicle
from forecourt.kernel import sql
from forecourt.kernel.crypto import keyring

_CUSTOMER_COLUMNS: Final = (
    "id",
    "kind",
    "name",
    "language",
    "tags",
    "joined_at",
    "joined_station_id",
    "merged_into_id",
    "is_blocked",
    "custom",
    "birthday",
)
_IDENTITY_COLUMNS: Final = ("customer_id", "kind", "sealed", "index", "last_four_index", "added_at")
_VEHICLE_COLUMNS: Final = (
    "customer_id",
    "plate_sealed",
    "plate_index",
    "last_four_index",
    "plate_kind",
    "usage",
    "grade",
    "tank",
    "model",
    "added_at",
)

NEXT_IDS: Final = sql.load(customers.__file__, "next_ids")


class Enrolled(NamedTuple):
    """A customer about to be written under its new id."""

    id: int
    kind: CustomerKind
    language: str
    station_id: int | None
    ready: Enrolment
    referred_by: str = ""


def new_ids(count: int) -> list[int]:
    """So many ids that no customer has had."""
    return [row[0] for row in sql.rows(NEXT_IDS, {"count": count})]


def enrol(enrolled: Sequence[Enrolled], added_at: datetime) -> None:
    """Add customers with their identities and vehicles, which must be free.

    Indexes are written in rising order, so that two lists never wait for each other in a ring; when another writer took
    one of them meanwhile, the database refuses with an IntegrityError.
    """
    copy_text = sql.copy_text
    sql.copy_in(
        "customers_customer",
        _CUSTOMER_COLUMNS,
        [
            f"{customer.id}\t{customer.kind}\t{copy_text(customer.ready.name)}\t{copy_text(customer.language)}\t"
            f"{sql.copy_value(customer.ready.tags)}\t{customer.ready.joined_at.isoformat()}\t"
            f"{sql.copy_value(customer.station_id)}\t\\N\tf\t{{}}\t"
            f"{sql.copy_value(customer.ready.birthday)}\n"
            for customer in enrolled
        ],
    )
    add_identities([(customer.id, mark) for customer in enrolled for mark in customer.ready.identities], added_at)
    add_vehicles(
        [(customer.id, plate, vehicle) for customer in enrolled for plate, vehicle in customer.ready.vehicles.items()],
        added_at,
    )
    sql.refresh_statistics(len(enrolled), "customers_customer", "customers_identity", "customers_vehicle")


def add_identities(marks: Sequence[tuple[int, Recognised]], added_at: datetime) -> None:
    """Add identities, which must be free, to customers by id."""
    ring = keyring()
    indexed = sorted((ring.blind_index(mark.kind, mark.value), customer_id, mark) for customer_id, mark in marks)
    stamp = added_at.isoformat()
    sql.copy_in(
        "customers_identity",
        _IDENTITY_COLUMNS,
        [
            f"{customer_id}\t{kind}\t{_bytes(ring.seal(value, seal_context(kind, customer_id)))}\t{_bytes(index)}\t"
            f"{_last_four_bytes(kind, value)}\t{stamp}\n"
            for index, customer_id, (kind, value) in indexed
        ],
    )


def add_vehicles(vehicles: Sequence[tuple[int, str, NewVehicle]], added_at: datetime) -> None:
    """Add vehicles as (customer id, normal plate, vehicle); the plates must be free."""
    ring = keyring()
    copy_text = sql.copy_text
    indexed = sorted(
        ((ring.blind_index(PLATE, plate), customer_id, plate, vehicle) for customer_id, plate, vehicle in vehicles),
        key=lambda line: line[0],
    )
    stamp = added_at.isoformat()
    sql.copy_in(
        "customers_vehicle",
        _VEHICLE_COLUMNS,
        [
            f"{customer_id}\t{_bytes(ring.seal(plate, seal_context(PLATE, customer_id)))}\t{_bytes(index)}\t"
            f"{_last_four_bytes(PLATE, plate)}\t{plate_kind(plate)}\t{vehicle.usage}\t{copy_text(vehicle.grade)}\t"
            f"{sql.copy_value(vehicle.tank)}\t{copy_text(vehicle.model)}\t{stamp}\n"
            for index, customer_id, plate, vehicle in indexed
        ],
    )


def last_four_index(kind: str, value: str) -> bytes | None:
    """The blind index of the last four under the current key; None for kinds that have none."""
    short = last_four(kind, value)
    return keyring().blind_index(short.kind, short.value) if short else None


def _last_four_bytes(kind: str, value: str) -> str:
    index = last_four_index(kind, value)
    return _bytes(index) if index else "\\N"


def _bytes(value: bytes) -> str:
    return "\\\\x" + value.hex()
