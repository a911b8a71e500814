"""How offers combine, and margin floors below which none of them goes."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.faces.backoffice.queries import offers as reads
from forecourt.faces.backoffice.queries import programme as choosing
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.kernel import clock
from forecourt.kernel.problems import Invalid
from forecourt.offers import permissions, queries, services
from forecourt.offers.rules.language import Policy
from forecourt.organisation import queries as organisation


@screen(permissions.VIEW_OFFERS)
def settings(request: HttpRequest) -> HttpResponse:
    """The policy in force and before, and every floor with what the product costs now."""
    actor = request.actor  # type: ignore[attr-defined]
    now = clock.now()
    return show(
        request,
        "offer_settings",
        _("How offers combine"),
        policy=queries.offers().policy_at(now),
        policy_words=told.policy(queries.offers().policy_at(now)),
        policies=[{**one, "words": told.policy(_policy_of(one["body"]))} for one in reads.policies()],
        floors=(found := _floors(now)),
        costless=sorted({row["name"] for row in found if row["cost"] is None}),
        choices=choosing.choices(),
        may_approve=actor.may(permissions.APPROVE_OFFERS),
        may_edit_floors=actor.may(permissions.EDIT_FLOORS),
    )


def _policy_of(body: Any) -> Policy:
    return msgspec.convert(body if isinstance(body, dict) else msgspec.json.decode(body), Policy, strict=False)


def _floors(now: Any) -> list[dict[str, Any]]:
    """Floors in force, each with the cost now and the least price that offers may come to."""
    rows = reads.floors(now)
    costs = catalogue.costs({row["product_id"] for row in rows})
    stations = organisation.stations_by_id({row["station_id"] for row in rows if row["station_id"]})
    found = []
    for row in rows:
        known = [
            cost
            for place in (row["station_id"], None)
            for since, cost in reversed(costs.get((row["product_id"], place), []))
            if since <= now
        ]
        cost = known[0] if known else None
        station = stations.get(row["station_id"]) if row["station_id"] else None
        found.append(
            {
                **row,
                "station": station.name if station else "",
                "cost": cost,
                "least": cost + row["margin"] if cost is not None else None,
            }
        )
    return sorted(found, key=lambda row: (row["code"], row["station"]))


@screen(permissions.APPROVE_OFFERS)
def set_policy(request: HttpRequest) -> HttpResponse:
    """Say how offers combine from now on."""
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST

    def command() -> None:
        count = given.get("most_offers", "").strip() or "0"
        if not count.isascii() or not count.isdigit() or len(count) > 3:
            raise Invalid.field("most_offers", _("is no whole number"))
        percent = _decimal(given.get("most_percent", "") or "100", "most_percent")
        services.set_policy(actor, Policy(most_offers=int(count), most_percent=percent))

    names = {"most_offers": "most_offers", "most_percent": "most_percent"}
    return act(request, reverse("admin:offer_settings"), command, _("Set. It holds from now on."), names)


@screen(permissions.EDIT_FLOORS)
def set_floor(request: HttpRequest) -> HttpResponse:
    """Set a floor from now on."""
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST
    names = {"product": "product", "station": "station", "margin": "margin", "valid_from": "valid_from"}
    return act(
        request,
        reverse("admin:offer_settings"),
        lambda: services.set_floor(
            actor,
            given.get("product", "").strip(),
            _decimal(given.get("margin", ""), "margin"),
            station=given.get("station", "").strip(),
            valid_from=told.typed_moment(given.get("valid_from", ""), "valid_from"),
        ),
        _("The floor is set."),
        names,
    )


def _decimal(text: str, path: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid.field(path, _("is no number"))
    return value
