"""Offers: the list with what each gave, one of them with its versions, its review and its use, what is done with it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions as catalogue
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import offers as reads
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens import offer_budgets as budgets
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.faces.backoffice.screens.figures import moment_of
from forecourt.faces.backoffice.screens.offer_presets import grouped
from forecourt.faces.backoffice.screens.simulations import asked_of, latest_of
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.offers import permissions, queries, services
from forecourt.offers.queries import OfferView
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.values import OfferState
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions as sales

PAGE: Final = 25
VERSIONS: Final = 20
"""Versions of an offer on a page."""
DAYS: Final = 30
TEAL: Final = "#0f766e"


@screen(permissions.VIEW_OFFERS)
def offers(request: HttpRequest) -> HttpResponse:
    """Offers with what they say, how far their budgets are and what they gave this month."""
    actor = request.actor  # type: ignore[attr-defined]
    text, state = request.GET.get("q", "").strip()[:80], request.GET.get("state", "")
    state = state if state in told.STATES else ""
    found = queries.list_offers(actor, text=text, state=state, after=request.GET.get("after", "")[:40], limit=PAGE + 1)
    page = found[:PAGE]
    counts = queries.count_offers()
    return show(
        request,
        "offers",
        _("Offers"),
        rows=_rows(actor, page),
        after=page[-1].code if len(found) > PAGE else "",
        text=text,
        state=state,
        states=[(code, name, counts.get(code, 0)) for code, name in told.STATES.items()],
        total=sum(counts.values()),
        presets=grouped(),
        waiting=queries.open_reviews(actor) if actor.may(permissions.APPROVE_OFFERS) else [],
        may_edit=actor.may_everywhere(permissions.EDIT_OFFERS),
    )


def _rows(actor: Actor, page: Sequence[OfferView]) -> list[dict[str, Any]]:
    names = told.OfferNames()
    today = organisation.company_day()
    used = reads.used([one.id for one in page])
    starts = reads.in_force_from([one.id for one in page])
    given = reads.given([one.code for one in page], today.replace(day=1), today, _stations(actor))
    return [
        {
            "offer": one,
            "words": language.words(one.draft, names),
            "state": _state(one, starts.get(one.id)),
            "starts": one.draft.starts or starts.get(one.id),
            "bar": next(iter(budgets.bars(one.id, one.draft, used.get(one.id, {}), today, names)), None),
            "given": given.get(one.code, reads.Given()),
        }
        for one in page
    ]


def _state(one: OfferView, starts: Any) -> tuple[str, str]:
    """The state's word and colour: one that is live and has not begun, or is over, is said to be so."""
    now = clock.now()
    if one.state is OfferState.LIVE:
        begins = max([moment for moment in (starts, one.draft.starts) if moment is not None], default=now)
        if begins > now:
            return _("To come"), "teal"
        if one.draft.ends is not None and one.draft.ends <= now:
            return _("Over"), ""
    return str(told.STATES[one.state.value]), told.COLOURS[one.state.value]


@screen(permissions.VIEW_OFFERS)
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """One offer: what it says, where it stands, what it gave, its versions."""
    actor = request.actor  # type: ignore[attr-defined]
    one = queries.offer(actor, code)
    names = told.OfferNames({one.code: one.name})
    today = organisation.company_day()
    since = today - timedelta(days=DAYS - 1)
    stations = _stations(actor)
    starts = reads.in_force_from([one.id]).get(one.id)
    published = queries.said_before(actor, code, one.version + 1)
    said = published if published is not None and one.state is not OfferState.DRAFT else one.draft
    simulation = latest_of(actor, code) if actor.may(sales.SIMULATE) else None
    review = one.review
    return show(
        request,
        "offer",
        one.name,
        offer=one,
        said=said,
        words=language.words(said, names),
        parts=told.parts(said, names),
        state=_state(one, starts),
        starts=starts,
        changes=told.differences(published, one.draft, names) if published is not None and one.is_changed else [],
        advice=queries.advice(one.draft),
        costless=queries.costless([one.draft]),
        may_see_costs=actor.may(catalogue.VIEW_COSTS),
        review=review,
        review_changes=told.differences(published, review.offer, names) if review is not None else [],
        is_own=review is not None and review.submitted_by == actor.label,
        may_decide=review is not None and _may_decide(actor, review.submitted_by),
        decided=reads.decided(one.id),
        **_versions(actor, one, paging.number(request.GET.get("after")), names),
        bars=budgets.bars(one.id, said, reads.used([one.id]).get(one.id, {}), today, names),
        given=reads.given([code], since, today, stations).get(code, reads.Given()),
        chart=_chart(reads.by_day(code, since, today, stations), since, today),
        funders=[(told.funder(name), money) for name, money in reads.by_funder(code, since, today, stations)],
        latest=_latest(code, since, today, stations) if actor.may(sales.VIEW) else [],
        takers=_takers(actor, said),
        simulation=simulation,
        last_month=asked_of(code, is_reviewed=review is not None),
        may_edit=actor.may_everywhere(permissions.EDIT_OFFERS),
        may_simulate=actor.may(sales.SIMULATE) and actor.stations is None,
        may_approve=actor.may(permissions.APPROVE_OFFERS),
    )


def _versions(actor: Actor, one: OfferView, older_than: int | None, names: told.OfferNames) -> dict[str, Any]:
    """A page of versions, each with what it says otherwise than the one before that said anything."""
    every = queries.versions(actor, one.code, before=older_than, limit=VERSIONS + 1)
    page, found = every[:VERSIONS], []
    before = queries.said_before(actor, one.code, page[-1].number) if len(every) > VERSIONS else None
    for version in reversed(page):
        changes = told.differences(before, version.offer, names) if version.offer is not None and before else []
        found.append({"version": version, "changes": changes, "is_first": before is None})
        before = version.offer or before
    return {"versions": found[::-1], "after": str(page[-1].number) if len(every) > VERSIONS else ""}


def _chart(days: dict[date, tuple[int, Decimal]], since: date, until: date) -> dict[str, Any]:
    every = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    return {
        "labels": [date_format(day, _("j M")) for day in every] if days else [],
        "series": [{"label": _("Uses"), "values": [days.get(day, (0, 0))[0] for day in every], "color": TEAL}],
    }


def _latest(code: str, since: date, until: date, stations: Sequence[int] | None) -> list[dict[str, Any]]:
    rows = reads.latest(code, since, until, stations)
    known = organisation.stations_by_id({row["station_id"] for row in rows})
    return [{**row, "station": known[row["station_id"]].name} for row in rows if row["station_id"] in known]


def _takers(actor: Actor, offer: Offer) -> tuple[list[str], int]:
    """Names of stations that may give this offer, and how many stations there are."""
    every = organisation.all_stations(actor)
    takes = [station.name for station in every if may_hold(offer.when, station)]
    return takes, len(every)


def may_hold(condition: Any, station: Any) -> bool:
    """Whether a condition may hold at a station, whatever else is so."""
    return _at(condition, station) is not False


def _at(condition: Any, station: Any) -> bool | None:
    """True or False where the place alone decides, else None."""
    tag = condition.__struct_config__.tag
    if tag == "not":
        inner = _at(condition.of, station)
        return None if inner is None else not inner
    if tag in ("all", "any"):
        inner_ones = [_at(part, station) for part in condition.of]
        decisive = tag == "any"
        if decisive in inner_ones:
            return decisive
        return None if None in inner_ones else not decisive
    where = {"station": station.code, "region": station.region, "payee": station.legal_entity}
    return where[tag] in condition.of if tag in where else None


def _may_decide(actor: Actor, submitted_by: str) -> bool:
    return actor.may(permissions.APPROVE_OFFERS) and (
        submitted_by != actor.label or organisation.company().solo_approval
    )


def _stations(actor: Actor) -> list[int] | None:
    return None if actor.stations is None else sorted(actor.stations)


@screen(permissions.EDIT_OFFERS)
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Hand the draft in for review."""
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    return act(
        request,
        reverse("admin:offer", args=[code]),
        lambda: services.submit_offer(actor, code, given.get("note", ""), valid_from=moment_of(given, "valid_from")),
        _("Handed in. It takes effect once somebody else has approved it."),
        {"note": "note", "valid_from": "valid_from"},
    )


@screen(permissions.APPROVE_OFFERS)
def approve(request: HttpRequest, code: str) -> HttpResponse:
    """Put what was handed in in force."""
    actor = request.actor  # type: ignore[attr-defined]
    back = reverse("admin:offer", args=[code])
    return act(request, back, lambda: services.approve_offer(actor, code), _("Approved: the offer is published."))


@screen(permissions.APPROVE_OFFERS)
def refuse(request: HttpRequest, code: str) -> HttpResponse:
    """Send what was handed in back, saying why."""
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:offer", args=[code]),
        lambda: services.refuse_offer(actor, code, request.POST.get("reason", "")),
        _("Sent back."),
        {"reason": "reason"},
    )


@screen(permissions.EDIT_OFFERS)
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take back what was handed in."""
    actor = request.actor  # type: ignore[attr-defined]
    back = reverse("admin:offer", args=[code])
    return act(request, back, lambda: services.withdraw_offer(actor, code), _("Taken back; it can be edited again."))


@screen(permissions.EDIT_OFFERS)
def step(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Pause, resume or end an offer."""
    actor = request.actor  # type: ignore[attr-defined]
    note = request.POST.get("note", "")
    doing, done = {
        "pause": (lambda: services.pause_offer(actor, code, note), _("Paused: no sale gets it from now on.")),
        "resume": (lambda: services.resume_offer(actor, code), _("In force again.")),
        "end": (lambda: services.end_offer(actor, code, note), _("Ended for good.")),
    }[verb]
    return act(request, reverse("admin:offer", args=[code]), doing, done)


@screen(permissions.EDIT_OFFERS)
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Throw a draft away that was never in force."""
    actor = request.actor  # type: ignore[attr-defined]
    return act(request, reverse("admin:offers"), lambda: services.discard_offer(actor, code), _("The draft is gone."))


@screen(permissions.EDIT_OFFERS)
def copy(request: HttpRequest, code: str) -> HttpResponse:
    """Make a draft of its own like this one."""
    actor = request.actor  # type: ignore[attr-defined]
    new = request.POST.get("new_code", "").strip()[:60]
    return act(
        request,
        reverse("admin:offer_edit", args=[new]) if new else reverse("admin:offer", args=[code]),
        lambda: services.copy_offer(actor, code, new),
        _("Copied: change what is different."),
        {"code": "new_code"},
    )


@screen(permissions.EDIT_OFFERS)
def restore(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Put what an earlier version said into the draft."""
    actor = request.actor  # type: ignore[attr-defined]
    return act(
        request,
        reverse("admin:offer", args=[code]),
        lambda: services.restore_draft(actor, code, version),
        _("Version %(version)s stands in the draft now.") % {"version": version},
    )
