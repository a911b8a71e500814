"""Claims: what offers, rewards and prizes cost whoever funds them, and the claims made of it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.accounts import permissions, queries, services
from forecourt.accounts.models import CLAIM_NAMES
from forecourt.accounts.queries.claims import Wanted
from forecourt.accounts.values import ClaimRow, ClaimState, ClaimView, Cost, FundingBy
from forecourt.faces import funding
from forecourt.faces.backoffice import paging
from forecourt.faces.backoffice.csvfile import csv_file, plain_money
from forecourt.faces.backoffice.queries import operating
from forecourt.faces.backoffice.screen import act, screen, show
from forecourt.faces.backoffice.screens.liability import decimal_of
from forecourt.kernel import audit, clock
from forecourt.organisation import queries as organisation
from forecourt.sales.words import funder_name

PAGE: Final = 50
_BATCH: Final = 2000
BY: Final = {
    FundingBy.FUNDER: gettext_lazy("Who pays"),
    FundingBy.OFFER: gettext_lazy("Offer"),
    FundingBy.STATION: gettext_lazy("Station"),
    FundingBy.ENTITY: gettext_lazy("Legal entity"),
    FundingBy.MONTH: gettext_lazy("Month"),
}
_NARROWS: Final = {
    FundingBy.FUNDER: "funder",
    FundingBy.OFFER: "offer",
    FundingBy.STATION: "station",
    FundingBy.ENTITY: "entity",
}
_NEXT: Final = {
    FundingBy.FUNDER: FundingBy.OFFER,
    FundingBy.OFFER: FundingBy.STATION,
    FundingBy.ENTITY: FundingBy.STATION,
}


@screen(permissions.VIEW)
def claims(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    wanted, by = _asked(request)
    everywhere = actor.stations is None
    lines = queries.funding(actor, wanted, by)
    made = _made(request, wanted.funder) if everywhere else []
    names = {line.key: _named(line, by) for line in lines}
    return show(
        request,
        "claims",
        _("Claims"),
        wanted=wanted,
        by=by.value,
        head=BY[by],
        ways=[(way.value, name) for way, name in BY.items()],
        lines=[(line, names[line.key], _narrowed(request, line.key, by)) for line in lines],
        total={
            "uses": sum(line.uses for line in lines),
            "quantity": sum(line.quantity for line in lines),
            "discount": sum(line.discount for line in lines),
            "points": sum(line.points for line in lines),
            "points_value": sum(line.points_value for line in lines),
            "gifts": sum(line.gifts for line in lines),
            "total": sum(line.total for line in lines),
        },
        besides=_besides(wanted) if everywhere and by is FundingBy.FUNDER else [],
        funders=[(code, funder_name(code)) for code in _funders(actor)],
        entities=sorted(queries.entities().items(), key=lambda one: one[1]),
        stations=organisation.all_stations(actor),
        claims=[(claim, funder_name(claim.funder), dict(CLAIM_NAMES)[claim.state.value]) for claim in made[:PAGE]],
        after=str(made[PAGE - 1].id) if len(made) > PAGE else "",
        states=CLAIM_NAMES,
        kept=[(name, request.GET[name]) for name in ("funder", "offer", "station", "entity") if request.GET.get(name)],
        narrowed=_chips(actor, wanted),
        may_edit=everywhere and actor.may(permissions.EDIT),
        may_claim=bool(lines) or bool(_funders(actor)),
    )


@screen(permissions.VIEW)
def awards(request: HttpRequest) -> HttpResponse:
    """The sales behind a line of the report; a place in the list that is none begins at its first page."""
    actor = request.actor  # type: ignore[attr-defined]
    wanted, _by = _asked(request)
    rows = queries.funding_rows(actor, wanted, _place(request.GET.get("after", "")), PAGE + 1)
    after = ""
    if len(rows) > PAGE:
        del rows[PAGE:]
        last = rows[-1]
        after = f"{last.business_date}_{last.sale_id}_{last.line}_{last.offer_id}_{last.funder}"
    return show(
        request,
        "claim_awards",
        _("Sales behind it"),
        wanted=wanted,
        rows=[(row, funder_name(row.funder)) for row in rows],
        offers=_offers(rows),
        after=after,
        narrowed=_chips(actor, wanted),
    )


@screen(permissions.EDIT)
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a claim on a funder for the days given."""
    actor = request.actor  # type: ignore[attr-defined]
    form = request.POST
    funder = form.get("funder", "")[:60]
    today = organisation.company_day()
    until = paging.day_of(form.get("until", ""), today)
    since = paging.day_of(form.get("since", ""), until.replace(day=1))
    entity = paging.number(form.get("entity"))
    made: list[int] = []

    def command() -> None:
        costs = funding.costs_due(funder, entity)
        made.append(services.draft_claim(actor, funder, since, until, entity_id=entity, costs=costs).id)

    answer = act(request, reverse("admin:claims"), command, _("A draft. It follows the sales until you send it."))
    if made and answer.status_code == 302:
        answer["Location"] = reverse("admin:claim", args=[made[0]])
    return answer


@screen(permissions.VIEW)
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    one = queries.claim(actor, claim_id)
    only = request.GET.get("only") == "corrections"
    rows = queries.claim_rows(
        actor, claim_id, after=paging.number(request.GET.get("after")) or 0, limit=PAGE + 1, corrections=only
    )
    after = ""
    if len(rows) > PAGE:
        del rows[PAGE:]
        after = str(rows[-1].id)
    may_edit = actor.may(permissions.EDIT)
    return show(
        request,
        "claim",
        _("Claim %(id)s on %(funder)s") % {"id": claim_id, "funder": funder_name(one.funder)},
        claim=one,
        funder=funder_name(one.funder),
        state=dict(CLAIM_NAMES)[one.state.value],
        rows=rows,
        costs=queries.claim_costs(actor, claim_id),
        after=after,
        only=only,
        offers=_offers(rows),
        may_edit=may_edit and one.state is ClaimState.DRAFT,
        may_settle=may_edit and one.state in {ClaimState.SENT, ClaimState.DISPUTED},
        may_dispute=may_edit and one.state is ClaimState.SENT,
    )


@screen(permissions.EDIT)
def decide(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Fill anew, send, settle, dispute or throw away."""
    actor = request.actor  # type: ignore[attr-defined]
    here, back = reverse("admin:claim", args=[claim_id]), reverse("admin:claims")
    one = queries.claim(actor, claim_id)
    note = request.POST.get("note", "")
    costs = funding.costs_due(one.funder, one.entity_id)
    amount = decimal_of(request.POST.get("amount", ""))
    ways: dict[str, tuple[str, Any, str]] = {
        "refresh": (here, lambda: services.refresh_claim(actor, claim_id, costs), _("Up to date.")),
        "send": (here, lambda: services.send_claim(actor, claim_id, costs), _("Sent. It is frozen from now on.")),
        "settle": (here, lambda: services.settle_claim(actor, claim_id, amount, note), _("Settled.")),
        "dispute": (here, lambda: services.dispute_claim(actor, claim_id, note), _("Marked as disputed.")),
        "discard": (back, lambda: services.discard_claim(actor, claim_id), _("Thrown away.")),
    }
    to, command, done = ways.get(request.POST.get("do", ""), ways["refresh"])
    return act(request, to, command, done)


@screen(permissions.VIEW)
def claim_file(request: HttpRequest, claim_id: int) -> HttpResponseBase:
    """A claim with all its rows, as it goes to the funder."""
    actor = request.actor  # type: ignore[attr-defined]
    one = queries.claim(actor, claim_id)
    audit.record(actor, "claim.export", f"claim:{claim_id}")

    def lines() -> Iterator[list[Any]]:
        after = 0
        while rows := queries.claim_rows(actor, claim_id, after=after, limit=_BATCH):
            yield from (_cells(row) for row in rows)
            after = rows[-1].id
        for cost in queries.claim_costs(actor, claim_id):
            money = plain_money(cost.amount)
            yield [f"{cost.day}", "", "", cost.text, cost.uses, "", "", "", "", "", money, _yes(cost)]

    heads = [
        *(_("Day"), _("Sale"), _("Station"), _("Offer"), _("Uses"), _("Volume"), _("Discount"), _("Points")),
        *(_("Value of points"), _("Cost of gifts"), _("Amount"), _("Correction")),
    ]
    return csv_file(f"claim-{claim_id}-{one.since}-{one.until}", heads, lines())


def _cells(row: ClaimRow) -> list[Any]:
    return [
        *(f"{row.business_date}", str(row.sale_id), row.station, row.offer, row.uses, f"{row.quantity:.3f}"),
        *(plain_money(row.discount), row.points, plain_money(row.points_value), plain_money(row.gifts)),
        *(plain_money(row.discount + row.points_value + row.gifts), _yes(row)),
    ]


def _yes(row: ClaimRow | Cost) -> str:
    return _("yes") if row.is_correction else ""


def _named(line: Any, by: FundingBy) -> str:
    return funder_name(line.key) if by is FundingBy.FUNDER else str(line.name)


def _narrowed(request: HttpRequest, key: str, by: FundingBy) -> str:
    """The address of the next, finer report; of a month, its days by who pays. Empty where nothing is finer."""
    query = request.GET.copy()
    query.pop("after", None)
    if by is FundingBy.MONTH:
        first = date.fromisoformat(f"{key}-01")
        query["since"], query["until"] = f"{first}", f"{clock.next_month(first) - timedelta(days=1)}"
        query["by"] = FundingBy.FUNDER.value
    elif by is FundingBy.ENTITY and key == "0":
        return ""
    else:
        query[_NARROWS[by]], query["by"] = key, _NEXT.get(by, FundingBy.MONTH).value
    return f"?{query.urlencode()}"


def _asked(request: HttpRequest) -> tuple[Wanted, FundingBy]:
    """What the address narrows the report to; this month unless it says otherwise."""
    given = request.GET
    until = paging.day_of(given.get("until", ""), organisation.company_day())
    since = min(paging.day_of(given.get("since", ""), until.replace(day=1)), until)
    by = given.get("by", "")
    return (
        Wanted(
            since=since,
            until=until,
            funder=given.get("funder", "")[:60],
            offer=paging.number(given.get("offer")),
            station=paging.number(given.get("station")),
            entity=paging.number(given.get("entity")),
        ),
        FundingBy(by) if by in {way.value for way in FundingBy} else FundingBy.FUNDER,
    )


def _chips(actor: Any, wanted: Wanted) -> list[tuple[str, str]]:
    """What the report is narrowed to, to be taken off again: (parameter, words)."""
    chips = []
    if wanted.funder:
        chips.append(("funder", funder_name(wanted.funder)))
    if wanted.offer is not None:
        line = next(iter(queries.funding(actor, wanted, FundingBy.OFFER)), None)
        chips.append(("offer", line.name if line else f"{wanted.offer}"))
    if wanted.station is not None:
        found = organisation.stations_by_id([wanted.station]).get(wanted.station)
        chips.append(("station", found.name if found else f"{wanted.station}"))
    if wanted.entity is not None:
        chips.append(("entity", queries.entities().get(wanted.entity, f"{wanted.entity}")))
    return chips


def _made(request: HttpRequest, funder: str) -> list[ClaimView]:
    """A page of claims, and one more where there are more: on a funder, if one is asked for."""
    state = request.GET.get("state", "")
    return queries.claims(
        request.actor,  # type: ignore[attr-defined]
        funder=funder,
        state=state if state in dict(CLAIM_NAMES) else "",
        before=paging.number(request.GET.get("after")),
        limit=PAGE + 1,
    )


def _funders(actor: Any) -> list[str]:
    return sorted(
        {
            *queries.funders(actor),
            *funding.totals(organisation.company_day() - timedelta(days=366), organisation.company_day()),
        }
    )


def _besides(wanted: Wanted) -> list[tuple[str, Any]]:
    """What rewards and prizes cost by funder, where the report is not narrowed to offers or stations."""
    if wanted.offer or wanted.station or wanted.entity:
        return []
    found = funding.totals(wanted.since, wanted.until)
    return [(funder_name(code), cost) for code, cost in sorted(found.items()) if wanted.funder in {"", code}]


def _offers(rows: Sequence[Any]) -> dict[str, str]:
    """The names of the offers in these rows, by code."""
    called = operating.names(("offer", row.offer) for row in rows)
    return {code: name for (_kind, code), name in called.items()}


def _place(text: str) -> tuple[Any, ...] | None:
    if not text:
        return None
    try:
        day, sale, line, offer, funder = text.split("_", 4)
        return date.fromisoformat(day), UUID(sale), int(line), int(offer), funder
    except ValueError:
        return None
