"""Reading personal data: always by somebody, for the audit trail."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, rules
from forecourt.customers.models import Identity, Vehicle
from forecourt.customers.values import CustomerCard
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import NotFound

VIEW: Final = "customer.view"
_ONCE_IN: Final = timedelta(hours=1)


@transaction.atomic(durable=True)
def view_customer(actor: Actor, customer_id: int) -> CustomerCard:
    """All of a customer, personal values masked. Audited once an hour for the same reader and customer."""
    actor.require(permissions.VIEW)
    card = queries.customer_card(customer_id)
    seen = AuditEntry.objects.filter(customer_id=card.id, at__gt=clock.now() - _ONCE_IN, actor=actor.label, action=VIEW)
    if not seen.exists():
        audit.record(actor, VIEW, f"customer:{card.id}", customer_id=card.id)
    return card


@transaction.atomic(durable=True)
def unmask_identity(actor: Actor, identity_id: int, reason: str) -> str:
    """An identity's value in clear, for a reason that the audit trail keeps."""
    actor.require(permissions.UNMASK)
    why = rules.normal_text("reason", reason, limit=200)
    identity = Identity.objects.filter(id=identity_id).first()
    if identity is None:
        raise NotFound(_("There is no identity %(id)s.") % {"id": identity_id})
    _audit(actor, f"identity:{identity_id}", identity.customer_id, identity.kind, why)
    return keyring().open(bytes(identity.sealed), rules.seal_context(identity.kind, identity.customer_id))


@transaction.atomic(durable=True)
def unmask_plate(actor: Actor, vehicle_id: int, reason: str) -> str:
    """A vehicle's plate in clear, for a reason that the audit trail keeps."""
    actor.require(permissions.UNMASK)
    why = rules.normal_text("reason", reason, limit=200)
    vehicle = Vehicle.objects.filter(id=vehicle_id).first()
    if vehicle is None:
        raise NotFound(_("There is no vehicle %(id)s.") % {"id": vehicle_id})
    _audit(actor, f"vehicle:{vehicle_id}", vehicle.customer_id, rules.PLATE, why)
    return keyring().open(bytes(vehicle.plate_sealed), rules.seal_context(rules.PLATE, vehicle.customer_id))


def _audit(actor: Actor, subject: str, customer_id: int, kind: str, reason: str) -> None:
    survivor = queries.survivor_of(customer_id)
    audit.record(actor, "customer.unmask", subject, customer_id=survivor, reason=reason, detail={"kind": kind})
