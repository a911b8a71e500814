"""Sheets of a batch to print, as one ZIP: asked for, made by a job file by file, taken along, thrown away.

The ZIP lies below FORECOURT_HOME, which the worker and the doors share. Memory holds a page of codes and a sheet. A job that is
killed leaves nothing but a part that the next one writes over: it begins anew.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from forecourt.coupons import permissions, queries
from forecourt.coupons.models import CouponBatch, CouponSheets
from forecourt.coupons.queries import BatchView, SheetsView
from forecourt.coupons.rules.sheets import IN_A_FILE, Heading, sheets
from forecourt.coupons.values import SheetsState
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.home import folder
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.organisation import queries as organisation

JOB: Final = "coupons.make_sheets"
KEPT: Final = timedelta(days=7)
"""So long a file is kept: its codes are as good as the coupons."""
_UNDER_WAY: Final = (SheetsState.WAITING, SheetsState.RUNNING)


class Interrupted(Exception):
    """The worker stops; the file wants another job."""


@transaction.atomic(durable=True)
def ask_sheets(actor: Actor, batch_id: int, language: str) -> SheetsView:
    """Ask for the sheets of a batch in a language; a job makes them. They take the place of those that there were.

    Conflict while the batch is being made or is void, or while its sheets are under way.
    """
    actor.require(permissions.ISSUE_COUPONS)
    batch = CouponBatch.objects.select_for_update(no_key=True).filter(id=batch_id).first()
    if batch is None:
        raise NotFound(_("There is no batch %(id)s.") % {"id": batch_id})
    if batch.voided_at is not None:
        raise Conflict(_("Batch %(id)s is void; make it good again before you print it.") % {"id": batch_id})
    if batch.finished_at is None:
        raise Conflict(_("Batch %(id)s is still being made; ask again once it is done.") % {"id": batch_id})
    known = queries.sheets(batch_id)
    if known is not None and known.state in _UNDER_WAY:
        raise Conflict(_("The sheets of batch %(id)s are being made already.") % {"id": batch_id})
    ticket = uuid4()
    values = {"ticket": ticket, "language": language, "state": SheetsState.WAITING.value, "size": batch.made}
    values |= {"done": 0, "bytes": 0, "asked_at": clock.now(), "asked_by": actor.label, "error": ""}
    row, _is_new = CouponSheets.objects.update_or_create(
        batch_id=batch_id, defaults=values | {"started_at": None, "finished_at": None}
    )
    audit.record(actor, "coupon_batch.sheets", f"coupon_batch:{batch_id}", detail={"count": batch.made})
    app.configure_task(JOB).defer(batch_id=batch_id, ticket=str(ticket))
    return SheetsView(*(getattr(row, name) for name in SheetsView._fields))._replace(state=SheetsState.WAITING)


def make_sheets(actor: Actor, batch_id: int, ticket: UUID, must_stop: Callable[[], bool] = lambda: False) -> bool:
    """Make the sheets that were asked for under this ticket; False where they are made, or not wanted any more.

    Interrupted when `must_stop` says so between two files; OSError, told to whoever asked, where the disk is full.
    """
    actor.require(permissions.ISSUE_COUPONS)
    batch = queries.batch(batch_id)
    wanted = CouponSheets.objects.filter(batch_id=batch_id, ticket=ticket)
    if not wanted.exclude(state=SheetsState.DONE).update(state=SheetsState.RUNNING, done=0, started_at=clock.now()):
        return False
    view = queries.sheets(batch_id)
    if view is None or view.ticket != ticket:
        return False
    whole = _path(batch_id, ticket)
    part = whole.with_suffix(".part")
    try:
        with translation.override(view.language):
            for done in _write(part, batch, view):
                if must_stop():
                    raise Interrupted
                if not wanted.update(done=done):
                    return False
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(whole)
    except OSError as error:
        wanted.update(state=SheetsState.FAILED, error=error.strerror or type(error).__name__)
        raise
    finally:
        part.unlink(missing_ok=True)
    _remove_files(batch_id, but=ticket)
    wanted.update(state=SheetsState.DONE, done=view.size, finished_at=clock.now(), bytes=whole.stat().st_size, error="")
    return True


def _write(path: Path, batch: BatchView, view: SheetsView) -> Iterator[int]:
    """Write the ZIP; gives how many coupons are in it after each of its files."""
    company = organisation.company().name
    template = queries.templates([batch.template])[batch.template].template
    left = queries.stickers(batch.id)
    moment = view.asked_at.astimezone(organisation.company_zone()).timetuple()[:6]
    done = 0
    with ZipFile(path, "w") as whole:
        while (first := next(left, None)) is not None:
            last = min(done + IN_A_FILE, view.size)
            said = {"name": batch.name, "first": f"{done + 1:,}", "last": f"{last:,}", "size": f"{view.size:,}"}
            title = _("%(name)s · coupons %(first)s to %(last)s of %(size)s") % said
            heading = Heading(company, template.name, title, translation.get_language() or "en")
            info = ZipInfo(f"coupons-{batch.id}-{done // IN_A_FILE + 1:04}.html", moment)
            info.compress_type = ZIP_DEFLATED
            with whole.open(info, "w") as file:
                for piece in sheets(heading, chain([first], islice(left, IN_A_FILE - 1))):
                    file.write(piece.encode())
            done = last
            yield done


@transaction.atomic(durable=True)
def take_sheets(actor: Actor, batch_id: int) -> Path:
    """The file of a batch's sheets, to send; who takes it along is audited. Conflict while it is not ready."""
    actor.require(permissions.ISSUE_COUPONS)
    batch = queries.batch(batch_id)
    view = queries.sheets(batch_id)
    if view is None:
        raise NotFound(_("There are no sheets of batch %(id)s; ask for them.") % {"id": batch_id})
    if view.state is not SheetsState.DONE:
        raise Conflict(_("The sheets of batch %(id)s are not ready yet.") % {"id": batch_id})
    path = _path(batch_id, view.ticket)
    if not path.exists():
        raise NotFound(
            _("The sheets of batch %(id)s are not on this machine any more; ask for them anew.") % {"id": batch_id}
        )
    audit.record(
        actor, "coupon_batch.export", f"coupon_batch:{batch_id}", detail={"kind": "sheets", "count": batch.made}
    )
    return path


@transaction.atomic(durable=True)
def drop_sheets(actor: Actor, batch_id: int) -> None:
    """Throw a batch's sheets away, or stop making them. Safe to repeat."""
    actor.require(permissions.ISSUE_COUPONS)
    queries.batch(batch_id)
    if CouponSheets.objects.filter(batch_id=batch_id).delete()[0]:
        audit.record(actor, "coupon_batch.drop_sheets", f"coupon_batch:{batch_id}")
    transaction.on_commit(lambda: _remove_files(batch_id))


def forget_sheets() -> int:
    """Throw away sheets that are older than a week, and files that nobody knows any more; returns how many files."""
    CouponSheets.objects.filter(finished_at__lt=clock.now() - KEPT).delete()
    known = {
        _path(batch_id, ticket).stem for batch_id, ticket in CouponSheets.objects.values_list("batch_id", "ticket")
    }
    gone = [path for path in _folder().iterdir() if path.stem not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _folder() -> Path:
    return folder("sheets")


def _path(batch_id: int, ticket: UUID) -> Path:
    return _folder() / f"{batch_id}-{ticket}.zip"


def _remove_files(batch_id: int, *, but: UUID | None = None) -> None:
    """Remove finished files of a batch; a part belongs to the job that writes it."""
    for path in _folder().glob(f"{batch_id}-*.zip"):
        if but is None or path != _path(batch_id, but):
            path.unlink(missing_ok=True)
