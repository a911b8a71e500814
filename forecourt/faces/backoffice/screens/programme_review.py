"""The draft handed in for review, and its review: what changes, what it brings, yes or no."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import programme_effects as trials
from forecourt.faces.backoffice.screens.figures import moment_of
from forecourt.faces.backoffice.screens.programme_draft import ladder
from forecourt.faces.backoffice.screens.programme_names import differences
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotFound, Problem
from forecourt.kernel.values import Outcome
from forecourt.loyalty import permissions, queries, services
from forecourt.loyalty.values import Programme, Review
from forecourt.organisation import queries as organisation


@screen(permissions.EDIT_PROGRAMME)
def submit(request: HttpRequest) -> HttpResponse:
    """Look at what the draft changes, say why and from when, and hand it in."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return _submitted(request, actor)
    saved = queries.draft_as_saved()
    faults = services.faults(saved.programme)
    return show(
        request,
        "programme_submit",
        _("Hand in for review"),
        saved=saved,
        faults=faults,
        review=queries.open_review(),
        **_compared(saved.programme, None),
    )


def _submitted(request: HttpRequest, actor: Actor) -> HttpResponse:
    try:
        at = moment_of(request.POST, "valid_from")
        review_id = services.submit_programme(
            actor, request.POST.get("note", ""), at, revision=paging.number(request.POST.get("revision"))
        )
    except Problem as problem:
        # what is at fault with the draft is mended on its own page
        is_draft = any(path not in ("note", "valid_from") for path in problem.fields)
        say_problem(request, Invalid(problem.detail) if is_draft else problem)
        return HttpResponseRedirect(reverse("admin:programme_submit"))
    messages.success(request, _("Handed in. It takes effect once somebody else has approved it."))
    return HttpResponseRedirect(reverse("admin:programme_review", args=[review_id]))


@screen(permissions.VIEW_PROGRAMME)
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """What was handed in beside what is in force; whoever may decides."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.review(review_id)
    if found is None:
        raise NotFound(_("There is no review %(id)s of the programme.") % {"id": review_id})
    is_open = found.outcome is Outcome.OPEN
    may_decide = is_open and actor.may(permissions.APPROVE_PROGRAMME) and actor.stations is None
    is_own = found.submitted_by == actor.label
    return show(
        request,
        "programme_review",
        _("Review of the programme"),
        review=found,
        is_open=is_open,
        may_decide=may_decide and may_approve(actor, found),
        may_refuse=may_decide and not is_own,
        is_own=is_own,
        may_withdraw=is_open and actor.may(permissions.EDIT_PROGRAMME) and actor.stations is None,
        faults=services.faults(found.programme) if is_open else {},
        **_compared(found.programme, found),
    )


def may_approve(actor: Actor, review: Review) -> bool:
    """Whether this person may approve this programme: with the permission, and not their own unless the company lets them."""
    if not actor.may(permissions.APPROVE_PROGRAMME) or actor.stations is not None:
        return False
    return review.submitted_by != actor.label or organisation.company().solo_approval


def _compared(programme: Programme, review: Review | None) -> dict[str, Any]:
    """What a programme changes: against what it takes the place of, or took once it was published."""
    editions = queries.published()
    edition = next((one for one in editions if review and one.programme.version == review.version), None)
    now = clock.now()
    begins = (review.valid_from if review else None) or now
    before = edition.before if edition else queries.programme_at(begins)
    later = [] if edition else [one for one in editions if one.withdrawn_at is None and one.valid_from > begins]
    return {
        "before": before,
        "changes": differences(before, programme),
        "effects": trials.effects(before, programme, trials.baskets({})),
        "ladder": ladder(programme),
        "later": later[::-1],
        "simulated": "review" if review is not None and review.outcome is Outcome.OPEN else "",
    }


@screen(permissions.APPROVE_PROGRAMME)
def approve(request: HttpRequest, review_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:programme"),
        lambda: services.approve_programme(actor, review_id),
        _("Approved and published."),
    )


@screen(permissions.APPROVE_PROGRAMME)
def refuse(request: HttpRequest, review_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    return act(
        request,
        reverse("admin:programme_review", args=[review_id]),
        lambda: services.refuse_programme(actor, review_id, reason),
        _("Sent back with your reason."),
    )


@screen(permissions.EDIT_PROGRAMME)
def withdraw(request: HttpRequest, review_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:programme_draft"),
        lambda: services.withdraw_programme(actor, review_id),
        _("Withdrawn from review. The draft is as you left it."),
    )
