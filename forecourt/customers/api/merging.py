"""Routes of merges: one customer taken into another, and undone."""

from ninja import Router, Status

from forecourt.customers import permissions, queries, services
from forecourt.customers.api.answers import CustomerOut
from forecourt.customers.api.bodies import MergeBody
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import Id, KeyedRequest, needs

router = Router()


@router.post(
    "/customers/{customer_id}/merge",
    response={201: CustomerOut},
    operation_id="customers_merge",
    summary="Take another customer into this one",
    openapi_extra=needs("customers:write", idempotent=True),
)
def merge_customers(request: KeyedRequest, customer_id: Id, merge: MergeBody) -> Status[CustomerOut]:
    """The other's id stays as an alias, and the merge can be undone by the id it has in `merges`."""
    services.merge_customers(request.actor, customer_id, merge.merged_id, merge.reason)
    return Status(201, CustomerOut.of(queries.customer_card(customer_id)))


@router.post(
    "/customers/{customer_id}/merges/{merge_id}/undo",
    response=CustomerOut,
    operation_id="merges_undo",
    summary="Undo a merge",
    openapi_extra=needs("customers:write"),
)
def undo_merge(request: KeyedRequest, customer_id: Id, merge_id: Id) -> CustomerOut:
    request.actor.require(permissions.MERGE)
    if merge_id not in {merge.id for merge in queries.customer_card(customer_id).merges}:
        raise NotFound(f"Customer {customer_id} has no merge {merge_id} that stands.")
    services.undo_merge(request.actor, merge_id)
    return CustomerOut.of(queries.customer_card(customer_id))
