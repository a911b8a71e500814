"""What is handed in and decided, for the screens of whatever has reviews: who may, and the steps."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext_lazy as _

from forecourt.faces.backoffice.screen import act
from forecourt.kernel import reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.values import Review
from forecourt.organisation import queries as organisation

DONE: Final = {
    "submit": _("Handed in. It takes effect once somebody else has approved it."),
    "approve": _("Approved: it is in force now."),
    "refuse": _("Sent back."),
    "withdraw": _("Taken back; it can be edited again."),
}
DATED: Final = DONE | {"approve": _("Approved. It holds from the moment it was meant for, at the earliest from now.")}
"""Where what is handed in may begin later."""


def may_decide(actor: Actor, review: Review | None, permission: str) -> bool:
    """Whether this person may approve what was handed in, or send it back."""
    return (
        review is not None
        and actor.may(permission)
        and reviews.may_approve(actor, review, is_alone=organisation.company().solo_approval)
    )


def shown(actor: Actor, review: Review | None, permission: str) -> dict[str, Any]:
    """What `office/review.html` asks for."""
    return {
        "review": review,
        "is_own": review is not None and review.submitted_by == actor.label,
        "may_decide": may_decide(actor, review, permission),
    }


def step(
    request: HttpRequest, to: str, steps: Mapping[str, Callable[[], Any]], done: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Do what the pressed button says: one of submit, approve, refuse and withdraw; `done` are words in place of the usual."""
    do = request.POST.get("do", "")
    if do not in steps:
        return HttpResponseNotAllowed(["POST"])
    return act(request, to, steps[do], {**DONE, **(done or {})}[do], {"reason": "reason", "note": "note"})
