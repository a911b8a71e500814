"""Routes of what was noted about customers and of what happened to them."""

from ninja import Router, Status

from forecourt.customers import queries, services
from forecourt.customers.api.answers import Created, EventOut, NoteOut
from forecourt.customers.api.bodies import NoteBody
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Recorded
from forecourt.kernel.schemas import Cursor, Id, KeyedRequest, Limit, Page, needs

router = Router()


@router.get(
    "/customers/{customer_id}/notes",
    response=Page[NoteOut],
    operation_id="notes_list",
    summary="The notes on a customer",
    openapi_extra=needs("customers:read"),
)
def list_notes(request: KeyedRequest, customer_id: Id) -> Page[NoteOut]:
    """The last hundred, newest first."""
    card = services.view_customer(request.actor, customer_id)
    return Page[NoteOut].model_validate({"items": card.notes, "next": None})


@router.post(
    "/customers/{customer_id}/notes",
    response={201: Created},
    operation_id="notes_write",
    summary="Write a note",
    openapi_extra=needs("customers:write", idempotent=True),
)
def write_note(request: KeyedRequest, customer_id: Id, note: NoteBody) -> Status[Created]:
    return Status(201, Created(id=services.write_note(request.actor, customer_id, note.text)))


@router.get(
    "/customers/{customer_id}/timeline",
    response=Page[EventOut],
    operation_id="timeline_get",
    summary="What happened to a customer",
    openapi_extra=needs("customers:read"),
)
def get_timeline(
    request: KeyedRequest, customer_id: Id, limit: Limit = 50, cursor: Cursor | None = None
) -> Page[EventOut]:
    """Newest first. A key of one station does not see what happened at others, so that a page may hold fewer."""
    card = services.view_customer(request.actor, customer_id)
    found = queries.timeline((card.id, *card.aliases), cursor, limit + 1)
    shown = [event for event in found[:limit] if _may_see(request.actor, event)]
    return Page[EventOut].model_validate(
        {
            "items": shown,
            "next": queries.timeline_cursor(found[limit - 1]) if len(found) > limit else None,
        }
    )


def _may_see(actor: Actor, event: Recorded) -> bool:
    station_id = event.body.get("station_id")
    return station_id is None or actor.may_at(station_id)
