"""What commands on rewards begin with: whose ledgers they move, and where."""

from typing import Final

from django.utils.translation import gettext as _

from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim, Resolved
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotFound, Unavailable
from forecourt.loyalty import records as ledger
from forecourt.loyalty.values import Return
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.rewards.values import Redemption

_ATTEMPTS: Final = 3


def locked(customer_id: int) -> Resolved:
    """Lock who this customer is today, and all whose points it may spend, until the command ends. NotFound without one.

    Only survivors are locked, so a merge that locks a family never waits for us while we wait for it.
    """
    for _attempt in range(_ATTEMPTS):
        found = customers.resolve([CustomerClaim(id=customer_id)])[0]
        if found is None:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
        ledger.lock_sharing([found.customer_id])
        if customers.resolve([CustomerClaim(id=customer_id)])[0] == found:
            return found
    raise Unavailable(_("Customer %(id)s is being merged just now; send it again.") % {"id": customer_id})


def spent_on(redemption: Redemption, reason: str, actor: Actor) -> Return:
    """What is to be given back of a redemption, to whoever paid for it and whoever they are today."""
    return Return(
        customer_id=redemption.redeemed_for, origin=f"redemption:{redemption.id}", reason=reason, actor=actor.label
    )


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
