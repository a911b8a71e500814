"""The form that asks for a simulation: which sales, under what; offers and stations are looked for where there are many."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions as catalogue_permissions
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import simulating as reads
from forecourt.faces.backoffice.screen import screen, show
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.kernel import clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.loyalty import queries as loyalty
from forecourt.offers import permissions as offer_permissions
from forecourt.offers import queries as offers
from forecourt.offers.rules.language import Offer
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions

DEFAULT_DAYS: Final = 30
OFFERS: Final = ("offers", "reviewed", "without")
SEVERAL: Final = (*OFFERS, "stations")
"""Fields of the form that name several."""


def last_month() -> tuple[date, date]:
    """The thirty days up to yesterday."""
    today = organisation.company_day()
    return today - timedelta(days=DEFAULT_DAYS), today - timedelta(days=1)


def form(request: HttpRequest, given: QueryDict) -> HttpResponse:
    """The form with what was given: in the address, or as it was filled in and refused, or to look for more."""
    actor = request.actor  # type: ignore[attr-defined]
    since, until = last_month()
    has_review = loyalty.open_review() is not None
    lists = {name: _choices(actor, name, _text(given, f"find_{name}"), given.getlist(name)) for name in SEVERAL}
    counts = offers.count_offers()
    policy, floors = offers.draft_policy(), offers.draft_floors()
    return show(
        request,
        "simulation_ask",
        _("New simulation"),
        since=paging.day_of(given.get("since", ""), since),
        until=paging.day_of(given.get("until", ""), until),
        programme=_programme_of(given.get("programme", ""), has_review=has_review),
        lists=lists,
        texts={name: _text(given, f"find_{name}") for name in SEVERAL},
        are_chosen={name: bool(given.getlist(name)) for name in SEVERAL},
        live=counts.get("live", 0),
        has_offers=bool(counts),
        has_review=has_review,
        policy=told.policy(policy.policy) if policy is not None else "",
        with_policy="policy" in given,
        floors=floors,
        with_floors="floors" in given,
        **costless(actor, [draft for _id, draft in offers.drafts([one.code for one in lists["offers"].rows]).values()]),
    )


@screen(permissions.SIMULATE, offer_permissions.VIEW_OFFERS)
def pick(request: HttpRequest) -> HttpResponse:
    """The boxes of what is found of one kind, `of`, as a part of the form."""
    kind, text = request.GET.get("of", ""), _text(request.GET, "q")
    kind = kind if kind in SEVERAL else "offers"
    found = _choices(request.actor, kind, text, ())  # type: ignore[attr-defined]
    return render(request, "office/simulation_choices.html", {"name": kind, "list": found, "text": text})


def _text(given: QueryDict, name: str) -> str:
    return given.get(name, "").strip()[:80]


def _choices(actor: Actor, kind: str, text: str, chosen: Sequence[str]) -> reads.Choices:
    return reads.choices(kind, text, set(chosen), None if actor.stations is None else sorted(actor.stations))


def _programme_of(wanted: str, *, has_review: bool) -> str:
    return wanted if wanted == "draft" or (wanted == "review" and has_review) else "current"


def costless(actor: Actor, drafts: Sequence[Offer]) -> dict[str, Any]:
    """What `office/costless_discounts.html` asks for, of these drafts and all offers in force."""
    now = clock.now()
    lives = offers.offers(stamps.read().get("offers", 0)).lives
    return {
        "costless": offers.costless([*(live.offer for live in lives if live.since <= now < live.until), *drafts]),
        "may_see_costs": actor.may(catalogue_permissions.VIEW_COSTS),
    }
