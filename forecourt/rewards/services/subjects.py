"""What commands on rewards begin with: whose ledgers they move, and where."""

from collections.abc import Collection
from typing import Final

from django.utils.translation import gettext as _

from forecourt.customers import queries as customers
from forecourt.customers import records as customer_records
from forecourt.customers.values import CustomerClaim, Resolved
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotFound, Unavailable
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts

_ATTEMPTS: Final = 3


def locked(customer_ids: Collection[int], *, with_household: bool = False) -> dict[int, Resolved]:
    """Lock who these customers are today, with their households if asked, in rising order until the command ends.

    Returns the survivor of each. Only survivors are locked, so a merge that locks a family never waits for us while we
    wait for it. NotFound for an id that is none.
    """
    for _attempt in range(_ATTEMPTS):
        found = _survivors(customer_ids)
        wanted = {one.customer_id for one in found.values()}
        if with_household:
            wanted |= {member for members in customers.household_of(wanted).values() for member in members}
        customer_records.lock(wanted)
        if _survivors(customer_ids) == found:
            return found
    raise Unavailable(_("These customers are being merged just now; send it again."))


def _survivors(customer_ids: Collection[int]) -> dict[int, Resolved]:
    asked = sorted(set(customer_ids))
    found = customers.resolve([CustomerClaim(id=customer_id) for customer_id in asked])
    survivors = {}
    for customer_id, survivor in zip(asked, found, strict=True):
        if survivor is None:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
        survivors[customer_id] = survivor
    return survivors


def place_of(actor: Actor, station: str | None) -> StationFacts | None:
    """The station of that code, in the actor's scope; None for none, where the actor is bound to no station."""
    if not station:
        if actor.stations is not None:
            raise Invalid.field("station", _("is missing; say at which of your stations this is"))
        return None
    found = organisation.station_facts([station]).get(station)
    if found is None:
        raise NotFound(_("There is no station %(code)s.") % {"code": station})
    actor.require_station(found.id, found.code)
    return found
