"""The repair queue: what is wrong with each sale in plain words, and the action that mends it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from forecourt.catalogue import permissions as catalogue_permissions
from forecourt.catalogue import queries as catalogue
from forecourt.catalogue import services as catalogue_services
from forecourt.catalogue.values import Family, Kind, NewProduct, ProductChanges
from forecourt.customers import permissions as customer_permissions
from forecourt.faces.backoffice import paging, words
from forecourt.faces.backoffice.queries import people, repairing
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotFound, Problem
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, services

PAGE = 50
AGES = {"": timedelta(0), "day": timedelta(days=1), "week": timedelta(days=7)}


@screen(permissions.REPAIR)
def repairs(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    station = paging.number(request.GET.get("station"))
    flag = request.GET.get("flag", "") if request.GET.get("flag", "") in words.FLAG else ""
    age = AGES.get(request.GET.get("age", ""), AGES[""])
    rows = repairing.waiting(
        actor,
        station=station,
        flag=flag,
        before=clock.now() - age,
        after=_place(request.GET.get("after", "")),
        limit=PAGE,
    )
    after = ""
    if len(rows) > PAGE:
        del rows[PAGE:]
        after = f"{rows[-1]['opened_at'].isoformat()}_{rows[-1]['sale_id']}"
    stations = organisation.all_stations(actor)
    return show(
        request,
        "repairs",
        _("Repair"),
        rows=rows,
        after=after,
        codes=repairing.unknown_codes(actor, station),
        flags=words.FLAG,
        station_list=stations,
        stations={one.id: one for one in stations},
        may_map=actor.may(catalogue_permissions.EDIT) and actor.stations is None,
        may_find=actor.may(customer_permissions.VIEW),
    )


def _place(text: str) -> tuple[datetime, UUID] | None:
    at, _underscore, sale_id = text.partition("_")
    try:
        return (datetime.fromisoformat(at), UUID(sale_id)) if text else None
    except ValueError:
        return None


@require_POST
@screen(permissions.REPAIR)
def accept_many(request: HttpRequest) -> HttpResponse:
    """Take the chosen sales as they are, with one note for all."""
    actor = request.actor  # type: ignore[attr-defined]
    note = request.POST.get("note", "").strip()
    taken = 0
    try:
        for sale_id in _chosen(request):
            services.accept_sale(actor, sale_id, note)
            taken += 1
    except Problem as problem:
        say_problem(request, problem)
    if taken:
        done = ngettext("%(count)d sale taken as it is.", "%(count)d sales taken as they are.", taken)
        messages.success(request, done % {"count": taken})
    return HttpResponseRedirect(reverse("admin:repairs"))


def _chosen(request: HttpRequest) -> list[UUID]:
    try:
        ids = [UUID(text) for text in request.POST.getlist("sale")[:PAGE]]
    except ValueError:
        ids = []
    if not ids:
        raise Invalid.field("note", _("choose sales first"))
    return ids


@require_POST
@screen(permissions.REPAIR)
def repair(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """Look at one sale anew, for the customer that was found where one is named, or take it as it is."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:repairs")
    note = request.POST.get("note", "").strip()
    if request.POST.get("do") == "accept":
        return act(request, to, lambda: services.accept_sale(actor, sale_id, note), _("Taken as it is."))
    try:
        customer_id = _customer(actor, request.POST.get("customer", ""))
        receipt = services.repair_sale(actor, sale_id, customer_id=customer_id, note=note)
    except Problem as problem:
        say_problem(request, problem)
        return HttpResponseRedirect(to)
    if receipt.flags:
        still = "; ".join(str(words.FLAG.get(flag, flag)) for flag in receipt.flags)
        messages.warning(request, _("It still waits: %(still)s") % {"still": still})
        return HttpResponseRedirect(to)
    messages.success(request, _("Repaired; %(points)d points were given.") % {"points": receipt.points.earned})
    return HttpResponseRedirect(reverse("admin:sale", args=[sale_id]))


def _customer(actor: Actor, text: str) -> int | None:
    """Whom a phone, plate, card or number in the field leads to; exactly one."""
    if not text.strip():
        return None
    found = people.found_ids(actor, text.strip())
    if not found:
        raise Invalid.field("customer", _("nobody was found; type the whole phone, plate or card number"))
    if len(found) > 1:
        raise Invalid.field("customer", _("several customers match; type the whole phone, plate or card number"))
    return found[0]


@require_POST
@screen(permissions.REPAIR, catalogue_permissions.EDIT)
def map_code(request: HttpRequest) -> HttpResponse:
    """Tell which product an unknown code means, or make the product, then look anew at all sales that wait for it."""
    actor = request.actor  # type: ignore[attr-defined]
    code = request.POST.get("code", "")
    try:
        waiting = next((row for row in repairing.unknown_codes(actor) if row["code"] == code), None)
        if waiting is None:
            raise NotFound(_("No sale waits for the code %(code)s any more.") % {"code": code})
        _make_known(actor, code, request)
        mended = sum(not services.repair_sale(actor, sale_id).flags for sale_id in waiting["sale_ids"][:500])
    except Problem as problem:
        say_problem(request, problem)
    else:
        done = ngettext("%(count)d sale repaired.", "%(count)d sales repaired.", mended) % {"count": mended}
        messages.success(request, done)
    return HttpResponseRedirect(reverse("admin:repairs"))


def _make_known(actor: Actor, code: str, request: HttpRequest) -> None:
    product_code = request.POST.get("product", "").strip()
    if product_code:
        product = catalogue.product(actor, product_code)
        changes = ProductChanges(barcodes=(*product.barcodes, code))
        catalogue_services.update_product(actor, product.id, changes)
        return
    name = request.POST.get("name", "").strip()
    if not name:
        raise Invalid.field("product", _("say which product it is, or give the new one a name"))
    kind = Kind(request.POST["kind"]) if request.POST.get("kind") in set(Kind) else Kind.GOODS
    family = Family.PETROL if kind is Kind.FUEL else Family.NONE
    catalogue_services.add_products(actor, [NewProduct(code=code, name=name, kind=kind, family=family)])
