"""The builder of offers: sentence-like rows made by script from the language's catalogue, looked at while they are typed.

The form's one field `rule` holds the offer as JSON, so that experts, and browsers without script, edit that. Times without
a zone in it are the company's.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from forecourt.catalogue import permissions as catalogue_permissions
from forecourt.catalogue import queries as catalogue
from forecourt.coupons import queries as coupons
from forecourt.customers import queries as customers
from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.queries import offers as reads
from forecourt.faces.backoffice.queries import reference
from forecourt.faces.backoffice.screen import screen, show
from forecourt.faces.backoffice.screens import choosing
from forecourt.faces.backoffice.screens import offer_trials as trials
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.faces.backoffice.screens.offer_faults import faults_of
from forecourt.faces.backoffice.screens.offer_presets import rule_of
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.faces.backoffice.screens.simulations import asked_of, latest_of
from forecourt.faces.backoffice.templatetags.office import moment, who
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem
from forecourt.offers import permissions, queries, services
from forecourt.offers.queries import OfferView
from forecourt.offers.rules import language
from forecourt.offers.rules.language import COMPANY, Offer
from forecourt.offers.values import OfferState
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions as sales

BY_SCRIPT: Final = "X-Office-Form"
LONGEST: Final = 400_000
"""Characters of a rule."""
_TIMES: Final = ("starts", "ends")


@screen(permissions.EDIT_OFFERS)
def new(request: HttpRequest) -> HttpResponse:
    """A new offer, begun with a preset; a POST makes its draft."""
    if request.method == "POST":
        return _save(request, None)
    rule = rule_of(request.GET.get("preset", ""))
    taken = {one.code for one in queries.list_offers(request.actor, text=rule["code"], limit=200)}  # type: ignore[attr-defined]
    if rule["code"] in taken:
        rule["code"] = next(code for number in range(2, 500) if (code := f"{rule['code']}-{number}") not in taken)
    return _form(request, rule, None)


@screen(permissions.EDIT_OFFERS)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """An offer's draft; a POST changes it."""
    one = queries.offer(request.actor, code)  # type: ignore[attr-defined]
    if request.method == "POST":
        return _save(request, one)
    return _form(request, editable(one.draft), one)


def editable(offer: Offer) -> dict[str, Any]:
    """An offer as the builder edits it: its times in the company's zone, without saying so."""
    rule = language.plain(offer)
    zone = organisation.company_zone()
    for name in _TIMES:
        at = getattr(offer, name)
        if at is not None:
            rule[name] = f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
    return rule


def _form(request: HttpRequest, rule: dict[str, Any], one: OfferView | None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    may_try = actor.may(sales.SIMULATE)
    return show(
        request,
        "offer_builder",
        one.name if one else _("New offer"),
        offer=one,
        is_open=one is None or one.state in (OfferState.DRAFT, OfferState.LIVE, OfferState.PAUSED),
        rule=json.dumps(rule, ensure_ascii=False, indent=2),
        catalogue=language.catalogue(),
        names=_names(rule),
        said=_said(),
        saved=_saved_words(one),
        grades=(grades := reference.grades()),
        usual_grade=_usual_grade(rule, grades),
        stations=organisation.all_stations(actor)[:300],
        goods=trials.goods(),
        tiers=tier_names(),
        tenders=words.TENDER,
        may_try=may_try,
        simulation=latest_of(actor, one.code) if one and may_try else None,
        last_month=asked_of(one.code if one else ""),
    )


def _usual_grade(rule: Any, grades: list[dict[str, Any]]) -> str:
    """The grade to try an offer with at first: one that it names itself or by its family and that has a price."""
    named = set(_strings(rule.get("then"))) | set(_strings(rule.get("when")))
    spoken_of = [one for one in grades if one["code"] in named or one["family"] in named]
    priced = (one["code"] for one in spoken_of if reference.usual_price(one["id"]) is not None)
    return next(priced, grades[0]["code"] if grades else "")


def _strings(part: Any) -> Iterator[str]:
    """All texts in a part of a rule."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _strings(inner)


def _saved_words(one: OfferView | None) -> str:
    if one is None:
        return _("Not saved yet")
    return _("Draft saved %(at)s by %(who)s") % {"at": moment(one.edited_at), "who": who(one.edited_by)}


def _save(request: HttpRequest, one: OfferView | None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    try:
        offer = typed(request.POST.get("rule", ""))
        if one is None:
            services.make_offer(actor, offer)
        else:
            services.change_offer(actor, one.code, offer)
    except Problem as problem:
        faults = faults_of(problem)
        if BY_SCRIPT in request.headers:
            return JsonResponse({"faults": faults}, status=422)
        for path, text in faults.items():
            messages.error(request, f"{path}: {text}" if path else text)
        return HttpResponseRedirect(request.get_full_path())
    code = offer.code if one is None else one.code
    if BY_SCRIPT in request.headers:
        saved = _saved_words(queries.offer(actor, code))
        return JsonResponse({"to": reverse("admin:offer_edit", args=[code]), "saved": saved, "code": code})
    messages.success(request, _("Draft saved."))
    return HttpResponseRedirect(reverse("admin:offer_edit", args=[code]))


def typed(text: str) -> Offer:
    """The offer that was typed. Invalid with the path of what is at fault."""
    if len(text) > LONGEST:
        raise Invalid.field("rule", _("is too long for one offer; make several"))
    try:
        rule = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid.field("rule", _("is no JSON; mend it, or undo the last change")) from None
    if not isinstance(rule, dict):
        raise Invalid.field("rule", _("is no JSON object; begin with {"))
    zone = organisation.company_zone()
    for name in _TIMES:
        given = rule.get(name)
        if isinstance(given, str):
            try:
                at = datetime.fromisoformat(given)
            except ValueError:
                raise Invalid.field(name, _("choose day and time, or leave it empty")) from None
            rule[name] = (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()
    offer = language.convert(rule)
    language.check(offer)
    return offer


@screen(permissions.EDIT_OFFERS)
def preview(request: HttpRequest) -> HttpResponse:
    """What is typed just now: what is at fault with it, what it says, what it would do to a basket."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = request.actor  # type: ignore[attr-defined]
    try:
        offer = typed(request.POST.get("rule", ""))
    except Problem as problem:
        return JsonResponse({"faults": faults_of(problem)})
    names = told.OfferNames({offer.code: offer.name})
    answer: dict[str, Any] = {
        "faults": {},
        "words": language.words(offer, names),
        "advice": queries.advice(offer),
        "costless": costless_of(request, actor, [offer]),
    }
    if actor.may(sales.SIMULATE) and request.POST.get("try_station"):
        answer["panel"] = _tried(request, actor, offer, names)
    return JsonResponse(answer)


def costless_of(request: HttpRequest, actor: Actor, offers: Sequence[Offer]) -> str:
    """That no cost is known of what these offers discount, with where to note it, as a part of a page."""
    context = {"costless": queries.costless(offers), "may_see_costs": actor.may(catalogue_permissions.VIEW_COSTS)}
    return render_to_string("office/costless_discounts.html", context, request).strip()


def _tried(request: HttpRequest, actor: Actor, offer: Offer, names: told.OfferNames) -> str:
    try:
        context: dict[str, Any] = {"trial": trials.tried(actor, request.POST, offer, names)}
    except Problem as problem:
        context = {"problem": " ".join(problem.fields.values()) or problem.detail}
    return render_to_string("office/offer_tried.html", context, request)


@screen(permissions.EDIT_OFFERS)
def pick(request: HttpRequest) -> HttpResponse:
    """What can be chosen of a kind by a part of its code or name: [{kind, code, name}]."""
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:60]
    return JsonResponse({"found": [{"kind": of, "code": code, "name": name} for of, code, name in _found(kind, text)]})


def _found(kind: str, text: str) -> Iterator[tuple[str, str, str]]:
    if kind == "selection":
        for each, limit in (("products", 12), ("categories", 6), ("brands", 6)):
            yield from [(each, code, name) for code, name, _more in reads.pick(each, text, limit)]
        return
    known: Mapping[str, Any] = {
        "tiers": tier_names,
        "tags": lambda: {one.tag: one.tag for one in customers.tags(200)},
        "tenders": lambda: words.TENDER,
        "funder": choosing.payers,
    }
    if kind in known:
        lower = text.lower()
        for code, name in known[kind]().items():
            if lower in code.lower() or lower in str(name).lower():
                yield kind, code, str(name)
        return
    for code, name, _more in reads.pick(kind, text):
        yield kind, code, name


def _names(rule: dict[str, Any]) -> dict[str, str]:
    """Names of the codes that a rule has, as far as they are known."""
    codes = set(_texts(rule))
    products, stations = catalogue.products_by_code(codes), organisation.station_facts(codes)
    named = {code: str(name) for code, name in words.TENDER.items()} | tier_names() | catalogue.category_names()
    named |= {code: known.template.name for code, known in coupons.live_templates().items()}
    named |= {code: facts.name for code, facts in (*products.items(), *stations.items())}
    named |= {code: told.funder(code) for code in codes if code in (COMPANY, "dealer") or code.startswith("supplier:")}
    return {code: named[code] for code in codes if code in named}


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        if len(part) <= 120:
            yield part
    elif isinstance(part, dict | list):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _texts(item)


def _said() -> dict[str, str]:
    """What the script says, in the reader's language."""
    return {
        "all": _("all of these hold"),
        "any": _("one of these holds"),
        "not": pgettext("offer", "not"),
        "and": pgettext("offer", "and"),
        "or": pgettext("offer", "or"),
        "always": _("In every sale. Add a condition to narrow it."),
        "addCondition": _("Add a condition"),
        "addGroup": _("Add a group"),
        "addEffect": _("Add what it gives"),
        "addRow": _("Add"),
        "remove": _("Take away"),
        "any_product": _("any product"),
        "but_not": _("but not"),
        "search": _("search"),
        "none": _("Nothing found"),
        "enter": _("Enter adds it"),
        "optional": _("not limited"),
        "unsaved": _("Not saved yet"),
        "mend": _("to mend"),
        "missing": _("What is still missing:"),
        "failed": _("It did not work. Nothing was changed; try again."),
        "one": _("Choose"),
        "supplier": _("Supplier"),
        "yes": _("yes"),
        "products": _("product"),
        "categories": _("category"),
        "brands": _("brand"),
        "kinds": _("kind"),
        "families": _("kind of fuel"),
    }
