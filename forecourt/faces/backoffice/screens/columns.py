"""Which columns a list shows: chosen by whoever looks, kept in a cookie of theirs."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from forecourt.faces.backoffice.screen import screen

LISTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "customers": {
        "phone": _("Phone"),
        "plates": _("Plates"),
        "tier": _("Tier"),
        "points": _("Points"),
        "visit": _("Last visit"),
        "fuel": _("Fuel in a year"),
        "spend": _("Spend in a year"),
        "visits": _("Visits in a year"),
        "home": _("Home station"),
        "tags": _("Tags"),
        "joined": _("Joined"),
    },
    "sales": {
        "station": _("Station"),
        "customer": _("Customer"),
        "grade": _("Grade"),
        "fuel": _("Fuel volume"),
        "shop": _("Shop sales"),
        "points": _("Points"),
        "status": _("Status"),
        "reference": _("Reference"),
        "staff": _("Attendant"),
        "till": _("Till"),
    },
}
"""Columns of each list by code; the first column and what a list is for always stand."""

AT_FIRST: Final = {
    "customers": frozenset({"phone", "plates", "tier", "points", "visit", "fuel", "spend", "home"}),
    "sales": frozenset({"station", "customer", "grade", "fuel", "shop", "points", "status", "reference"}),
}
"""The columns that stand until somebody chooses."""
_YEAR_SECONDS: Final = 365 * 24 * 3600


def chosen(request: HttpRequest, name: str) -> frozenset[str]:
    """Codes of the columns this reader wants in a list."""
    kept = request.COOKIES.get(f"office_{name}")
    return AT_FIRST[name] if kept is None else frozenset(kept.split(".")) & LISTS[name].keys()


def choices(request: HttpRequest, name: str) -> dict[str, Any]:
    """What a list's template needs: its name, the columns there are and those that are shown."""
    return {"list_name": name, "all_columns": LISTS[name], "columns": chosen(request, name)}


@screen()
def choose(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the ticked columns and go back to the list."""
    if name not in LISTS:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    to = request.POST.get("to", "")
    response = HttpResponseRedirect(to if url_has_allowed_host_and_scheme(to, None) else "/")
    ticked = [code for code in LISTS[name] if code in request.POST.getlist("column")]
    if "usual" in request.POST:
        response.delete_cookie(f"office_{name}")
    else:
        response.set_cookie(
            f"office_{name}",
            ".".join(ticked) or "none",
            max_age=_YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response
