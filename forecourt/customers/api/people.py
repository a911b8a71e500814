"""Routes of customers, what they are recognised by, and their tags."""

from ninja import Query, Router, Status

from forecourt.customers import queries, services
from forecourt.customers.api.answers import CustomerLineOut, CustomerOut, station_codes
from forecourt.customers.api.bodies import (
    BlockBody,
    CustomerBody,
    CustomerChangesBody,
    CustomerFilter,
    IdentityBody,
    TagsBody,
)
from forecourt.kernel.schemas import Id, KeyedRequest, Page, needs

router = Router()


@router.get(
    "/customers",
    response=Page[CustomerLineOut],
    operation_id="customers_search",
    summary="Find customers",
    openapi_extra=needs("customers:read"),
)
def search_customers(request: KeyedRequest, wanted: Query[CustomerFilter]) -> Page[CustomerLineOut]:
    """By phone, plate, card or anything; without words, those who joined last first."""
    page = queries.search(
        request.actor,
        wanted.q or None,
        phone=wanted.phone or None,
        plate=wanted.plate or None,
        card=wanted.card or None,
        tag=wanted.tag or None,
        kind=wanted.kind,
        cursor=wanted.cursor,
        limit=wanted.limit,
    )
    stations = [line.joined_station_id for line in page.items] + [line.profile.home_station_id for line in page.items]
    codes = station_codes(stations)
    return Page[CustomerLineOut](items=[CustomerLineOut.of(line, codes) for line in page.items], next=page.next)


@router.post(
    "/customers",
    response={201: CustomerOut},
    operation_id="customers_create",
    summary="Enrol a customer",
    openapi_extra=needs("customers:write", idempotent=True),
)
def create_customer(request: KeyedRequest, customer: CustomerBody) -> Status[CustomerOut]:
    """409 when an identity or a plate belongs to somebody already, naming the other's id."""
    customer_id = services.create_customer(request.actor, customer.to_value())
    return Status(201, CustomerOut.of(queries.customer_card(customer_id)))


@router.get(
    "/customers/{customer_id}",
    response=CustomerOut,
    operation_id="customers_get",
    summary="One customer",
    openapi_extra=needs("customers:read"),
)
def get_customer(request: KeyedRequest, customer_id: Id) -> CustomerOut:
    """Reading a customer is audited."""
    return CustomerOut.of(services.view_customer(request.actor, customer_id))


@router.patch(
    "/customers/{customer_id}",
    response=CustomerOut,
    operation_id="customers_update",
    summary="Change a customer",
    openapi_extra=needs("customers:write"),
)
def update_customer(request: KeyedRequest, customer_id: Id, changes: CustomerChangesBody) -> CustomerOut:
    services.update_customer(request.actor, customer_id, changes.to_value())
    return CustomerOut.of(queries.customer_card(customer_id))


@router.post(
    "/customers/{customer_id}/block",
    response=CustomerOut,
    operation_id="customers_block",
    summary="Block a customer",
    openapi_extra=needs("customers:write"),
)
def block_customer(request: KeyedRequest, customer_id: Id, body: BlockBody) -> CustomerOut:
    """Sales are flagged from now on, and nothing is won or redeemed. Blocked before, nothing changes."""
    services.block_customer(request.actor, customer_id, body.reason)
    return CustomerOut.of(queries.customer_card(customer_id))


@router.post(
    "/customers/{customer_id}/unblock",
    response=CustomerOut,
    operation_id="customers_unblock",
    summary="Take a block off a customer",
    openapi_extra=needs("customers:write"),
)
def unblock_customer(request: KeyedRequest, customer_id: Id, body: BlockBody) -> CustomerOut:
    services.unblock_customer(request.actor, customer_id, body.reason)
    return CustomerOut.of(queries.customer_card(customer_id))


@router.post(
    "/customers/{customer_id}/identities",
    response={201: CustomerOut},
    operation_id="identities_add",
    summary="Add an identity",
    openapi_extra=needs("customers:write", idempotent=True),
)
def add_identity(request: KeyedRequest, customer_id: Id, identity: IdentityBody) -> Status[CustomerOut]:
    services.add_identity(request.actor, customer_id, identity.to_value())
    return Status(201, CustomerOut.of(queries.customer_card(customer_id)))


@router.delete(
    "/customers/{customer_id}/identities/{identity_id}",
    response={204: None},
    operation_id="identities_remove",
    summary="Remove an identity",
    openapi_extra=needs("customers:write"),
)
def remove_identity(request: KeyedRequest, customer_id: Id, identity_id: Id) -> Status[None]:
    services.remove_identity(request.actor, customer_id, identity_id)
    return Status(204, None)


@router.put(
    "/customers/{customer_id}/tags",
    response=CustomerOut,
    operation_id="tags_set",
    summary="Set the tags of a customer",
    openapi_extra=needs("customers:write"),
)
def set_tags(request: KeyedRequest, customer_id: Id, tags: TagsBody) -> CustomerOut:
    services.set_tags(request.actor, customer_id, tags.tags)
    return CustomerOut.of(queries.customer_card(customer_id))
