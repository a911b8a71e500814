"""Why points cannot be spent, said so that whoever asks can mend it."""

from django.utils.translation import gettext as _

from forecourt.customers import queries as customers
from forecourt.kernel.problems import Conflict


def require_free(customer_id: int) -> None:
    """Conflict when the customer is blocked. Callers hold the customer's lock."""
    if customers.blocked([customer_id]):
        said = _("Customer %(id)s is blocked; unblock the customer before points are spent or passed on.") % {
            "id": customer_id
        }
        raise Conflict(said, fields={"customer": said})
