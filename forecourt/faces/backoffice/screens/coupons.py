"""Coupon templates: the list with what became of them, one of them, made, changed, retired; coupons given to customers."""

import csv
import io
import uuid
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.coupons import permissions, queries, services
from forecourt.coupons.queries import Figures, KnownTemplate
from forecourt.coupons.values import CouponKind, Template
from forecourt.customers import permissions as customer_permissions
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import offers as offer_queries
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import coupon_words as told
from forecourt.faces.backoffice.screens import offer_words
from forecourt.faces.backoffice.screens.coupon_versions import versions
from forecourt.faces.backoffice.templatetags.office import yuan
from forecourt.kernel.actors import Actor
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid, NotFound, Problem
from forecourt.offers import queries as offers
from forecourt.offers.permissions import EDIT_OFFERS, VIEW_OFFERS
from forecourt.organisation import queries as organisation

PAGE: Final = 25
TABS: Final = ("overview", "issue", "batches", "versions", "edit")
MOST_LISTED: Final = 20_000
"""Customers of one list."""
_WHOLE: Final = ("delay_days", "valid_days", "uses", "per_customer", "limit")


@screen(permissions.VIEW_COUPONS)
def coupons(request: HttpRequest) -> HttpResponse:
    """Templates with their funnels. A whole code in the search leads to its coupon."""
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:80]
    found = queries.view_by_code(text) if text else None
    if found is not None:
        return HttpResponseRedirect(reverse("admin:coupon", args=[found.id]))
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    known = sorted(queries.live_templates().values(), key=lambda one: (not one.is_live, -one.id))
    rows = [one for one in known if _matches(one, text, state, kind)]
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
        may_edit=_may_edit(actor),
    )


def _matches(one: KnownTemplate, text: str, state: str, kind: str) -> bool:
    said = f"{one.template.code} {one.template.name} {one.template.generic_code}".lower()
    return (
        text.lower() in said
        and (state not in ("live", "retired") or one.is_live == (state == "live"))
        and (kind not in told.KINDS or one.template.kind.value == kind)
    )


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
    known = _known(code)
    tabs = _tabs(actor, known)
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in dict(tabs) else "overview"
    loaders: dict[str, Any] = {
        "overview": lambda: _overview(actor, known),
        "issue": lambda: _issue(request, actor),
        "batches": lambda: _batches(known, paging.number(request.GET.get("after"))),
        "versions": lambda: versions(known, paging.number(request.GET.get("after"))),
        "edit": lambda: {"given": known.template, "kinds": told.KINDS},
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
        facts=told.facts(known.template, str(yuan(known.template.worth)), queries.places([code])[code]),
        is_generic=known.template.kind is CouponKind.GENERIC,
        may_edit=_may_edit(actor),
        may_issue=actor.may(permissions.ISSUE_COUPONS),
        **loaders[tab](),
    )


def _tabs(actor: Actor, known: KnownTemplate) -> list[tuple[str, str]]:
    tabs = [("overview", _("Overview"))]
    if known.template.kind is CouponKind.SINGLE:
        if actor.may(permissions.ISSUE_COUPONS) and known.is_live:
            tabs.append(("issue", _("Give to customers")))
        tabs.append(("batches", _("Batches")))
    tabs.append(("versions", _("Versions")))
    return [*tabs, ("edit", _("Edit"))] if _may_edit(actor) else tabs


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
def new_template(request: HttpRequest) -> HttpResponse:
    """Write a new template, from nothing or from the facts of another (`?like=code`)."""
    actor = request.actor  # type: ignore[attr-defined]
    like = queries.templates([request.GET.get("like", "")])
    if request.method == "POST":
        try:
            made = _asked(request, Template(code="-", name="-"), code=request.POST.get("code", "").strip())
            services.create_template(actor, made)
            messages.success(request, _("%(name)s can be issued now.") % {"name": made.name})
            return HttpResponseRedirect(reverse("admin:coupon_template", args=[made.code]))
        except Problem as problem:
            say_problem(request, problem)
    given = next((known.template for known in like.values()), Template(code="-", name="-"))
    return show(
        request,
        "coupon_template_new",
        _("New coupon template"),
        given=given,
        is_new=True,
        copied=bool(like),
        kinds=told.KINDS,
    )


@screen(permissions.EDIT_TEMPLATES)
def change_template(request: HttpRequest, code: str) -> HttpResponse:
    known = _known(code)
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:coupon_template", args=[code])
    done = _("Saved. Coupons issued before keep their days and uses.")
    return act(request, to, lambda: services.change_template(actor, _asked(request, known.template)), done)


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


def _known(code: str) -> KnownTemplate:
    known = queries.templates([code]).get(code)
    if known is None:
        raise NotFound(_("There is no coupon template %(code)s.") % {"code": code})
    return known


def _may_edit(actor: Actor) -> bool:
    return actor.may(permissions.EDIT_TEMPLATES) and actor.stations is None


def _asked(request: HttpRequest, before: Template, code: str = "") -> Template:
    """The template as the form has it; what the form leaves out stays."""
    given = request.POST
    fields: dict[str, Any] = {name: _whole(name, given[name]) for name in _WHOLE if name in given}
    kind = CouponKind(given["kind"]) if given.get("kind") in told.KINDS else before.kind
    is_single = kind is CouponKind.SINGLE
    if not is_single:
        fields["uses"] = 1
    return Template(
        code=code or before.code,
        kind=kind,
        name=given.get("name", ""),
        description=given.get("description", ""),
        generic_code="" if is_single else given.get("generic_code", ""),
        handover=given.get("handover", ""),
        stations=tuple(given.get("stations", "").replace(",", " ").replace("，", " ").split()),
        valid_until=_day(given.get("valid_until", "")),
        is_automatic=is_single and "is_automatic" in given,
        is_transferable=is_single and "is_transferable" in given,
        worth=_money(given.get("worth", "")),
        **fields,
    )


def _whole(name: str, text: str) -> int:
    plain = text.strip().replace(",", "")
    if not plain:
        return 1 if name == "uses" else 0
    if not plain.isascii() or not plain.isdigit() or len(plain) > 12:
        raise Invalid.field(name, _("%(text)r is not a whole number") % {"text": text})
    return int(plain)


def _money(text: str) -> Decimal:
    plain = text.strip().replace(",", "") or "0"
    try:
        worth = Decimal(plain)
    except InvalidOperation:
        worth = Decimal("NaN")
    if not worth.is_finite() or abs(worth) >= 10**10:
        raise Invalid.field("worth", _("%(text)r is not an amount") % {"text": text})
    return worth


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid.field("valid_until", _("%(text)r is not a day") % {"text": text}) from None
