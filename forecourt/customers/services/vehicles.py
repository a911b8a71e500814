"""A customer's vehicles."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, records, rules
from forecourt.customers.models import Vehicle
from forecourt.customers.services.conflicts import taken
from forecourt.customers.services.subjects import locked, tell_changed
from forecourt.customers.values import NewVehicle, VehicleChanges
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring
from forecourt.kernel.problems import NotFound


@transaction.atomic(durable=True)
def add_vehicle(actor: Actor, customer_id: int, vehicle: NewVehicle) -> int:
    """Give a customer a vehicle; returns its id. Of one whose plate is the customer's already, that id, unchanged.

    Conflict, naming the other's id, when the plate belongs to somebody else.
    """
    actor.require(permissions.EDIT)
    mark = rules.Recognised(rules.PLATE, rules.checked_plate(vehicle))
    customer_id = locked(customer_id)
    is_new = _claim(customer_id, mark, vehicle)
    vehicle_id: int = Vehicle.objects.get(plate_index__in=keyring().blind_indexes(mark.kind, mark.value)).id
    if is_new:
        tell_changed(customer_id, "vehicles")
        audit.record(actor, "customer.add_vehicle", f"vehicle:{vehicle_id}", customer_id=customer_id)
    return vehicle_id


def _claim(customer_id: int, mark: rules.Recognised, vehicle: NewVehicle) -> bool:
    """Write the vehicle unless its plate is the customer's already; whether it was written."""
    owner = queries.owners([mark]).get(mark)
    if owner is None:
        try:
            with transaction.atomic():
                records.add_vehicles([(customer_id, mark.value, vehicle)], clock.now())
        except IntegrityError:  # somebody else was given it since we looked
            raise taken(mark, queries.owners([mark]).get(mark, 0)) from None
        return True
    if owner != customer_id:
        raise taken(mark, owner)
    return False


@transaction.atomic(durable=True)
def update_vehicle(actor: Actor, customer_id: int, vehicle_id: int, changes: VehicleChanges) -> None:
    """Change what is known of a vehicle; what is left out stays."""
    actor.require(permissions.EDIT)
    customer_id = locked(customer_id)
    vehicle = _of_customer(customer_id, vehicle_id)
    wanted = _wanted(changes)
    changed = [field for field, value in wanted.items() if getattr(vehicle, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(vehicle, field, wanted[field])
    vehicle.save(update_fields=changed)
    tell_changed(customer_id, "vehicles")
    audit.record(
        actor,
        "customer.update_vehicle",
        f"vehicle:{vehicle_id}",
        customer_id=customer_id,
        detail={"fields": changed},
    )


def _wanted(changes: VehicleChanges) -> dict[str, object]:
    """The fields that are given, checked."""
    wanted: dict[str, object] = {}
    if isinstance(changes.usage, str):
        wanted["usage"] = changes.usage.value
    if isinstance(changes.grade, str):
        wanted["grade"] = rules.plain_text("grade", changes.grade)
    if isinstance(changes.model, str):
        wanted["model"] = rules.plain_text("model", changes.model)
    if changes.tank is None or isinstance(changes.tank, Decimal):
        rules.check_tank(changes.tank)
        wanted["tank"] = changes.tank
    return wanted


@transaction.atomic(durable=True)
def remove_vehicle(actor: Actor, customer_id: int, vehicle_id: int) -> None:
    """Take a vehicle away: sold, scrapped, or entered by mistake. Another customer may have its plate then."""
    actor.require(permissions.EDIT)
    customer_id = locked(customer_id)
    vehicle = _of_customer(customer_id, vehicle_id)
    plate = keyring().open(bytes(vehicle.plate_sealed), rules.seal_context(rules.PLATE, vehicle.customer_id))
    records.give_up(customer_id, rules.PLATE, plate)
    vehicle.delete()
    tell_changed(customer_id, "vehicles")
    audit.record(actor, "customer.remove_vehicle", f"vehicle:{vehicle_id}", customer_id=customer_id)


def _of_customer(customer_id: int, vehicle_id: int) -> Vehicle:
    found = Vehicle.objects.filter(id=vehicle_id, customer_id__in=queries.family_ids(customer_id)).first()
    if found is None:
        raise NotFound(_("Customer %(customer)s has no vehicle %(id)s.") % {"customer": customer_id, "id": vehicle_id})
    return found
