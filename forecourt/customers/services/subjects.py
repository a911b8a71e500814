"""What every command on one customer begins and ends with."""

from typing import Final

from django.utils.translation import gettext as _

from forecourt.customers import queries, records
from forecourt.customers.events import CustomerChanged
from forecourt.kernel import clock
from forecourt.kernel.events import publish
from forecourt.kernel.problems import NotFound, Unavailable

_ATTEMPTS: Final = 3


def locked(customer_id: int) -> int:
    """Lock the customer, or the survivor of a merged one, until the command ends; returns its id. NotFound without one.

    Only survivors are locked here, so a merge that locks a whole family never waits for us while we wait for it.
    """
    for _attempt in range(_ATTEMPTS):
        survivor = queries.survivor_of(customer_id)
        state = records.lock([survivor])
        if survivor not in state:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
        if state[survivor] is None:
            return survivor
    raise Unavailable(_("Customer %(id)s is being merged just now; send it again.") % {"id": customer_id})


def tell_changed(customer_id: int, *fields: str) -> None:
    """Publish that these fields of a customer changed."""
    publish([CustomerChanged(customer_id=customer_id, occurred_at=clock.now(), fields=fields)])
