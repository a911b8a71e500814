"""Figures and moments as they are typed into forms."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from forecourt.kernel.problems import Invalid
from forecourt.organisation import queries as organisation


def decimal_of(text: str, path: str) -> Decimal:
    """A number as it was typed, with a minus of any kind; Invalid at `path` for what is none."""
    try:
        value = Decimal(text.strip().replace("−", "-"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid.field(path, _("is no number"))
    return value


def moment_of(given: Mapping[str, Any], name: str) -> datetime | None:
    """A moment by the company's clock, as a field for day and time sends it; None where it is left empty."""
    text = given.get(name, "")
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=organisation.company_zone())
    except ValueError:
        raise Invalid.field(name, _("choose day and time, or leave it empty")) from None
