"""Products and categories."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions, queries, services
from forecourt.catalogue.values import Family, Kind, NewProduct, ProductChanges, Unit
from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.screen import act, say_problem, screen, show
from forecourt.faces.backoffice.screens import choosing, costs
from forecourt.kernel.problems import Invalid, NotFound, Problem

PAGE = 50


@screen(permissions.VIEW)
def products(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET
    text = asked.get("q", "").strip()
    rows = list(
        queries.list_products(
            actor,
            text=text,
            kind=asked.get("kind", "") if asked.get("kind", "") in words.PRODUCT_KIND else "",
            category=asked.get("category", "")[:80],
            after=asked.get("after", "")[:32],
            limit=PAGE + 1,
        )
    )
    after = rows[PAGE - 1].code if len(rows) > PAGE else ""
    return show(
        request,
        "products",
        _("Products"),
        rows=rows[:PAGE],
        after=after,
        text=text,
        kinds=words.PRODUCT_KIND,
        categories=queries.categories(actor),
        may_edit=actor.may(permissions.EDIT) and actor.stations is None,
        may_see_costs=actor.may(permissions.VIEW_COSTS),
    )


@screen(permissions.EDIT)
def new_product(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            new = NewProduct(
                code=request.POST.get("code", "").strip(),
                kind=_choice(Kind, request.POST.get("kind", "")),
                **_fields(request),
            )
            made = services.add_products(actor, [new])
            return HttpResponseRedirect(reverse("admin:product", args=[next(iter(made.values()))]))
        except Problem as problem:
            say_problem(request, problem)
    return _form(request, _("New product"), None, request.POST.dict())


@screen(permissions.VIEW)
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    facts = queries.products_by_id([product_id]).get(product_id)
    if facts is None:
        raise NotFound(f"There is no product {product_id}.")
    view = queries.product(actor, facts.code)
    if request.method == "POST":
        return act(
            request,
            reverse("admin:product", args=[product_id]),
            lambda: services.update_product(actor, product_id, _changes(request)),
            _("Saved."),
        )
    given = {
        "name": view.name,
        "unit": view.unit.value,
        "family": view.family.value,
        "category": view.category,
        "brand": view.brand,
        "barcodes": ", ".join(code for code in view.barcodes if code != view.code),
    }
    return _form(request, view.name, view, given)


def _form(request: HttpRequest, title: str, view: Any, given: dict[str, Any]) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return show(
        request,
        "product_form",
        title,
        product=view,
        given=given,
        kinds=words.PRODUCT_KIND,
        units=words.UNIT,
        families=words.FAMILY,
        categories=choosing.categories(view.category if view else ""),
        costs=costs.of_product(actor, view) if view else {},
        may_edit=actor.may(permissions.EDIT) and actor.stations is None,
    )


def _changes(request: HttpRequest) -> ProductChanges:
    fields = _fields(request)
    if fields["unit"] is None:
        del fields["unit"]
    return ProductChanges(is_active="is_active" in request.POST, **fields)


def _fields(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    codes = given.get("barcodes", "").replace("，", ",").split(",")
    return {
        "name": given.get("name", "").strip(),
        "unit": _choice(Unit, given["unit"]) if given.get("unit") else None,
        "family": _choice(Family, given.get("family", "")),
        "category": choosing.category(given),
        "brand": given.get("brand", "").strip(),
        "barcodes": tuple(code.strip() for code in codes if code.strip()),
    }


def _choice(kind: Any, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise Invalid.field(kind.__name__.lower(), _("%(text)s is not among the choices") % {"text": text}) from None


@screen(permissions.VIEW)
def categories(request: HttpRequest) -> HttpResponse:
    """The categories as screens call them; rules refer to their path, which stays."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        path, name = request.POST.get("path", ""), request.POST.get("name", "").strip()
        command = lambda: services.rename_category(actor, path, name)  # noqa: E731
        return act(request, reverse("admin:categories"), command, _("Saved."))
    return show(
        request,
        "categories",
        _("Categories"),
        rows=[(row, row.code.count("/")) for row in queries.categories(actor)],
        may_edit=actor.may(permissions.EDIT) and actor.stations is None,
    )


@screen(permissions.EDIT)
def standard(request: HttpRequest) -> HttpResponse:
    """Add the fuels that are usual here, those that are missing."""
    actor = request.actor  # type: ignore[attr-defined]
    to = reverse("admin:prices")
    return act(
        request, to, lambda: services.add_standard_fuels(actor), _("The usual fuels are there; give them prices.")
    )
