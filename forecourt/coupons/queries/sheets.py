"""Files of sheets to print: which there are, how far they are, and what stands on them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.utils import formats
from django.utils.translation import gettext as _

from forecourt.coupons import rules
from forecourt.coupons.models import CouponSheets
from forecourt.coupons.queries.lookup import batch_codes
from forecourt.coupons.rules.sheets import Sticker
from forecourt.coupons.values import SheetsState


class SheetsView(NamedTuple):
    """A batch's file of sheets: so many of `size` coupons are `done`; `bytes` once it is ready; why it failed."""

    batch_id: int
    ticket: UUID
    language: str
    state: SheetsState
    size: int
    done: int
    bytes: int
    asked_at: datetime
    asked_by: str
    started_at: datetime | None
    finished_at: datetime | None
    error: str


def sheets(batch_id: int) -> SheetsView | None:
    """The file of sheets of a batch; None where none was asked for, or it was thrown away."""
    row = CouponSheets.objects.filter(batch_id=batch_id).values_list(*SheetsView._fields).first()
    return SheetsView(*row)._replace(state=SheetsState(row[3])) if row else None


def stickers(batch_id: int) -> Iterator[Sticker]:
    """The coupons of a batch as they are printed, in the order they were made, in the language of the moment."""
    said: dict[date | None, str] = {None: ""}
    for line in batch_codes(batch_id):
        if line.expires_on not in said:
            said[line.expires_on] = _("good until %(day)s") % {"day": formats.date_format(line.expires_on)}
        until = said[line.expires_on]
        yield Sticker(line.code, rules.shown_code(line.code), until, line.status in {"void", "used"})
