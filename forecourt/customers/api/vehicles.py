"""Routes of vehicles."""

from ninja import Router, Status

from forecourt.customers import permissions, queries, services
from forecourt.customers.api.answers import Created, VehicleList
from forecourt.customers.api.bodies import VehicleBody, VehicleChangesBody
from forecourt.customers.values import VehicleChanges
from forecourt.kernel.schemas import Id, KeyedRequest, needs

router = Router()


@router.get(
    "/customers/{customer_id}/vehicles",
    response=VehicleList,
    operation_id="vehicles_list",
    summary="The vehicles of a customer",
    openapi_extra=needs("customers:read"),
)
def list_vehicles(request: KeyedRequest, customer_id: Id) -> VehicleList:
    request.actor.require(permissions.VIEW)
    return VehicleList.model_validate({"items": queries.customer_card(customer_id).vehicles})


@router.post(
    "/customers/{customer_id}/vehicles",
    response={201: Created},
    operation_id="vehicles_add",
    summary="Add a vehicle",
    openapi_extra=needs("customers:write", idempotent=True),
)
def add_vehicle(request: KeyedRequest, customer_id: Id, vehicle: VehicleBody) -> Status[Created]:
    """409 when the plate belongs to another customer."""
    return Status(201, Created(id=services.add_vehicle(request.actor, customer_id, vehicle.to_value())))


@router.patch(
    "/customers/{customer_id}/vehicles/{vehicle_id}",
    response=VehicleList,
    operation_id="vehicles_update",
    summary="Change a vehicle",
    openapi_extra=needs("customers:write"),
)
def update_vehicle(request: KeyedRequest, customer_id: Id, vehicle_id: Id, changes: VehicleChangesBody) -> VehicleList:
    services.update_vehicle(request.actor, customer_id, vehicle_id, VehicleChanges(**changes.sent()))
    return VehicleList.model_validate({"items": queries.customer_card(customer_id).vehicles})


@router.delete(
    "/customers/{customer_id}/vehicles/{vehicle_id}",
    response={204: None},
    operation_id="vehicles_remove",
    summary="Remove a vehicle",
    openapi_extra=needs("customers:write"),
)
def remove_vehicle(request: KeyedRequest, customer_id: Id, vehicle_id: Id) -> Status[None]:
    services.remove_vehicle(request.actor, customer_id, vehicle_id)
    return Status(204, None)
