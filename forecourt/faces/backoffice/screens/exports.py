"""What lists show, as CSV: the rows found or chosen, the columns the reader chose, phones and plates masked as on screen.

Who took it, of what and how it was narrowed is audited.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from forecourt.customers import permissions
from forecourt.customers import queries as customer_queries
from forecourt.customers.values import CustomerLine
from forecourt.faces.backoffice import paging, words
from forecourt.faces.backoffice.csvfile import csv_file, plain_money
from forecourt.faces.backoffice.queries import dashboard, people
from forecourt.faces.backoffice.queries import sales as sales_queries
from forecourt.faces.backoffice.screen import screen
from forecourt.faces.backoffice.screens import columns
from forecourt.faces.backoffice.screens import customers as customer_screen
from forecourt.faces.backoffice.screens import sales as sales_screen
from forecourt.kernel import audit
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions as sales_permissions

MOST: Final = 20_000
_BATCH: Final = 500


@screen(permissions.VIEW)
def customers(request: HttpRequest) -> HttpResponseBase:
    """The customers of the list, or those that were ticked."""
    actor = request.actor  # type: ignore[attr-defined]
    text, wanted = request.GET.get("q", "").strip()[:80], customer_screen.asked(request)
    ids = [number for one in request.POST.getlist("id") if (number := paging.number(one))]
    narrowed = {name: getattr(wanted, name) for name in wanted.__struct_fields__ if getattr(wanted, name)}
    audit.record(
        actor, "customers.export", "customers", detail={"searched": bool(text), "chosen": len(ids), **narrowed}
    )
    lines: Iterable[CustomerLine]
    if ids and "everyone" not in request.POST:
        lines = customer_queries.lines(ids)
    elif text:
        lines = customer_queries.search(actor, text, limit=200).items
    else:
        lines = people.everyone(actor, wanted, MOST)
    shown = columns.chosen(request, "customers")
    heads = {"number": _("Number"), "name": pgettext("person", "Name"), **columns.LISTS["customers"]}
    return _file("customers", heads, shown | {"number", "name"}, lines, _customers)


def _customers(lines: list[CustomerLine]) -> Iterator[dict[str, Any]]:
    tiers = sales_screen.tier_names()
    standings = loyalty.standings([line.id for line in lines])
    stations = organisation.stations_by_id({line.profile.home_station_id or 0 for line in lines})
    for line in lines:
        standing, home = standings.get(line.id), stations.get(line.profile.home_station_id or 0)
        yield {
            "number": line.id,
            "name": line.name,
            "phone": line.phone,
            "plates": " ".join(line.plates),
            "tier": tiers.get(standing.tier, standing.tier) if standing else "",
            "points": standing.points if standing else 0,
            "visit": _moment(line.profile.last_sale_at),
            "fuel": f"{line.profile.fuel_year:.3f}",
            "spend": plain_money(line.profile.spend_year),
            "visits": line.profile.sales_year,
            "home": home.name if home else "",
            "tags": " ".join(line.tags),
            "joined": _moment(line.joined_at),
        }


@screen(sales_permissions.VIEW)
def sales(request: HttpRequest) -> HttpResponseBase:
    """The sales of the list."""
    actor = request.actor  # type: ignore[attr-defined]
    stations = {station.id: station for station in organisation.all_stations(actor)}
    wanted = sales_screen.asked(request, dashboard.Now(list(stations.values())).today)
    narrowed = {name: str(getattr(wanted, name)) for name in wanted.__struct_fields__ if getattr(wanted, name)}
    audit.record(actor, "sales.export", "sales", station_id=wanted.station, detail=narrowed)
    tiers = sales_screen.tier_names()

    def rows(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in found:
            station = stations.get(row["station_id"])
            yield {
                "time": _moment(row["occurred_at"]),
                "station": station.name if station else "",
                "customer": row["customer_name"] if row["customer_id"] > 0 else "",
                "tier": tiers.get(row["tier"], row["tier"]),
                "grade": " ".join(row["grades"] or ()),
                "fuel": f"{row['fuel_quantity']:.3f}",
                "shop": plain_money(row["net"] - row["fuel_amount"]),
                "net": plain_money(row["net"]),
                "points": row["points_earned"],
                "status": "; ".join(str(words.FLAG.get(flag, flag)) for flag in row["flags"]),
                "reference": row["source_ref"],
                "staff": row["staff"],
                "till": row["source"],
            }

    heads = {"time": _("Time"), **columns.LISTS["sales"], "net": _("Net")}
    shown = columns.chosen(request, "sales") | {"time", "net"}
    return _file("sales", heads, shown, sales_queries.everything(actor, wanted, MOST), rows)


def _file(
    name: str,
    heads: dict[str, Any],
    shown: frozenset[str],
    items: Iterable[Any],
    rows: Callable[[list[Any]], Iterator[dict[str, Any]]],
) -> StreamingHttpResponse:
    """A CSV with the shown columns in the order of `heads`, made while it is sent."""
    wanted = {code: str(head) for code, head in heads.items() if code in shown}
    found = (row for batch in _batches(items) for row in rows(batch))
    return csv_file(name, list(wanted.values()), ([row[code] for code in wanted] for row in found))


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _moment(value: Any) -> str:
    """A moment as spreadsheets understand it, in the company's zone."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""
