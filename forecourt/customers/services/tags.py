"""Tags: words of the retailer's own, on one customer or many."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, records, rules
from forecourt.customers.events import CustomerChanged
from forecourt.customers.models import Customer
from forecourt.customers.services.subjects import locked, tell_changed
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Invalid


@transaction.atomic(durable=True)
def set_tags(actor: Actor, customer_id: int, tags: Sequence[str]) -> None:
    """Make these, in this order, a customer's tags."""
    actor.require(permissions.EDIT)
    wanted = list(rules.normal_tags(tags))
    customer_id = locked(customer_id)
    if Customer.objects.filter(id=customer_id).exclude(tags=wanted).update(tags=wanted):
        tell_changed(customer_id, "tags")


@transaction.atomic(durable=True)
def add_tags(actor: Actor, customer_ids: Collection[int], tags: Sequence[str]) -> int:
    """Put tags on customers; returns how many did not have them all. Unknown ids are passed over."""
    actor.require(permissions.EDIT)
    wanted = rules.normal_tags(tags)
    ids = queries.survivors(customer_ids)
    records.lock(ids)
    changed = records.change_tags(ids, add=wanted)
    crowded = min((customer_id for customer_id, count in changed.items() if count > rules.MAX_TAGS), default=None)
    if crowded is not None:
        raise Invalid.field(
            "tags",
            _("customer %(id)s would have %(count)s; %(most)s are the most, take some off")
            % {"id": crowded, "count": changed[crowded], "most": rules.MAX_TAGS},
        )
    return _tell(changed)


@transaction.atomic(durable=True)
def remove_tags(actor: Actor, customer_ids: Collection[int], tags: Sequence[str]) -> int:
    """Take tags off customers; returns how many had one. Unknown ids are passed over."""
    actor.require(permissions.EDIT)
    unwanted = rules.normal_tags(tags)
    ids = queries.survivors(customer_ids)
    records.lock(ids)
    return _tell(records.change_tags(ids, remove=unwanted))


@transaction.atomic(durable=True)
def rename_tag(actor: Actor, old: str, new: str) -> int:
    """Put one tag in another's place on all customers; returns how many had it. Who has both keeps the new one once."""
    actor.require(permissions.EDIT)
    old, new = rules.normal_tag(old), rules.normal_tag(new)
    if old == new:
        return 0
    count = _tell(records.rename_tag(old, new))
    audit.record(actor, "customer.rename_tag", f"tag:{new}", detail={"old": old, "customers": count})
    return count


def _tell(customer_ids: Iterable[int]) -> int:
    now = clock.now()
    changed = sorted(customer_ids)
    publish([CustomerChanged(customer_id=one, occurred_at=now, fields=("tags",)) for one in changed])
    return len(changed)
