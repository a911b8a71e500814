"""A customer's own fields, and whether sales for it are flagged."""

from django.db import transaction

from forecourt.customers import permissions, rules
from forecourt.customers.models import Customer
from forecourt.customers.services.subjects import locked, tell_changed
from forecourt.customers.values import CustomerChanges
from forecourt.kernel import audit
from forecourt.kernel.actors import Actor


@transaction.atomic(durable=True)
def update_customer(actor: Actor, customer_id: int, changes: CustomerChanges) -> None:
    """Change a customer's fields; those left out stay, those given as they are change nothing."""
    actor.require(permissions.EDIT)
    customer = Customer.objects.get(id=locked(customer_id))
    wanted = _wanted(customer, changes)
    changed = [field for field, value in wanted.items() if getattr(customer, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(customer, field, wanted[field])
    customer.save(update_fields=changed)
    tell_changed(customer.id, *changed)
    audit.record(
        actor, "customer.update", f"customer:{customer.id}", customer_id=customer.id, detail={"fields": changed}
    )


def _wanted(customer: Customer, changes: CustomerChanges) -> dict[str, object]:
    """The fields that are given, in their normal form."""
    wanted: dict[str, object] = {}
    if isinstance(changes.name, str):
        wanted["name"] = rules.normal_name(changes.name)
    if isinstance(changes.kind, str):
        wanted["kind"] = changes.kind.value
    if isinstance(changes.language, str):
        wanted["language"] = rules.plain_text("language", changes.language)
    if isinstance(changes.tags, tuple):
        wanted["tags"] = list(rules.normal_tags(changes.tags))
    if isinstance(changes.birthday, str):
        wanted["birthday"] = rules.birthday_of(changes.birthday) if changes.birthday.strip() else None
    if isinstance(changes.custom, dict):
        wanted["custom"] = rules.changed_custom(customer.custom, changes.custom)
    return wanted


@transaction.atomic(durable=True)
def block_customer(actor: Actor, customer_id: int, reason: str) -> None:
    """Have this customer's sales flagged from now on, and say why. Blocking twice changes nothing."""
    actor.require(permissions.EDIT)
    _set_blocked(actor, customer_id, reason, blocked=True)


@transaction.atomic(durable=True)
def unblock_customer(actor: Actor, customer_id: int, reason: str) -> None:
    """Take a block off, and say why."""
    actor.require(permissions.EDIT)
    _set_blocked(actor, customer_id, reason, blocked=False)


def _set_blocked(actor: Actor, customer_id: int, reason: str, *, blocked: bool) -> None:
    why = rules.normal_text("reason", reason, limit=200)
    customer_id = locked(customer_id)
    if Customer.objects.filter(id=customer_id, is_blocked=not blocked).update(is_blocked=blocked):
        tell_changed(customer_id, "is_blocked")
        action = "customer.block" if blocked else "customer.unblock"
        audit.record(actor, action, f"customer:{customer_id}", customer_id=customer_id, reason=why)
