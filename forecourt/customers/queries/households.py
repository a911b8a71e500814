"""Households as screens and the API show them."""

from django.utils.translation import gettext as _

from forecourt.customers.models import Customer, Household, HouseholdLimit
from forecourt.customers.values import HouseholdMember, HouseholdView
from forecourt.kernel.problems import NotFound

USUAL_SIZE = 10
"""Members of a household at most, until somebody sets another limit."""


def household(household_id: int) -> HouseholdView:
    """A household with its members; NotFound when there is none. Two statements."""
    found = Household.objects.filter(id=household_id).first()
    if found is None:
        raise NotFound(_("There is no household %(id)s.") % {"id": household_id})
    members = Customer.objects.filter(household_id=household_id, merged_into_id__isnull=True).order_by("id")
    return HouseholdView(
        id=found.id,
        name=found.name,
        made_at=found.made_at,
        made_by=found.made_by,
        members=tuple(
            HouseholdMember(customer_id=customer_id, name=name)
            for customer_id, name in members.values_list("id", "name")
        ),
    )


def household_size() -> int:
    """How many members a household may have at most."""
    limit = HouseholdLimit.objects.first()
    return limit.size if limit else USUAL_SIZE
