"""Rules of gifts and referrals as they stand, as they are edited and handed in, and every version of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.faces.backoffice.screen import act, screen
from forecourt.faces.backoffice.screens import reviews as reviewing
from forecourt.faces.backoffice.screens.occasion_words import OccasionNames, differences, parts
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Outcome
from forecourt.occasions import permissions, queries, services
from forecourt.occasions.models import RULES_NAMES
from forecourt.occasions.values import RulesKind, RulesVersion

NAMES: Final = {RulesKind(kind): name for kind, name in RULES_NAMES}
SHOWN: Final = 30
"""Versions of one kind that the page shows."""


def panel(actor: Actor, kind: RulesKind) -> dict[str, Any]:
    """What `office/occasion_*.html` ask for about the rules of a kind."""
    view, versions, now = queries.rules_of(kind), queries.rules_versions(kind), clock.now()
    review = view.review
    proposal = queries.proposal_of(kind, review) if review else None
    wanted = proposal.rules if proposal else view.draft
    names = OccasionNames([view.live, wanted, *(one.rules for one in versions[:SHOWN])])
    return {
        "kind": kind,
        "name": NAMES[kind],
        "rules": view,
        "parts": parts(view.live, names) if view.live else [],
        "changes": differences(view.live, wanted, names),
        "is_changed": bool(view.edited_at) and view.draft != view.latest,
        "valid_from": proposal.valid_from if proposal else None,
        "versions": [(one, state_of(one, now), differences(one.before, one.rules, names)) for one in versions[:SHOWN]],
        "refused": next((one for one in queries.decided_rules(kind)[:1] if one.outcome is Outcome.REFUSED), None),
        "may_edit": may_edit(actor),
        "to": reverse("admin:occasion_review", args=[kind.value]),
        "tiers": names.tiers,
        **reviewing.shown(actor, review, permissions.APPROVE_RULES),
        "may_decide": actor.stations is None and reviewing.may_decide(actor, review, permissions.APPROVE_RULES),
    }


def state_of(one: RulesVersion, now: datetime) -> str:
    """How a version stands: active, coming, past, or none (another took its place before it began)."""
    if one.has_no_time:
        return "none"
    return "active" if one.is_in_force(now) else "coming" if one.is_coming(now) else "past"


def may_edit(actor: Actor) -> bool:
    """Whether this person may change rules that hold everywhere."""
    return actor.may(permissions.EDIT_RULES) and actor.stations is None


@screen(permissions.VIEW)
def review(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand rules in, approve them, send them back or withdraw them."""
    which = kind_of(kind)
    steps = reviewing.Steps(
        services.submit_rules, services.approve_rules, services.refuse_rules, services.withdraw_rules
    )
    done = {"approve": gettext_lazy("Approved: the rules hold from when they say.")}
    return reviewing.step(request, page_of(which), steps, which, done=done, is_dated=True)


def save_or_stop(request: HttpRequest, kind: RulesKind, given: Callable[[], Any]) -> HttpResponse:
    """What the buttons under rules do: save the draft, or stop giving."""
    actor, to = request.actor, page_of(kind)  # type: ignore[attr-defined]
    if request.POST.get("do") == "stop":
        why = request.POST.get("reason", "")
        return act(request, to, lambda: services.stop_rules(actor, kind, why), _("Nothing more is given."))
    saved = _("Saved as a draft. It takes effect once it is handed in and approved.")
    return act(request, to, lambda: services.save_rules(actor, kind, given()), saved)


def page_of(kind: RulesKind) -> str:
    """The page that shows the rules of a kind."""
    return reverse("admin:referrals" if kind is RulesKind.REFERRAL else "admin:occasions")


def kind_of(text: str) -> RulesKind:
    """The kind that an address names; NotFound when there is none."""
    try:
        return RulesKind(text)
    except ValueError:
        raise NotFound(_("There are no such rules.")) from None
