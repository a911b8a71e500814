"""How all offers combine: what holds, what is drafted or in review, what held before."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.faces.backoffice.screens import reviews as reviewing
from forecourt.faces.backoffice.screens.figures import decimal_of
from forecourt.kernel.problems import Invalid
from forecourt.kernel.values import Review
from forecourt.offers import permissions, queries, services
from forecourt.offers.rules.language import Policy
from forecourt.offers.values import RuleState


@screen(permissions.VIEW_OFFERS)
def settings(request: HttpRequest) -> HttpResponse:
    """The policy in force, to come and before, and the draft on its way."""
    actor = request.actor  # type: ignore[attr-defined]
    known = queries.policies(actor)
    held = next((one.policy for one in known if one.state is RuleState.IN_FORCE), Policy())
    draft = queries.draft_policy()
    review = draft.review if draft else None
    return show(
        request,
        "offer_policy",
        _("How offers combine"),
        policy=draft.policy if draft else held,
        policy_words=told.policy(held),
        draft=draft,
        changes=_changed(review)
        if review
        else told.compared(told.policy_parts(held), told.policy_parts(draft.policy))
        if draft
        else [],
        versions=[
            {"one": one, "words": told.policy(one.policy), "count": int(one.state is RuleState.ANNOUNCED)}
            for one in known
        ],
        decided=[{"review": one, "changes": _changed(one)} for one in queries.decided_policies(actor)],
        **reviewing.shown(actor, review, permissions.APPROVE_OFFERS),
        may_edit=actor.may(permissions.EDIT_OFFERS) and actor.stations is None,
        may_withdraw=actor.may_everywhere(permissions.APPROVE_OFFERS),
    )


def _changed(review: Review) -> list[tuple[str, str, str]]:
    """What handing this in changed, or is to change."""
    before = told.policy_parts(queries.policy_of(review.before))
    return told.compared(before, told.policy_parts(queries.policy_handed_in(review).policy))


@screen(permissions.EDIT_OFFERS)
def draft_policy(request: HttpRequest) -> HttpResponse:
    """Draft how offers are to combine."""
    actor = request.actor  # type: ignore[attr-defined]
    names = {"most_offers": "most_offers", "most_percent": "most_percent"}
    return act(
        request,
        reverse("admin:offer_settings"),
        lambda: services.draft_policy(actor, _posted(request.POST)),
        _("Saved as a draft. It takes effect once it is handed in and approved."),
        names,
    )


@screen(permissions.VIEW_OFFERS)
def review_policy(request: HttpRequest) -> HttpResponse:
    """Hand the policy in, approve it, send it back or withdraw it."""
    steps = reviewing.Steps(
        services.submit_policy, services.approve_policy, services.refuse_policy, services.withdraw_policy
    )
    return reviewing.step(request, reverse("admin:offer_settings"), steps, is_dated=True)


@screen(permissions.APPROVE_OFFERS)
def withdraw_policy(request: HttpRequest, version: int) -> HttpResponse:
    """Take back how offers were to combine, before it holds."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:offer_settings")
    done = _("Withdrawn; it will not take effect.")
    return act(request, to, lambda: services.withdraw_announced_policy(actor, version), done)


@screen(permissions.EDIT_OFFERS)
def discard_policy(request: HttpRequest) -> HttpResponse:
    """Throw away what the draft says otherwise."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:offer_settings")
    return act(request, to, lambda: services.discard_policy(actor), _("The draft is gone."))


def _posted(given: Any) -> Policy:
    count = given.get("most_offers", "").strip() or "0"
    if not count.isascii() or not count.isdigit() or len(count) > 3:
        raise Invalid.field("most_offers", _("is no whole number"))
    return Policy(
        most_offers=int(count), most_percent=decimal_of(given.get("most_percent", "") or "100", "most_percent")
    )
