"""What became of the coupons of templates and batches."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from forecourt import coupons
from forecourt.coupons.models import CouponBatch
from forecourt.kernel import sql
from forecourt.kernel.problems import NotFound
from forecourt.organisation import queries as organisation

_FIGURES: Final = sql.load(coupons.__file__, "figures")
_BATCHES: Final = sql.load(coupons.__file__, "batches")


class Figures(NamedTuple):
    """Counts of coupons of a template: `used` counts uses that were not given back, `restored` those that were."""

    issued: int = 0
    seen: int = 0
    used: int = 0
    restored: int = 0
    void: int = 0
    expired: int = 0
    last_used_at: datetime | None = None


class BatchView(NamedTuple):
    """A batch, of whose `size` coupons `made` are made; `used` and the rest are None where they were not asked for."""

    id: int
    template: str
    template_name: str
    name: str
    size: int
    made: int
    created_at: datetime
    created_by: str
    finished_at: datetime | None
    voided_at: datetime | None
    used: int | None
    seen: int | None
    claimed: int | None
    void: int | None


def figures(template_ids: Collection[int]) -> dict[int, Figures]:
    """Figures by template; those that issued nothing are missing. One statement."""
    if not template_ids:
        return {}
    where = {"ids": sql.array(sorted(template_ids)), "today": organisation.company_day()}
    return {row[0]: Figures(*row[1:]) for row in sql.rows(_FIGURES, where)}


def batches(template_id: int, limit: int = 50, before: int | None = None) -> list[BatchView]:
    """Batches of a template, newest first, older than `before`, with their figures."""
    found = CouponBatch.objects.filter(template_id=template_id).order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    return _batches(list(found.values_list("id", flat=True)[:limit]))


def all_batches(limit: int = 50, before: int | None = None) -> list[BatchView]:
    """Batches of every template, newest first, older than `before`, without their figures."""
    found = CouponBatch.objects.order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    return _batches(list(found.values_list("id", flat=True)[:limit]), with_figures=False)


def batch(batch_id: int) -> BatchView:
    """The batch of that id; NotFound when there is none."""
    found = _batches([batch_id])
    if not found:
        raise NotFound(_("There is no batch %(id)s.") % {"id": batch_id})
    return found[0]


def _batches(ids: Sequence[int], *, with_figures: bool = True) -> list[BatchView]:
    rows = sql.rows(_BATCHES, {"ids": sql.array(ids), "with_figures": with_figures})
    return [BatchView(*row) for row in rows]
