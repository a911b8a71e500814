"""The turn of the key."""

from django.db import transaction

from forecourt.customers import permissions, records
from forecourt.kernel.actors import Actor


@transaction.atomic(durable=True)
def reseal(actor: Actor, limit: int = 1000) -> int:
    """Seal up to `limit` personal values again under the current key; returns how many. Repeat until it is 0."""
    actor.require(permissions.RESEAL)
    return records.reseal(actor, limit)
