"""Refunds from the receipt: whole or by line."""

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice.screen import act, screen
from forecourt.kernel import ids
from forecourt.kernel.problems import Invalid
from forecourt.sales import permissions, services
from forecourt.sales.values import NewRefund, RefundLine


@screen(permissions.REFUND)
def refund(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """The lines that are ticked, each whole or the quantity given; all lines whole is a refund of the whole sale."""
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:sale", args=[sale_id]),
        lambda: services.refund_sale(actor, sale_id, _asked(request)),
        _("Refunded; points are taken back."),
    )


def _asked(request: HttpRequest) -> NewRefund:
    lines = []
    for text in request.POST.getlist("line"):
        quantity = request.POST.get(f"quantity_{text}", "").strip()
        try:
            lines.append(RefundLine(line=int(text), quantity=Decimal(quantity) if quantity else None))
        except (InvalidOperation, ValueError):
            raise Invalid.field("quantity", _("%(text)s is no quantity") % {"text": quantity}) from None
    if not lines:
        raise Invalid.field("lines", _("tick at least one line"))
    return NewRefund(
        source_ref=f"office-{ids.uuid7()}",
        source="office",
        reason=request.POST.get("reason", "").strip()[:200],
        lines=tuple(lines),
    )
