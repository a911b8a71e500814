"""What sign-ups cost, to be given back: to everybody who paid, into the lots it came from."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from forecourt.loyalty.values import Return
from forecourt.occasions.models import SignUp


def costs_of(rows: Iterable[SignUp], actor: str) -> list[Return]:
    """What these sign-ups cost, as returns: of who signed up, with what others of the household paid."""
    return [
        Return(customer_id=row.payer_id, origin=origin_of(row.pk), reason=_("Sign-up cancelled"), actor=actor)
        for row in rows
        if row.payer_id is not None
    ]


def origin_of(sign_up_id: int) -> str:
    """What the ledger calls what a sign-up costs."""
    return f"signup:{sign_up_id}"
