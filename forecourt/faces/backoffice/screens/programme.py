"""The programme as it stands: what is in force, what waits, every version with what it changed."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.faces.backoffice.queries import reference
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens import programme_effects as trials
from forecourt.faces.backoffice.screens.programme_draft import ladder
from forecourt.faces.backoffice.screens.programme_names import differences
from forecourt.kernel import clock
from forecourt.kernel.values import Outcome
from forecourt.loyalty import permissions, queries, services, words
from forecourt.loyalty.values import Edition, Programme

SECTIONS: Final = (
    (
        gettext_lazy("Tiers"),
        (
            "tier_basis",
            "tier_window_days",
            "keep_basis",
            "keep_window_days",
            "grace_days",
            "warn_days",
            "business_tier",
        ),
    ),
    (gettext_lazy("How long points live"), ("expiry", "pending_days", "negative_balance")),
    (gettext_lazy("Paying with points"), ("point_value", "spend_minimum", "spend_step", "spend_by")),
    (gettext_lazy("Adjustments"), ("adjust_limit",)),
    (gettext_lazy("Households"), ("household_shares",)),
)
"""What the page of the programme tells of it as a whole, section by section."""


@screen(permissions.VIEW_PROGRAMME)
def programme(request: HttpRequest) -> HttpResponse:
    """What is in force, in words, and what is edited or waits beside it."""
    actor = request.actor  # type: ignore[attr-defined]
    now = clock.now()
    active, saved, editions = queries.programme_at(now), queries.draft_as_saved(), queries.published()
    names = words.names_of(active)
    baskets = trials.baskets(request.GET)
    return show(
        request,
        "programme",
        _("Programme"),
        active=active,
        since=next((one for one in editions if one.programme.version == active.version), None),
        rates=[(rate, words.scope_in_words(rate, names)) for rate in active.rates],
        ladder=ladder(active),
        facts=facts(active),
        review=queries.open_review(),
        refused=_refused(actor.label),
        coming=[one for one in editions[::-1] if one.withdrawn_at is None and one.valid_from > now],
        changes=differences(active, saved.programme) if saved.revision else [],
        saved=saved,
        effects=trials.effects(active, active, baskets),
        trial=trials.tried(request.GET),
        grades=reference.grades(),
        may_edit=_may_edit(actor),
    )


def _may_edit(actor: Any) -> bool:
    return bool(actor.may(permissions.EDIT_PROGRAMME) and actor.stations is None)


def _refused(label: str) -> Any:
    """The last programme that was handed in, where this person did so and it was sent back."""
    last = next(iter(queries.reviews(limit=1)), None)
    return last if last and last.outcome is Outcome.REFUSED and last.submitted_by == label else None


def facts(programme: Programme) -> list[tuple[str, list[tuple[str, str]]]]:
    """What holds of points, spending and households, as (section, [(what, how)])."""
    return [(str(section), words.facts(programme, fields)) for section, fields in SECTIONS]


@screen(permissions.VIEW_PROGRAMME)
def versions(request: HttpRequest) -> HttpResponse:
    """Every version: when, by whom, and what it says otherwise than the one it took the place of."""
    actor = request.actor  # type: ignore[attr-defined]
    now = clock.now()
    active = queries.programme_at(now)
    editions = queries.published()
    names = words.names_of(*(one.programme for one in editions), *(one.before for one in editions))
    return show(
        request,
        "programme_versions",
        _("Versions of the programme"),
        lines=[(one, _state(one, active, now), differences(one.before, one.programme, names)) for one in editions],
        reviews=[one for one in queries.reviews() if one.outcome in (Outcome.REFUSED, Outcome.WITHDRAWN)],
        may_edit=_may_edit(actor),
        may_withdraw=actor.may(permissions.APPROVE_PROGRAMME) and actor.stations is None,
    )


def _state(edition: Edition, active: Programme, now: Any) -> str:
    if edition.withdrawn_at is not None:
        return "withdrawn"
    if edition.valid_from > now:
        return "coming"
    return "active" if edition.programme.version == active.version else "past"


@screen(permissions.EDIT_PROGRAMME)
def restore(request: HttpRequest, version: int) -> HttpResponse:
    """Copy a version back into the draft."""
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:programme_draft"),
        lambda: services.restore_programme(actor, version),
        _("Version %(version)s stands in the draft now.") % {"version": version},
    )


@screen(permissions.APPROVE_PROGRAMME)
def withdraw_version(request: HttpRequest, version: int) -> HttpResponse:
    """Take back a version that has not begun."""
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:programme_versions"),
        lambda: services.withdraw_version(actor, version),
        _("Version %(version)s is withdrawn; it will not come into force.") % {"version": version},
    )
