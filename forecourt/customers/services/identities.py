"""What a customer is recognised by: adding, confirming, taking away."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, records, rules
from forecourt.customers.models import Identity
from forecourt.customers.services.conflicts import taken
from forecourt.customers.services.subjects import locked, tell_changed
from forecourt.customers.values import NewIdentity
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring
from forecourt.kernel.problems import NotFound


@transaction.atomic(durable=True)
def add_identity(actor: Actor, customer_id: int, identity: NewIdentity) -> int:
    """Give a customer an identity; returns its id. Of one that is the customer's already, that id.

    Conflict, naming the other's id, when it belongs to somebody else.
    """
    actor.require(permissions.EDIT)
    mark = rules.checked_identity(identity, queries.phone_region())
    customer_id = locked(customer_id)
    is_new = _claim(customer_id, mark)
    identity_id: int = Identity.objects.get(index__in=keyring().blind_indexes(mark.kind, mark.value)).id
    if is_new:
        tell_changed(customer_id, "identities")
        _audit(actor, "customer.add_identity", customer_id, identity_id, mark.kind)
    return identity_id


def _claim(customer_id: int, mark: rules.Recognised) -> bool:
    """Write the identity unless it is the customer's already; whether it was written."""
    owner = queries.owners([mark]).get(mark)
    if owner is None:
        try:
            with transaction.atomic():
                records.add_identities([(customer_id, mark)], clock.now())
        except IntegrityError:  # somebody else was given it since we looked
            raise taken(mark, queries.owners([mark]).get(mark, 0)) from None
        return True
    if owner != customer_id:
        raise taken(mark, owner)
    return False


@transaction.atomic(durable=True)
def remove_identity(actor: Actor, customer_id: int, identity_id: int) -> None:
    """Take an identity away: the customer is not recognised by it any more, and others may have it."""
    actor.require(permissions.EDIT)
    customer_id = locked(customer_id)
    identity = _of_customer(customer_id, identity_id)
    records.give_up(customer_id, identity.kind, _opened(identity))
    identity.delete()
    tell_changed(customer_id, "identities")
    _audit(actor, "customer.remove_identity", customer_id, identity_id, identity.kind)


@transaction.atomic(durable=True)
def verify_identity(actor: Actor, customer_id: int, identity_id: int) -> None:
    """Note that the customer proved to hold this identity (a code by SMS, the card shown). The first time counts."""
    actor.require(permissions.EDIT)
    customer_id = locked(customer_id)
    identity = _of_customer(customer_id, identity_id)
    if identity.verified_at is None:
        identity.verified_at = clock.now()
        identity.save(update_fields=["verified_at"])
        tell_changed(customer_id, "identities")
        _audit(actor, "customer.verify_identity", customer_id, identity_id, identity.kind)


@transaction.atomic(durable=True)
def forget_given_up(actor: Actor) -> int:
    """Delete what customers gave up being recognised by more than a year ago; returns how many."""
    actor.require(permissions.FORGET)
    return records.forget_given_up()


def _opened(identity: Identity) -> str:
    return keyring().open(bytes(identity.sealed), rules.seal_context(identity.kind, identity.customer_id))


def _of_customer(customer_id: int, identity_id: int) -> Identity:
    found = Identity.objects.filter(id=identity_id, customer_id__in=queries.family_ids(customer_id)).first()
    if found is None:
        raise NotFound(
            _("Customer %(customer)s has no identity %(id)s.") % {"customer": customer_id, "id": identity_id}
        )
    return found


def _audit(actor: Actor, action: str, customer_id: int, identity_id: int, kind: str) -> None:
    audit.record(actor, action, f"identity:{identity_id}", customer_id=customer_id, detail={"kind": kind})
