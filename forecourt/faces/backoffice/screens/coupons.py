"""Coupon templates: the list with what became of them, one of them, retired; coupons given to customers."""

import csv
import io
import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.coupons import permissions, queries, services
from forecourt.coupons.queries import Figures, KnownTemplate
from forecourt.coupons.values import CouponKind, Template, TemplateState
from forecourt.customers import permissions as customer_permissions
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import offers as offer_queries
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import coupon_words as told
from forecourt.faces.backoffice.screens import offer_words
from forecourt.faces.backoffice.screens import reviews as reviewing
from forecourt.faces.backoffice.screens.coupon_versions import versions
from forecourt.kernel.actors import Actor
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid, NotFound, Problem
from forecourt.kernel.values import Review
from forecourt.offers import queries as offers
from forecourt.offers.permissions import EDIT_OFFERS, VIEW_OFFERS
from forecourt.organisation import queries as organisation

PAGE: Final = 25
TABS: Final = ("overview", "issue", "batches", "versions", "edit")
MOST_LISTED: Final = 20_000
"""Customers of one list."""


@screen(permissions.VIEW_COUPONS)
def coupons(request: HttpRequest) -> HttpResponse:
    """Templates with their funnels. A whole code in the search leads to its coupon."""
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:80]
    found = queries.view_by_code(text) if text else None
    if found is not None:
        return HttpResponseRedirect(reverse("admin:coupon", args=[found.id]))
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    known = sorted(queries.live_templates().values(), key=lambda one: (one.state is TemplateState.RETIRED, -one.id))
    waiting = queries.open_reviews()
    rows = [
        one
        for one in known
        if _matches(one, text, kind) and (state not in told.FILTERS or state in _states(one, waiting))
    ]
    place = paging.number(request.GET.get("after")) or 0
    page = rows[place : place + PAGE]
    return show(
        request,
        "coupons",
        _("Coupons"),
        rows=_with_figures(page),
        any=bool(known),
        after=str(place + PAGE) if len(rows) > place + PAGE else "",
        total=len(rows),
        text=text,
        state=state,
        kind=kind,
        kinds=told.KINDS,
        states=told.TEMPLATE_STATES,
        filters=told.FILTERS,
        waiting=waiting,
        may_edit=_may_edit(actor),
    )


def _states(one: KnownTemplate, waiting: Mapping[str, Review]) -> set[str]:
    """The filters that find it."""
    return {one.state.value, *(["review"] if one.template.code in waiting else [])}


def _matches(one: KnownTemplate, text: str, kind: str) -> bool:
    said = f"{one.template.code} {one.template.name} {one.template.generic_code}".lower()
    return text.lower() in said and (kind not in told.KINDS or one.template.kind.value == kind)


def _with_figures(page: list[KnownTemplate]) -> list[tuple[KnownTemplate, Figures, dict[str, int]]]:
    figures = queries.figures([one.id for one in page])
    return [(one, *_funnel(one, figures.get(one.id, Figures()))) for one in page]


def _funnel(known: KnownTemplate, figures: Figures) -> tuple[Figures, dict[str, int]]:
    """Figures, and how wide the bars of seen and used are, in percent of what was issued."""
    if known.template.kind is CouponKind.GENERIC:
        most = known.template.limit
        return figures, {"used": min(100, round(figures.used * 100 / most)) if most else 0}
    most = max(figures.issued * known.template.uses, 1)
    return figures, {
        "seen": min(100, round(figures.seen * 100 / max(figures.issued, 1))),
        "used": min(100, round(figures.used * 100 / most)),
    }


@screen(permissions.VIEW_COUPONS)
def template(request: HttpRequest, code: str) -> HttpResponse:
    """One template: what it says, what became of its coupons, and what can be done with it."""
    actor = request.actor  # type: ignore[attr-defined]
    known = known_template(code)
    review = queries.open_reviews().get(code)
    tabs = _tabs(actor, known, review)
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in dict(tabs) else "overview"
    loaders: dict[str, Any] = {
        "overview": lambda: _overview(actor, known),
        "issue": lambda: _issue(request, actor),
        "batches": lambda: _batches(known, paging.number(request.GET.get("after"))),
        "versions": lambda: versions(known, paging.number(request.GET.get("after"))),
        "edit": lambda: {"given": known.edited, "kinds": told.KINDS},
    }
    figures, widths = _funnel(known, queries.figures([known.id]).get(known.id, Figures()))
    return show(
        request,
        "coupon_template",
        known.template.name,
        known=known,
        tab=tab,
        tabs=tabs,
        figures=figures,
        widths=widths,
        facts=told.facts(known.template, queries.places([code])[code]),
        is_generic=known.template.kind is CouponKind.GENERIC,
        may_edit=_may_edit(actor),
        may_issue=actor.may(permissions.ISSUE_COUPONS),
        states=told.TEMPLATE_STATES,
        **_reviewed(actor, known, review),
        **loaders[tab](),
    )


def _reviewed(actor: Actor, known: KnownTemplate, review: Review | None) -> dict[str, Any]:
    """What its draft says otherwise, what is in review, and what was decided."""
    changes = _changed(review) if review else told.differences(known.template, known.edited)
    decided = queries.decided(actor, known.template.code)
    return {
        "changes": changes,
        "decided": [{"review": one, "changes": _changed(one)} for one in decided],
        **reviewing.shown(actor, review, permissions.APPROVE_TEMPLATES),
    }


def _changed(one: Review) -> list[tuple[str, str, str]]:
    """What handing this in changed, or is to change: part by part in words."""
    before = msgspec.convert(one.before, Template) if one.before else None
    return told.differences(before, msgspec.convert(one.body, Template))


def _tabs(actor: Actor, known: KnownTemplate, review: Review | None) -> list[tuple[str, str]]:
    tabs = [("overview", _("Overview"))]
    if known.template.kind is CouponKind.SINGLE and not known.is_draft:
        if actor.may(permissions.ISSUE_COUPONS) and known.is_live:
            tabs.append(("issue", _("Give to customers")))
        tabs.append(("batches", _("Batches")))
    if not known.is_draft:
        tabs.append(("versions", _("Versions")))
    return [*tabs, ("edit", _("Edit"))] if _may_edit(actor) and review is None else tabs


def _batches(known: KnownTemplate, older_than: int | None) -> dict[str, Any]:
    found = queries.batches(known.id, PAGE + 1, older_than)
    return {"batches": found[:PAGE], "after": str(found[PAGE - 1].id) if len(found) > PAGE else ""}


def _overview(actor: Actor, known: KnownTemplate) -> dict[str, Any]:
    uses = queries.uses(template_id=known.id, limit=PAGE)
    latest = [told.shown(view) for view in queries.page(template_id=known.id, limit=10)]
    people = {use.customer_id for use in uses} | {one.view.customer_id or 0 for one in latest}
    asking = offers.offers_with_template(actor, known.template.code) if actor.may(VIEW_OFFERS) else []
    stations = None if actor.stations is None else sorted(actor.stations)
    sums = offer_queries.with_coupons([view.id for view in asking], known.id, stations)
    return {
        "asking": [
            (view, offer_words.STATES[view.state], offer_words.COLOURS[view.state], sums.get(view.code))
            for view in asking
        ],
        "may_draft": actor.may(EDIT_OFFERS),
        "discount": sum((one.discount for one in sums.values()), ZERO),
        "uses": uses,
        "latest": latest,
        "names": customers.names([number for number in people if number > 0]),
        "stations": organisation.stations_by_id({use.station_id for use in uses if use.station_id}),
    }


def _issue(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Customers that the search finds, and a name for the next list, so that sending it twice gives once."""
    who = request.GET.get("who", "").strip()[:80]
    lines = []
    if who and actor.may(customer_permissions.VIEW):
        try:
            lines = list(customers.search(actor, who, limit=10).items)
        except Problem as problem:
            say_problem(request, problem)
    return {"who": who, "lines": lines, "token": uuid.uuid4().hex, "most": MOST_LISTED}


@screen(permissions.EDIT_TEMPLATES)
def retire_template(request: HttpRequest, code: str) -> HttpResponse:
    """Retire a live template, revive a retired one."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:coupon_template", args=[code])
    if request.POST.get("do") == "revive":
        return act(request, to, lambda: services.revive_template(actor, code), _("It can be issued again."))
    return act(request, to, lambda: services.retire_template(actor, code), _("It is not issued any more."))


@screen(permissions.ISSUE_COUPONS)
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """Give a coupon to one customer, or to each of a list."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:coupon_template", args=[code])
    reason = " ".join(request.POST.get("reason", "").split())[:200]
    try:
        one = paging.number(request.POST.get("customer"))
        if one:
            made = len(services.issue_coupons(actor, code, [one], reason=reason))
            to = request.POST.get("back") or to
        else:
            made = _issue_list(request, actor, code, reason)
    except Problem as problem:
        say_problem(request, problem, {"customer_ids": "list"})
    else:
        done = ngettext("%(count)s coupon given.", "%(count)s coupons given.", made)
        messages.success(request, done % {"count": f"{made:,}"})
    return HttpResponseRedirect(to if to.startswith("/") and not to.startswith("//") else "/")


def _issue_list(request: HttpRequest, actor: Actor, code: str, reason: str) -> int:
    """Give a coupon to everybody of the list, once for its token; nobody gets one while the list holds a fault."""
    ids = listed(request.POST.get("list", ""), request.FILES.get("file"))
    found = customers.resolve([CustomerClaim(id=number) for number in ids])
    missing = [number for number, resolved in zip(ids, found, strict=True) if resolved is None]
    if missing:
        said = {"count": f"{len(missing):,}", "some": ", ".join(map(str, missing[:5]))}
        raise Invalid.field("list", _("%(count)s customers are not there (%(some)s); take them out") % said)
    token = request.POST.get("token", "")
    if len(token) != 32 or not token.isalnum():
        raise Invalid.field("list", _("this form is too old; load the page again"))
    made = 0
    for start in range(0, len(ids), services.MOST_AT_ONCE):
        some = ids[start : start + services.MOST_AT_ONCE]
        made += len(services.issue_coupons(actor, code, some, origin=f"list:{token}", reason=reason))
    return made


def listed(text: str, upload: Any) -> list[int]:
    """Customer numbers, each once, from what was typed and from the first column of a CSV; a head is passed over."""
    if upload is not None:
        if upload.size > 2_000_000:
            raise Invalid.field("file", _("is larger than 2 MB; split it"))
        body = upload.read().decode("utf-8-sig", errors="replace")
        text += "\n" + "\n".join(
            row[0]
            for number, row in enumerate(csv.reader(io.StringIO(body)))
            if row and (number or row[0].strip().isdigit())
        )
    words = text.replace(",", " ").replace(";", " ").replace("，", " ").split()
    wrong = [word for word in words if not (word.isascii() and word.isdigit() and 0 < int(word) < 2**63)]
    if wrong:
        raise Invalid.field("list", _("%(word)r is not a customer's number") % {"word": wrong[0][:40]})
    ids = list(dict.fromkeys(map(int, words)))
    if not 1 <= len(ids) <= MOST_LISTED:
        raise Invalid.field(
            "list", _("names %(count)s customers; give 1 to %(most)s") % {"count": len(ids), "most": MOST_LISTED}
        )
    return ids


def known_template(code: str) -> KnownTemplate:
    known = queries.templates([code]).get(code)
    if known is None:
        raise NotFound(_("There is no coupon template %(code)s.") % {"code": code})
    return known


def _may_edit(actor: Actor) -> bool:
    return actor.may(permissions.EDIT_TEMPLATES) and actor.stations is None
