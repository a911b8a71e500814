"""Households: people who belong together, so that they may share points and are not paid for bringing one another.

A customer is in one household at most. Everybody who joins or leaves is locked first; the household's own row is locked
after them, so that two who join at once cannot both take its last place.
"""

from collections.abc import Collection, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import permissions, queries, records, rules
from forecourt.customers.events import HouseholdJoined, HouseholdLeft
from forecourt.customers.models import Customer, Household, HouseholdLimit
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound, Unavailable

_ATTEMPTS: Final = 3
MOST: Final = 100
"""The largest limit that can be set."""


@transaction.atomic(durable=True)
def make_household(actor: Actor, name: str, customer_ids: Sequence[int]) -> int:
    """Make a household of these customers; returns its id. Conflict, naming whom, when somebody is in one already."""
    actor.require(permissions.EDIT)
    plain = rules.normal_text("name", name, limit=80, required=False)
    members = _locked(customer_ids)
    if not members:
        raise Invalid.field("members", _("nobody is named; give the numbers of one or more customers"))
    household = Household.objects.create(name=plain, made_at=clock.now(), made_by=actor.label)
    _join(household.id, members)
    audit.record(actor, "household.make", f"household:{household.id}", detail={"count": len(members)})
    made: int = household.id
    return made


@transaction.atomic(durable=True)
def rename_household(actor: Actor, household_id: int, name: str) -> None:
    """Call a household something else."""
    actor.require(permissions.EDIT)
    plain = rules.normal_text("name", name, limit=80, required=False)
    household = _household(household_id)
    if household.name != plain:
        household.name = plain
        household.save(update_fields=["name"])
        audit.record(actor, "household.rename", f"household:{household_id}")


@transaction.atomic(durable=True)
def add_to_household(actor: Actor, household_id: int, customer_ids: Sequence[int]) -> None:
    """Put customers into a household; those who are in it already stay. Conflict when one is in another, or it is full."""
    actor.require(permissions.EDIT)
    members = _locked(customer_ids)
    _household(household_id)
    joined = _join(household_id, members)
    for customer_id in joined:
        audit.record(actor, "household.add", f"household:{household_id}", customer_id=customer_id)


@transaction.atomic(durable=True)
def remove_from_household(actor: Actor, household_id: int, customer_id: int) -> None:
    """Take a customer out of a household; a household that nobody is left in ends."""
    actor.require(permissions.EDIT)
    (member,) = _locked([customer_id])
    household = _household(household_id)
    family = queries.family_ids(member)
    if not Customer.objects.filter(id=member, household_id=household_id).exists():
        raise NotFound(
            _("Customer %(customer)s is not in household %(household)s.")
            % {"customer": customer_id, "household": household_id}
        )
    # those merged into the customer leave with it, so that parting them later does not bring one of them back
    Customer.objects.filter(id__in=family, household_id=household_id).update(household_id=None)
    if not Customer.objects.filter(household_id=household_id).exists():
        household.delete()
    publish([HouseholdLeft(customer_id=member, occurred_at=clock.now(), household_id=household_id)])
    audit.record(actor, "household.remove", f"household:{household_id}", customer_id=member)


@transaction.atomic(durable=True)
def dissolve_household(actor: Actor, household_id: int) -> None:
    """End a household: nobody is in it any more."""
    actor.require(permissions.EDIT)
    for _attempt in range(_ATTEMPTS):
        known = set(Customer.objects.filter(household_id=household_id).values_list("id", flat=True))
        records.lock(known)
        household = _household(household_id)
        members = dict(Customer.objects.filter(household_id=household_id).values_list("id", "merged_into_id"))
        if members.keys() <= known:
            break
    else:
        raise Unavailable(_("Others are joining household %(id)s just now; send it again.") % {"id": household_id})
    Customer.objects.filter(household_id=household_id).update(household_id=None)
    household.delete()
    now = clock.now()
    publish(
        [
            HouseholdLeft(customer_id=customer_id, occurred_at=now, household_id=household_id)
            for customer_id, merged_into in sorted(members.items())
            if merged_into is None
        ]
    )
    audit.record(actor, "household.dissolve", f"household:{household_id}", detail={"count": len(members)})


@transaction.atomic(durable=True)
def set_household_size(actor: Actor, size: int) -> None:
    """Say how many members a household may have at most. Larger ones that stand stay as they are."""
    actor.require(permissions.EDIT)
    if actor.stations is not None:
        raise NotAllowed(_("The size of households holds for all stations; ask somebody who works for all of them."))
    if not 1 <= size <= MOST:
        raise Invalid.field("size", _("%(size)s is out of range; give 1 to %(most)s") % {"size": size, "most": MOST})
    HouseholdLimit.objects.update_or_create(id=1, defaults={"size": size})
    audit.record(actor, "household.limit", "household:all", detail={"count": size})


def _household(household_id: int) -> Household:
    """The household, locked; NotFound when there is none."""
    household = Household.objects.select_for_update().filter(id=household_id).first()
    if household is None:
        raise NotFound(_("There is no household %(id)s.") % {"id": household_id})
    return household


def _locked(customer_ids: Collection[int]) -> list[int]:
    """Lock these customers' survivors; their ids, each once, in rising order. NotFound names the first unknown one."""
    for _attempt in range(_ATTEMPTS):
        survivors = queries.survivors(customer_ids)
        state = records.lock(survivors)
        if all(merged_into is None for merged_into in state.values()):
            break
    else:
        raise Unavailable(_("Some of these customers are being merged just now; send it again."))
    known = set(Customer.objects.filter(id__in=list(customer_ids)).values_list("id", flat=True))
    for customer_id in customer_ids:
        if customer_id not in known:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    return survivors


def _join(household_id: int, customer_ids: Sequence[int]) -> list[int]:
    """Put locked customers into a locked household; returns those who were not in it yet."""
    held = dict(Customer.objects.filter(id__in=customer_ids).values_list("id", "household_id"))
    for customer_id, other in sorted(held.items()):
        if other not in {None, household_id}:
            detail = _("Customer %(customer)s is in household %(household)s already; take it out there first.") % {
                "customer": customer_id,
                "household": other,
            }
            raise Conflict(detail, fields={"members": detail})
    new = [customer_id for customer_id in customer_ids if held[customer_id] is None]
    count = Customer.objects.filter(household_id=household_id, merged_into_id__isnull=True).count() + len(new)
    most = queries.household_size()
    if new and count > most:
        raise Invalid.field(
            "members", _("would be %(count)s; a household has at most %(most)s") % {"count": count, "most": most}
        )
    Customer.objects.filter(id__in=new).update(household_id=household_id)
    now = clock.now()
    publish(
        [HouseholdJoined(customer_id=customer_id, occurred_at=now, household_id=household_id) for customer_id in new]
    )
    return new
