"""Sales: the list, and the receipt with its why."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from forecourt.customers import permissions as customer_permissions
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.queries import dashboard, offers, reference
from forecourt.faces.backoffice.queries import sales as queries
from forecourt.faces.backoffice.screen import screen, show
from forecourt.faces.backoffice.screens import columns
from forecourt.kernel.problems import Invalid
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, services, wire, words
from forecourt.sales import queries as recorded
from forecourt.sales.words import funder_name

PAGE = 50


@screen(permissions.VIEW)
def sales(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    stations = organisation.all_stations(actor)
    text = request.GET.get("q", "").strip()[:80]
    wanted = asked(request, dashboard.Now(stations).today)
    total = None
    if text:
        rows, after = queries.by_reference(actor, text), ""
    else:
        rows = queries.page(actor, wanted, before=_place(request.GET.get("after", "")), limit=PAGE)
        after = paging.after_sale(rows, PAGE)
        total = queries.how_many(actor, wanted)
    return show(
        request,
        "sales",
        _("Sales"),
        rows=rows,
        after=after,
        total=total,
        since=wanted.since,
        until=wanted.until,
        text=text,
        station_list=stations,
        stations={station.id: station for station in stations},
        grades=reference.grades(),
        tiers=tier_names(),
        priority=loyalty.priority_tiers(),
        **columns.choices(request, "sales"),
    )


def asked(request: HttpRequest, today: date) -> queries.Filter:
    """What the address narrows the list to; the last seven trading days unless it says otherwise."""
    given = request.GET
    until = paging.day_of(given.get("until", ""), today)
    return queries.Filter(
        since=paging.day_of(given.get("since", ""), until - timedelta(days=6)),
        until=until,
        station=paging.number(given.get("station")),
        status=_one_of(given.get("status", ""), {"posted", "flagged"}),
        member=_one_of(given.get("member", ""), {"yes", "no"}),
        grade=given.get("grade", "")[:32],
        refunds=_one_of(given.get("refunds", ""), {"yes"}),
    )


def tier_names() -> dict[str, str]:
    """Names of tiers by code: those in force, and those of the draft for codes seen nowhere else."""
    names = {tier.code: tier.name for tier in loyalty.draft().tiers}
    return names | reference.published_tier_names()


def _one_of(text: str, allowed: set[str]) -> str:
    return text if text in allowed else ""


def _place(text: str) -> Any:
    try:
        return paging.sale_place(text)
    except Invalid:
        return None


@screen(permissions.VIEW)
def receipt(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    sale = queries.one(actor, sale_id)
    station = organisation.stations_by_id([sale["station_id"]])[sale["station_id"]]
    stored = wire.decode_reasons(sale.pop("reasons"))
    tiers = tier_names()
    company = organisation.company()
    names = words.CompanyNames(company, tiers)
    at_till = actor.may(permissions.POST) and not actor.may(permissions.REPAIR)
    usual = words.Reader.CASHIER if at_till else words.Reader.AUDITOR
    reader = words.Reader(_one_of(request.GET.get("for", ""), set(words.Reader)) or usual)
    reasons = services.whole_explanation(recorded.sale(actor, sale_id)) if reader is words.Reader.AUDITOR else stored
    return show(
        request,
        "receipt",
        sale["source_ref"],
        sale=sale,
        station=station,
        company=company,
        **_why([{"reason": one, "text": text} for one, text in words.told(reasons, company, names, reader)]),
        reader=reader,
        readers=[
            (words.Reader.CUSTOMER, pgettext("reader", "Customer")),
            (words.Reader.CASHIER, pgettext("reader", "Cashier")),
            (words.Reader.AUDITOR, pgettext("reader", "Auditor")),
        ],
        payers=[
            {**row, "name": funder_name(row["funder"])}
            for row in offers.paid_by(sale_id, sale["customer_id"], sale["business_date"])
        ],
        raw=_raw(sale),
        tiers=tiers,
        priority=loyalty.priority_tiers(),
        staff_name=organisation.staff_names([sale["staff"]]).get(sale["staff"], sale["staff"]),
        may_refund=actor.may(permissions.REFUND) and sale["net"] >= 0 and not sale["refund_of"],
        may_repair=actor.may(permissions.REPAIR),
        may_see_customer=actor.may(customer_permissions.VIEW),
        left=_left(sale),
    )


def _why(steps: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The explanation by what it is about: offers given and not given, coupons, all else (points, tier, flags)."""
    found: dict[str, list[dict[str, Any]]] = {"given": [], "not_given": [], "coupons": [], "why": []}
    for step in steps:
        code = step["reason"].code
        if code == "offer.applied":
            found["given"].append(step)
        elif code.startswith("offer."):
            found["not_given"].append(step)
        else:
            found["coupons" if code.startswith("coupon.") else "why"].append(step)
    return found


def _left(sale: dict[str, Any]) -> bool:
    """Whether anything of the sale is still to be refunded."""
    return bool(sum((refund["net"] for refund in sale["refunds"]), sale["net"]) > 0)


def _raw(sale: dict[str, Any]) -> str:
    """The sale as recorded, indented, to read."""
    hidden = {"refunds", "repair", "customer_name", "is_blocked", "merged_into_id", "explanation"}
    body = {name: value for name, value in sale.items() if name not in hidden}
    return msgspec.json.format(msgspec.json.Encoder(decimal_format="string").encode(body), indent=2).decode()
