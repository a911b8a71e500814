"""Pages by key: what the address says of where the last page ended."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from forecourt.kernel.problems import Invalid


def sale_place(text: str) -> tuple[date, datetime, UUID] | None:
    """(business date, moment, id) of the last sale seen; None for the first page."""
    if not text:
        return None
    try:
        day, at, sale_id = text.split("_")
        return date.fromisoformat(day), datetime.fromisoformat(at), UUID(sale_id)
    except ValueError:
        raise Invalid.field(
            "after", _("%(text)r is no place in this list; begin again at its first page") % {"text": text}
        ) from None


def after_sale(rows: list[dict[str, Any]], limit: int) -> str:
    """Cut a list to one page; returns where it ended, empty when that was all."""
    if len(rows) <= limit:
        return ""
    del rows[limit:]
    last = rows[-1]
    return f"{last['business_date']}_{last['occurred_at'].isoformat()}_{last['id']}"


def day_of(text: str, otherwise: date) -> date:
    """A day as a date field sends it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def number(text: str | None) -> int | None:
    """A whole number from the address; None where there is none."""
    return int(text) if text and text.isascii() and text.lstrip("-").isdigit() and len(text) < 19 else None
