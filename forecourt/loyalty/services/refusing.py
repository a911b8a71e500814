"""Why points cannot be spent, said so that whoever asks can mend it."""

from django.utils.translation import gettext as _

from forecourt.customers import queries as customers
from forecourt.kernel.problems import Conflict


def require_free(*customer_ids: int) -> None:
    """Conflict when one of the customers is blocked, naming the first. Callers hold their locks."""
    blocked = customers.blocked(customer_ids)
    for customer_id in [one for one in customer_ids if one in blocked]:
        said = _("Customer %(id)s is blocked; unblock the customer before points are spent or passed on.") % {
            "id": customer_id
        }
        raise Conflict(said, fields={"customer": said})
