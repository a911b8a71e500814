"""One customer out of two, and two again.

Nothing moves: identities, vehicles, notes, sales and ledgers stay under the id that brought them and are read with the
whole family. The merged customer only points to its survivor, and undoing takes the pointer away; what was added after
the merge stays with the survivor. Points are carried over and back by loyalty, which reads the events.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, records, rules
from forecourt.customers.events import CustomersMerged, HouseholdJoined, HouseholdLeft, MergeUndone
from forecourt.customers.models import Customer, Merge
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound


@transaction.atomic(durable=True)
def merge_customers(actor: Actor, survivor: int, merged: int, reason: str = "") -> int:
    """Take one customer, and all who were merged into it before, into another; returns the merge's id.

    Conflict when either was merged into somebody, or only one of them is blocked.
    """
    actor.require(permissions.MERGE)
    why = rules.normal_text("reason", reason, limit=200, required=False)
    if survivor == merged:
        raise Invalid.field("merged", _("%(id)s is the survivor itself; name the other customer") % {"id": merged})
    _lock_and_check(survivor, merged)
    moved = records.point_to(survivor, [merged], aliases_of=[merged])
    household_id = _take_household(survivor, merged)
    now = clock.now()
    merge = Merge.objects.create(
        survivor_id=survivor,
        merged_id=merged,
        moved=moved,
        household_id=household_id,
        reason=why,
        merged_at=now,
        merged_by=actor.label,
    )
    publish([CustomersMerged(customer_id=survivor, occurred_at=now, merged_id=merged, moved=tuple(moved))])
    if household_id is not None:
        publish([HouseholdJoined(customer_id=survivor, occurred_at=now, household_id=household_id)])
    detail = {"merge": merge.id, "merged": merged, "moved": moved}
    audit.record(actor, "customer.merge", f"customer:{survivor}", customer_id=survivor, reason=why, detail=detail)
    merge_id: int = merge.id
    return merge_id


def _take_household(survivor: int, merged: int) -> int | None:
    """Put a survivor without a household into the merged customer's; returns which, None when nothing changed.

    The merged customer keeps its own in its row, to have it again when the merge is undone.
    """
    households = dict(Customer.objects.filter(id__in=[survivor, merged]).values_list("id", "household_id"))
    taken: int | None = households[merged]
    if households[survivor] is not None or taken is None:
        return None
    Customer.objects.filter(id=survivor).update(household_id=taken)
    return taken


def _lock_and_check(survivor: int, merged: int) -> None:
    """Lock both families in rising order, then look whether they can be one."""
    records.lock({survivor, merged, *queries.family_ids(survivor), *queries.family_ids(merged)})
    found = {customer.id: customer for customer in Customer.objects.filter(id__in=[survivor, merged])}
    for customer_id in (survivor, merged):
        if customer_id not in found:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    for customer_id, other in ((survivor, merged), (merged, survivor)):
        into = found[customer_id].merged_into_id
        names = {"id": customer_id, "into": into}
        if into == other:
            raise Conflict(_("Customer %(id)s is merged into %(into)s already; nothing is left to merge.") % names)
        if into is not None:
            raise Conflict(_("Customer %(id)s was merged into %(into)s; name %(into)s instead.") % names)
    if found[survivor].is_blocked != found[merged].is_blocked:
        blocked, free = (survivor, merged) if found[survivor].is_blocked else (merged, survivor)
        raise Conflict(
            _("Customer %(blocked)s is blocked and %(free)s is not; block both or neither before merging.")
            % {"blocked": blocked, "free": free}
        )


@transaction.atomic(durable=True)
def undo_merge(actor: Actor, merge_id: int) -> None:
    """Part two customers again, exactly as they were. Conflict when a later merge stands on this one."""
    actor.require(permissions.MERGE)
    merge = Merge.objects.select_for_update().filter(id=merge_id).first()
    if merge is None:
        raise NotFound(_("There is no merge %(id)s.") % {"id": merge_id})
    if merge.undone_at is not None:
        raise Conflict(_("Merge %(id)s was undone already.") % {"id": merge_id})
    _lock_and_check_parting(merge)
    records.point_to(merge.merged_id, [alias for alias in merge.moved if alias != merge.merged_id])
    records.point_to(None, [merge.merged_id])
    survivor, now = merge.survivor_id, clock.now()
    if merge.household_id is not None and _leave_household(survivor, merge.household_id):
        publish([HouseholdLeft(customer_id=survivor, occurred_at=now, household_id=merge.household_id)])
    merge.undone_at, merge.undone_by = now, actor.label
    merge.save(update_fields=["undone_at", "undone_by"])
    publish([MergeUndone(customer_id=survivor, occurred_at=now, merged_id=merge.merged_id, moved=tuple(merge.moved))])
    detail = {"merge": merge_id, "merged": merge.merged_id}
    audit.record(actor, "customer.undo_merge", f"customer:{survivor}", customer_id=survivor, detail=detail)


def _leave_household(survivor: int, household_id: int) -> bool:
    """Take a survivor out of the household it came into by the merge, unless it is in another by now."""
    return bool(Customer.objects.filter(id=survivor, household_id=household_id).update(household_id=None))


def _lock_and_check_parting(merge: Merge) -> None:
    into = records.lock({merge.survivor_id, *merge.moved})[merge.survivor_id]
    if into is not None:
        later = Merge.objects.filter(merged_id=merge.survivor_id, undone_at__isnull=True).latest("id")
        raise Conflict(
            _("Customer %(id)s was itself merged into %(into)s later, by merge %(merge)s; undo that first.")
            % {"id": merge.survivor_id, "into": later.survivor_id, "merge": later.id}
        )
