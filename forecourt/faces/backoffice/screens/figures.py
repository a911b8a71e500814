"""Figures as they are typed into forms."""

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from forecourt.kernel.problems import Invalid


def decimal_of(text: str, path: str) -> Decimal:
    """A number as it was typed, with a minus of any kind; Invalid at `path` for what is none."""
    try:
        value = Decimal(text.strip().replace("−", "-"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid.field(path, _("is no number"))
    return value
