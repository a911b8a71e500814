"""A batch's sheets as one file for a printer: asked for, watched, downloaded, thrown away."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from forecourt.coupons import permissions, queries, services
from forecourt.coupons.values import SheetsState
from forecourt.faces.backoffice.screen import act, screen
from forecourt.kernel import clock


def of_batch(batch_id: int) -> dict[str, Any]:
    """The batch's file as its page shows it; `sheets` is None where there is none."""
    view = queries.sheets(batch_id)
    if view is None:
        return {"sheets": None, "batch_id": batch_id}
    return {
        "batch_id": batch_id,
        "sheets": view,
        "is_open": view.state in {SheetsState.WAITING, SheetsState.RUNNING},
        "percent": view.done * 100 // max(view.size, 1),
        "left": _time_left(view),
        "weight": filesizeformat(view.bytes),
        "kept_days": services.SHEETS_KEPT.days,
    }


def _time_left(view: queries.SheetsView) -> str:
    if view.state is not SheetsState.RUNNING or view.started_at is None or not view.done:
        return ""
    seconds = (clock.now() - view.started_at).total_seconds() * (view.size - view.done) / view.done
    if seconds < 90:
        return _("about %(count)d s left") % {"count": max(1, round(seconds))}
    return _("about %(count)d min left") % {"count": round(seconds / 60)}


@screen(permissions.ISSUE_COUPONS)
def progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far the file is, as a part of the batch's page that asks again."""
    return render(request, "office/coupon_sheets_file.html", of_batch(batch_id))


@screen(permissions.ISSUE_COUPONS)
def change(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Ask for the file, or throw it away."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:coupon_batch", args=[batch_id])
    if request.POST.get("do") == "drop":
        return act(request, to, lambda: services.drop_sheets(actor, batch_id), _("The file is gone."))
    language = translation.get_language() or "en"
    return act(request, to, lambda: services.ask_sheets(actor, batch_id, language), _("The sheets are being made."))


@screen(permissions.ISSUE_COUPONS)
def download(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    path = services.take_sheets(request.actor, batch_id)  # type: ignore[attr-defined]
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"coupons-{batch_id}.zip")
