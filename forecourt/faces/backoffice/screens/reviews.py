"""What is handed in and decided, for the screens of whatever has reviews: who may, and the steps."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext_lazy as _

from forecourt.faces.backoffice.screen import act
from forecourt.faces.backoffice.screens.figures import moment_of
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


class Steps(NamedTuple):
    """The commands of a review. All take who acts and what it is about; handing in a note too, sending back a reason."""

    submit: Callable[..., Any]
    approve: Callable[..., Any]
    refuse: Callable[..., Any]
    withdraw: Callable[..., Any]


def step(
    request: HttpRequest,
    to: str,
    steps: Steps,
    *about: Any,
    done: Mapping[str, Any] | None = None,
    is_dated: bool = False,
) -> HttpResponse:
    """Do what the pressed button says; `done` are words in place of the usual.

    `is_dated`: who hands it in may say from when it holds.
    """
    actor, given = request.actor, request.POST  # type: ignore[attr-defined]
    doing: dict[str, Callable[[], Any]] = {
        "submit": lambda: steps.submit(
            actor, *about, given.get("note", ""), **({"valid_from": moment_of(given, "valid_from")} if is_dated else {})
        ),
        "approve": lambda: steps.approve(actor, *about),
        "refuse": lambda: steps.refuse(actor, *about, given.get("reason", "")),
        "withdraw": lambda: steps.withdraw(actor, *about),
    }
    words = {**(DATED if is_dated else DONE), **(done or {})}
    do = given.get("do", "")
    if do not in doing:
        return HttpResponseNotAllowed(["POST"])
    return act(request, to, doing[do], words[do], {"reason": "reason", "note": "note"})
