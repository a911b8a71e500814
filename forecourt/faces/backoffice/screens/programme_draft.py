"""The draft of the programme: edited on one page, saved as it is, its effects shown while it is typed."""

from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import programme as offered
from forecourt.faces.backoffice.queries import reference
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import programme_effects as trials
from forecourt.faces.backoffice.screens import programme_form as forms
from forecourt.faces.backoffice.screens import programme_typed
from forecourt.faces.backoffice.screens.programme_names import differences, spoken
from forecourt.faces.backoffice.templatetags.office import moment, who
from forecourt.kernel import clock
from forecourt.kernel.problems import Problem
from forecourt.loyalty import permissions, queries, services, words
from forecourt.loyalty.values import Draft, EarnRate, Per, Programme, Tier

BY_SCRIPT: Final = "X-Office-Form"


@screen(permissions.EDIT_PROGRAMME)
def draft(request: HttpRequest) -> HttpResponse:
    """The draft as a form; a POST saves it."""
    if request.method == "POST":
        return _save(request)
    saved = queries.draft_as_saved()
    programme = saved.programme if saved.revision else queries.programme_at(clock.now())
    faults = services.faults(programme) if saved.revision else {}
    choices = offered.choices()
    return show(
        request,
        "programme_draft",
        _("Edit the programme"),
        saved=saved,
        saved_words=_saved_words(saved),
        sections=forms.sections(programme, faults),
        tiers=[forms.tier_row(str(place), tier, faults, choices) for place, tier in enumerate(programme.tiers)],
        rates=[forms.rate_row(str(place), rate, faults, choices) for place, rate in enumerate(programme.rates)],
        blank=forms.blank_rows(choices),
        choices=choices,
        faults=faults,
        review=queries.open_review(),
        grades=reference.grades(),
        is_empty=not programme.rates and not programme.tiers,
        **panel(programme, request.GET),
    )


def _save(request: HttpRequest) -> HttpResponse:
    """Save what was typed where every number could be read; what else is at fault is told, and kept."""
    actor = request.actor  # type: ignore[attr-defined]
    typed = programme_typed.read(request.POST)
    if typed.unread:
        return _told(request, typed.unread, status=422)
    revision = paging.number(request.POST.get("revision"))
    try:
        saved = services.draft_programme(actor, typed.programme, revision=revision)
    except Problem as problem:
        if BY_SCRIPT in request.headers:
            return JsonResponse({"problem": problem.detail}, status=problem.status)
        say_problem(request, problem)
        return HttpResponseRedirect(reverse("admin:programme_draft"))
    found = programme_typed.named_as_typed(services.faults(typed.programme), typed.inputs)
    return _told(request, found, saved=saved, typed=typed)


def _told(
    request: HttpRequest,
    faults: dict[str, str],
    *,
    status: int = 200,
    saved: Draft | None = None,
    typed: programme_typed.Typed | None = None,
) -> HttpResponse:
    if BY_SCRIPT not in request.headers:
        for said in faults.values():
            messages.error(request, said)
        if saved is not None:
            messages.success(request, _("Draft saved."))
        return HttpResponseRedirect(reverse("admin:programme_draft"))
    told: dict[str, Any] = {"faults": faults}
    if saved is not None and typed is not None:
        told |= {"revision": saved.revision, "saved": _saved_words(saved), **_rendered(request, typed.programme)}
    return JsonResponse(told, status=status)


@screen(permissions.EDIT_PROGRAMME)
def preview(request: HttpRequest) -> HttpResponse:
    """What is typed just now: what is at fault with it, what it would change, and what baskets would bring."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    typed = programme_typed.read(request.POST)
    faults = programme_typed.named_as_typed(services.faults(typed.programme), typed.inputs) | typed.unread
    return JsonResponse({"faults": faults, **_rendered(request, typed.programme)})


def _rendered(request: HttpRequest, programme: Programme) -> dict[str, str]:
    context = panel(programme, request.POST)
    return {
        "panel": render_to_string("office/programme_panel.html", context, request),
        "ladder": render_to_string("office/programme_ladder.html", context, request),
    }


def panel(programme: Programme, asked: Any) -> dict[str, Any]:
    """What the panel beside the draft shows: differences from what is in force, effects, the ladder of tiers."""
    active = queries.programme_at(clock.now())
    return {
        "active": active,
        "changes": differences(active, programme),
        "effects": trials.effects(active, programme, trials.baskets(_prefixed(asked))),
        "trial": trials.tried(_prefixed(asked)),
        "ladder": ladder(programme),
    }


def _prefixed(asked: Any) -> dict[str, str]:
    """The basket to try, whose inputs stand in the form of the draft."""
    return {name: asked.get(f"try_{name}", "") for name in ("grade", "volume", "shop")}


def ladder(programme: Programme) -> list[dict[str, Any]]:
    """The tiers as steps, each with its height in percent, from when, and what it brings."""
    (shown,) = spoken(programme)
    tiers = sorted(shown.tiers, key=lambda tier: tier.threshold)
    return [
        {
            "tier": tier,
            "height": 40 + 60 * (place + 1) // len(tiers),
            "counted": words.counted(tier.threshold, programme),
            "kept": "" if tier.keep is None else words.counted_to_keep(tier.keep, programme),
            "benefits": words.benefits(tier),
            "is_business": tier.code == programme.business_tier,
        }
        for place, tier in enumerate(tiers)
    ]


def _saved_words(saved: Draft) -> str:
    if saved.saved_at is None:
        return _("Not saved yet")
    return _("Draft saved %(at)s by %(who)s") % {"at": moment(saved.saved_at), "who": who(saved.saved_by)}


@screen(permissions.EDIT_PROGRAMME)
def begin(request: HttpRequest) -> HttpResponse:
    """Begin with what many chains have: a point a litre, a point for each yuan in the shop, three tiers."""
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:programme_draft"),
        lambda: services.draft_programme(actor, _usual()),
        _("A usual programme stands in the draft now; change what you like."),
    )


def _usual() -> Programme:
    return Programme(
        name=_("Members' programme"),
        rates=(
            EarnRate(code="fuel", name=_("Fuel"), points=Decimal(1), per=Per.UNIT, kind="fuel"),
            EarnRate(code="shop", name=_("Shop"), points=Decimal(1), per=Per.CURRENCY, kind="goods"),
        ),
        tiers=(
            Tier(code="basic", name=_("Member"), threshold=Decimal(0)),
            Tier(
                code="silver",
                name=_("Silver"),
                threshold=Decimal(3000),
                keep=Decimal(2400),
                multiplier_percent=110,
            ),
            Tier(
                code="gold",
                name=_("Gold"),
                threshold=Decimal(8000),
                keep=Decimal(6400),
                multiplier_percent=125,
                is_priority=True,
            ),
        ),
        grace_days=30,
        warn_days=30,
    )
