"""Routes of households."""

from ninja import Router, Status

from forecourt.customers import permissions, queries, services
from forecourt.customers.api.answers import HouseholdOut, HouseholdSettingsOut
from forecourt.customers.api.bodies import (
    HouseholdBody,
    HouseholdMembersBody,
    HouseholdNameBody,
    HouseholdSettingsBody,
)
from forecourt.kernel.schemas import Id, KeyedRequest, needs

router = Router()


@router.post(
    "/households",
    response={201: HouseholdOut},
    operation_id="households_create",
    summary="Make a household",
    openapi_extra=needs("customers:write", idempotent=True),
)
def make_household(request: KeyedRequest, household: HouseholdBody) -> Status[HouseholdOut]:
    """409 when somebody is in another household; 422 when there are more than the limit."""
    household_id = services.make_household(request.actor, household.name, household.members)
    return Status(201, _answer(household_id))


@router.get(
    "/households/{household_id}",
    response=HouseholdOut,
    operation_id="households_get",
    summary="One household",
    openapi_extra=needs("customers:read"),
)
def get_household(request: KeyedRequest, household_id: Id) -> HouseholdOut:
    request.actor.require(permissions.VIEW)
    return _answer(household_id)


@router.patch(
    "/households/{household_id}",
    response=HouseholdOut,
    operation_id="households_rename",
    summary="Rename a household",
    openapi_extra=needs("customers:write"),
)
def rename_household(request: KeyedRequest, household_id: Id, changes: HouseholdNameBody) -> HouseholdOut:
    services.rename_household(request.actor, household_id, changes.name)
    return _answer(household_id)


@router.delete(
    "/households/{household_id}",
    response={204: None},
    operation_id="households_dissolve",
    summary="Dissolve a household",
    openapi_extra=needs("customers:write"),
)
def dissolve_household(request: KeyedRequest, household_id: Id) -> Status[None]:
    services.dissolve_household(request.actor, household_id)
    return Status(204, None)


@router.post(
    "/households/{household_id}/members",
    response=HouseholdOut,
    operation_id="households_add",
    summary="Put customers into a household",
    openapi_extra=needs("customers:write"),
)
def add_members(request: KeyedRequest, household_id: Id, added: HouseholdMembersBody) -> HouseholdOut:
    """Those who are in it already stay."""
    services.add_to_household(request.actor, household_id, added.members)
    return _answer(household_id)


@router.delete(
    "/households/{household_id}/members/{customer_id}",
    response={204: None},
    operation_id="households_remove",
    summary="Take a customer out of a household",
    openapi_extra=needs("customers:write"),
)
def remove_member(request: KeyedRequest, household_id: Id, customer_id: Id) -> Status[None]:
    """A household that nobody is left in ends."""
    services.remove_from_household(request.actor, household_id, customer_id)
    return Status(204, None)


@router.get(
    "/household-settings",
    response=HouseholdSettingsOut,
    operation_id="household_settings_get",
    summary="How large a household may be",
    openapi_extra=needs("customers:read"),
)
def get_settings(request: KeyedRequest) -> HouseholdSettingsOut:
    request.actor.require(permissions.VIEW)
    return HouseholdSettingsOut(size=queries.household_size())


@router.put(
    "/household-settings",
    response=HouseholdSettingsOut,
    operation_id="household_settings_change",
    summary="Change how large a household may be",
    openapi_extra=needs("customers:write"),
)
def change_settings(request: KeyedRequest, settings: HouseholdSettingsBody) -> HouseholdSettingsOut:
    """Larger ones that stand stay as they are. 403 for a key of one station: this holds everywhere."""
    services.set_household_size(request.actor, settings.size)
    return HouseholdSettingsOut(size=queries.household_size())


def _answer(household_id: int) -> HouseholdOut:
    return HouseholdOut.model_validate(queries.household(household_id))
