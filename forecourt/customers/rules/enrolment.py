"""What a customer to enrol comes to, once everything is in its normal form."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from forecourt.customers.rules.birthdays import birthday_of
from forecourt.customers.rules.fields import normal_name, normal_tags, plain_text
from forecourt.customers.rules.recognition import PLATE, Recognised, normal_identity, normal_plate
from forecourt.customers.values import NewCustomer, NewIdentity, NewVehicle
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _

_LARGEST_TANK: Final = Decimal("9999999.9")
_CLOCKS_MAY_DIFFER: Final = timedelta(days=1)


class Enrolment(NamedTuple):
    """A customer ready to be written. `vehicles` has each plate once, in its normal form."""

    name: str
    tags: tuple[str, ...]
    joined_at: datetime
    identities: tuple[Recognised, ...]
    vehicles: dict[str, NewVehicle]
    birthday: int | None = None

    @property
    def marks(self) -> list[Recognised]:
        """All that this customer will be recognised by, and nobody else may be."""
        return [*self.identities, *(Recognised(PLATE, plate) for plate in self.vehicles)]


def enrolment(new: NewCustomer, *, now: datetime, region: str) -> Enrolment:
    """Check a customer to enrol; Invalid names the field, "identities.0.value"."""
    joined_at = new.joined_at or now
    if joined_at.tzinfo is None:
        raise Invalid.field("joined_at", _("has no time zone; end it with Z or an offset such as +08:00"))
    if joined_at > now + _CLOCKS_MAY_DIFFER:
        raise Invalid.field(
            "joined_at", _("%(time)s is in the future; give a time that has passed") % {"time": joined_at.isoformat()}
        )
    plain_text("language", new.language)
    identities = dict.fromkeys(
        checked_identity(identity, region, f"identities.{place}.value") for place, identity in enumerate(new.identities)
    )
    vehicles = {checked_plate(vehicle, f"vehicles.{place}."): vehicle for place, vehicle in enumerate(new.vehicles)}
    return Enrolment(
        name=normal_name(new.name),
        tags=normal_tags(new.tags) if new.tags else (),
        joined_at=joined_at.astimezone(UTC),
        identities=tuple(identities),
        vehicles=vehicles,
        birthday=birthday_of(new.birthday) if new.birthday else None,
    )


def checked_identity(identity: NewIdentity, region: str, path: str = "value") -> Recognised:
    """The normal form of a new identity; Invalid under that path."""
    try:
        return Recognised(identity.kind.value, normal_identity(identity.kind, identity.value, region))
    except Invalid as problem:
        raise Invalid.field(path, "; ".join(problem.fields.values())) from None


def checked_plate(vehicle: NewVehicle, prefix: str = "") -> str:
    """The normal plate of a new vehicle, the rest checked on the way; Invalid under `prefix` + field."""
    check_tank(vehicle.tank, f"{prefix}tank")
    plain_text(f"{prefix}grade", vehicle.grade)
    plain_text(f"{prefix}model", vehicle.model)
    try:
        return normal_plate(vehicle.plate)
    except Invalid as problem:
        raise Invalid.field(f"{prefix}plate", "; ".join(problem.fields.values())) from None


def check_tank(tank: Decimal | None, path: str = "tank") -> None:
    """A tank holds something, in the company's unit of volume."""
    if tank is not None and not (tank.is_finite() and 0 < tank <= _LARGEST_TANK):
        raise Invalid.field(path, _("holds %(tank)s; give a volume above zero, or nothing") % {"tank": tank})
