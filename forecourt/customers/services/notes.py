"""What staff write down about a customer."""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, rules
from forecourt.customers.events import NoteWritten
from forecourt.customers.models import Note
from forecourt.customers.services.subjects import locked
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import NotFound


@transaction.atomic(durable=True)
def write_note(actor: Actor, customer_id: int, text: str) -> int:
    """Write a note of 1 to 4,000 characters; returns its id. Phones, cards and plates in it are masked for good."""
    actor.require(permissions.EDIT)
    plain = rules.normal_text("text", text)
    customer_id = locked(customer_id)
    now = clock.now()
    note = Note.objects.create(customer_id=customer_id, text=plain, author=actor.label, written_at=now)
    publish([NoteWritten(customer_id=customer_id, occurred_at=now, author=actor.label)])
    note_id: int = note.id
    return note_id


@transaction.atomic(durable=True)
def remove_note(actor: Actor, customer_id: int, note_id: int) -> None:
    """Take a note away; the audit trail keeps who wrote it and who took it away."""
    actor.require(permissions.EDIT)
    customer_id = locked(customer_id)
    note = Note.objects.filter(id=note_id, customer_id__in=queries.family_ids(customer_id)).first()
    if note is None:
        raise NotFound(_("Customer %(customer)s has no note %(id)s.") % {"customer": customer_id, "id": note_id})
    note.delete()
    detail = {"author": note.author}
    audit.record(actor, "customer.remove_note", f"note:{note_id}", customer_id=customer_id, detail=detail)
