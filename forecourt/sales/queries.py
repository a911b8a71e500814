"""Reads of sales. What a station manager may see is decided here, by the actor's stations."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from forecourt.customers import queries as customers
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.money import rounded
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Value
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.values import Programme, TierState
from forecourt.offers import queries as offers
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, wire
from forecourt.sales.models import Simulation
from forecourt.sales.rules import Used, coupons_given, offers_given
from forecourt.sales.values import Award, Frozen, Points, Receipt, SaleStatus, Totals

Name = tuple[int, str, str]
"""What a sale is known by: (station id, source, source_ref)."""

STORED_RECEIPTS: Final = sql.load(__file__, "stored_receipts")
SALE_BY_ID: Final = sql.load(__file__, "sale_by_id")
LINES_OF: Final = sql.load(__file__, "lines_of")
REFUNDS_OF: Final = sql.load(__file__, "refunds_of")
SALES_PAGE: Final = sql.load(__file__, "sales_page")
AWARDS_OF: Final = sql.load(__file__, "awards_of")
GIVEN: Final = customers.FAMILIES + sql.load(__file__, "given")
OVERDUE: Final = """
SELECT id FROM sales_reservation WHERE id = ANY(%(ids)s::uuid[]) AND ended_at IS NULL AND expires_at < %(now)s ORDER BY id
"""
TIER_VALUES: Final = sql.load(__file__, "tier_values")
VISITS: Final = sql.load(__file__, "visits")


class LineView(Value):
    """A line as it stands in the books."""

    number: int
    product_id: int | None
    code: str
    kind: str
    quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal
    discount: Decimal
    name: str | None


class SaleView(Value):
    """A sale as screens and the API show it. `customer_id` is null for an anonymous sale."""

    id: UUID
    customer_id: int | None
    books_customer_id: int
    business_date: date
    station_id: int
    source: str
    source_ref: str
    occurred_at: datetime
    recorded_at: datetime
    pump: int | None
    staff: str
    gross: Decimal
    discount: Decimal
    net: Decimal
    fuel_quantity: Decimal
    fuel_amount: Decimal
    status: str
    flags: tuple[str, ...]
    points_earned: int
    points_balance: int | None
    tier: str
    rulebook: int
    refund_of: UUID | None
    tenders: msgspec.Raw
    explanation: msgspec.Raw
    recorded_by: str
    pricing: str = ""
    points_spent: int = 0
    lines: tuple[LineView, ...] = ()
    refunds: tuple[UUID, ...] = ()


def stored_receipts(names: Collection[Name]) -> dict[Name, tuple[bytes, Receipt]]:
    """Receipts, marked as replayed, and body digests of sales that were accepted before, by name. One statement."""
    ordered = sorted(names)
    found = sql.rows(
        STORED_RECEIPTS,
        {
            "station_ids": sql.array([name[0] for name in ordered]),
            "sources": sql.text_array([name[1] for name in ordered]),
            "source_refs": sql.text_array([name[2] for name in ordered]),
        },
        hot=True,
    )
    return {(row[0], row[1], row[2]): (bytes(row[3]), _receipt(row[4:])) for row in found}


def _receipt(row: Sequence[Any]) -> Receipt:
    sale_id, status, customer_id, gross, discount, net, earned, balance, tier, flags, explanation, spent = row
    reasons = wire.decode_reasons(explanation)
    return Receipt(
        id=sale_id,
        status=SaleStatus(status),
        replayed=True,
        customer_id=customer_id if customer_id > 0 else None,
        totals=Totals(gross=_money(gross), discount=_money(discount), net=_money(net)),
        points=Points(earned=earned, balance=balance, spent=spent),
        tier=tier or None,
        flags=tuple(flags),
        offers=offers_given(reasons),
        coupons=coupons_given(reasons),
        explanation=msgspec.Raw(wire.encode_reasons(reasons)),
    )


def _money(value: Decimal) -> Decimal:
    """A stored amount, kept with four digits, to the currency's own."""
    return rounded(value, organisation.company().digits)


def receipts(sale_ids: Sequence[UUID]) -> list[Receipt]:
    """Stored receipts by id, in no order."""
    return [
        _receipt([row[name] for name in _RECEIPT_FIELDS]) for row in sql.dicts(SALE_BY_ID, {"sale_ids": list(sale_ids)})
    ]


_RECEIPT_FIELDS: Final = (
    "id",
    "status",
    "customer_id",
    "gross",
    "discount",
    "net",
    "points_earned",
    "points_balance",
    "tier",
    "flags",
    "explanation",
    "points_spent",
)


def sale(actor: Actor, sale_id: UUID) -> SaleView:
    """One sale with its lines and refunds; NotFound when there is none, or none at a station in the actor's scope."""
    actor.require(permissions.VIEW)
    return find(actor, sale_id)


def find(actor: Actor, sale_id: UUID) -> SaleView:
    """As `sale`, for commands that checked a permission of their own."""
    found = sql.dicts(SALE_BY_ID, {"sale_ids": [sale_id]})
    if not found or not actor.may_at(found[0]["station_id"]):
        raise NotFound(_("There is no sale %(id)s.") % {"id": sale_id})
    row = found[0]
    books_customer_id = row["customer_id"]
    taken_back = sql.rows(REFUNDS_OF, {"customer_ids": _family(books_customer_id), "sale_id": sale_id})
    return _view(row, lines_of([row]).get(sale_id, ()), tuple(refund[0] for refund in taken_back))


class RefundRow(Value):
    """A refund of a sale, as far as the next refund must know."""

    id: UUID
    customer_id: int
    business_date: date
    points_earned: int
    points_spent: int


def refunds(sale: SaleView) -> list[RefundRow]:
    """A sale's refunds, oldest first."""
    found = sql.rows(REFUNDS_OF, {"customer_ids": _family(sale.books_customer_id), "sale_id": sale.id})
    return [RefundRow(**dict(zip(RefundRow.__struct_fields__, row, strict=True))) for row in found]


def points_of(sale: SaleView) -> int:
    """The points a sale stands for now; read again under its lock, since a repair may have changed them."""
    return int(sql.dicts(SALE_BY_ID, {"sale_ids": [sale.id]})[0]["points_earned"])


def _family(books_customer_id: int) -> list[int]:
    return customers.family_ids(books_customer_id) if books_customer_id > 0 else [books_customer_id]


def lines_of(sales: Sequence[Any]) -> dict[UUID, tuple[LineView, ...]]:
    """Lines by sale, of rows that bear id, customer_id and business_date. One statement."""
    found = sql.rows(
        LINES_OF,
        {
            "customer_ids": sorted({row["customer_id"] for row in sales}),
            "business_dates": sorted({row["business_date"] for row in sales}),
            "sale_ids": [row["id"] for row in sales],
        },
    )
    lines: dict[UUID, list[LineView]] = {}
    for sale_id, *values in found:
        lines.setdefault(sale_id, []).append(LineView(**dict(zip(LineView.__struct_fields__, values, strict=True))))
    return {sale_id: tuple(items) for sale_id, items in lines.items()}


def _view(row: dict[str, Any], lines: tuple[LineView, ...] = (), refunds: tuple[UUID, ...] = ()) -> SaleView:
    fields = dict(row)
    customer_id = fields.pop("customer_id")
    for name in ("gross", "discount", "net", "fuel_amount"):
        fields[name] = _money(fields[name])
    for name in ("tenders", "explanation"):
        fields[name] = msgspec.Raw(fields[name].encode())
    return SaleView(
        **fields | {"flags": tuple(fields["flags"])},
        customer_id=customer_id if customer_id > 0 else None,
        books_customer_id=customer_id,
        lines=lines,
        refunds=refunds,
    )


def list_sales(
    actor: Actor,
    *,
    customer_ids: Sequence[int] | None = None,
    station_ids: Sequence[int] | None = None,
    since: date | None = None,
    until: date | None = None,
    status: str | None = None,
    reference: str | None = None,
    before: tuple[date, datetime, UUID] | None = None,
    limit: int = 50,
) -> list[SaleView]:
    """A page of sales without lines, newest first, of stations in the actor's scope.

    `customer_ids` is a customer's family; `since` and `until` are business dates, both included; `before` is
    (business_date, occurred_at, id) of the last sale seen.
    """
    actor.require(permissions.VIEW)
    allowed = actor.stations
    if station_ids is not None:
        allowed = frozenset(station_ids) if allowed is None else allowed & frozenset(station_ids)
    before_day, before_at, before_id = before or (None, None, None)
    found = sql.dicts(
        SALES_PAGE,
        {
            "customer_ids": list(customer_ids) if customer_ids is not None else None,
            "station_ids": sorted(allowed) if allowed is not None else None,
            "since": since,
            "until": until,
            "status": status,
            "reference": reference,
            "before_day": before_day,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit,
        },
    )
    return [_view(row) for row in found]


class TierValue(NamedTuple):
    """Where a member's tier stands, with the values stored there, and those counted now; `kept` and its stored one are null
    where no rule of its own keeps tiers.
    """

    customer_id: int
    is_business: bool
    state: TierState
    stored: Decimal
    stored_kept: Decimal | None
    value: Decimal
    kept: Decimal | None


def given(customer_ids: Collection[int], offer_ids: Collection[int], since: date) -> dict[tuple[int, int], list[Used]]:
    """What these offers gave these customers on trading days from `since` on, with what they gave to all merged with them.

    What reservations hold for them counts as given, until they end or expire. Of what was given before `since` some may be
    in it, some not. One statement, none where nothing is asked for.
    """
    if not customer_ids or not offer_ids:
        return {}
    found: dict[tuple[int, int], list[Used]] = {}
    where = {
        "customer_ids": sql.array(sorted(customer_ids)),
        "offer_ids": sql.array(sorted(offer_ids)),
        "since": since,
        "now": clock.now(),
    }
    for customer_id, offer_id, *sums in sql.rows(GIVEN, where, hot=True):
        found.setdefault((customer_id, offer_id), []).append(Used(*sums))
    return found


def overdue(reservation_ids: Collection[UUID], *, lock: bool) -> set[UUID]:
    """Which of these reservations expired and were not let go yet; with `lock` none that somebody is ending just now.

    One statement, none for nothing.
    """
    if not reservation_ids:
        return set()
    where = {"ids": sql.array(reservation_ids), "now": clock.now()}
    return {row[0] for row in sql.rows(OVERDUE + "FOR NO KEY UPDATE SKIP LOCKED" if lock else OVERDUE, where)}


def awards(sale: SaleView, refund_ids: Sequence[UUID] = ()) -> list[Award]:
    """What offers gave on a sale, less what these refunds of it took back."""
    found = sql.rows(AWARDS_OF, {"customer_ids": _family(sale.books_customer_id), "sale_ids": [sale.id, *refund_ids]})
    return [Award(**dict(zip(Award.__struct_fields__, row, strict=True))) for row in found]


SimulationRow = Simulation
"""A simulation, to read."""


class Drift(Value):
    """What was edited since it was simulated: these offers, by code; the programme or not."""

    offers: tuple[str, ...] = ()
    programme: bool = False

    def __bool__(self) -> bool:
        return bool(self.offers) or self.programme


def simulation(simulation_id: int, actor: Actor = SYSTEM) -> SimulationRow:
    """A simulation as it stands; NotFound when there is none, NotAllowed unless all its stations are in the actor's scope."""
    row = Simulation.objects.filter(pk=simulation_id).first()
    if row is None:
        raise NotFound(_("There is no simulation %(id)s.") % {"id": simulation_id})
    if actor.stations is not None:
        if not row.asked.get("stations"):
            actor.require_all_stations()
        for code, facts in organisation.station_facts(row.asked.get("stations", ())).items():
            actor.require_station(facts.id, code)
    return row


def frozen_rules(row: SimulationRow) -> Frozen | None:
    """The drafts that a simulation is of, as they read when it was asked for; None where nobody kept them."""
    return msgspec.convert(row.rules, Frozen) if row.rules is not None else None


def changed_since(row: SimulationRow) -> Drift:
    """What reads otherwise by now than what was simulated. What was handed in is what it was until it is decided; once it is
    not in review any more, it cannot have changed.
    """
    frozen = frozen_rules(row)
    if frozen is None:
        return Drift()
    codes: dict[bool, list[str]] = {False: [], True: []}
    for one in frozen.offers:
        codes[one.is_reviewed].append(one.offer.code)
    now = offers.drafts(codes[False]) | offers.in_review(codes[True])
    changed = [one.offer for one in frozen.offers if one.offer.code in now and now[one.offer.code][1] != one.offer]
    programme: Programme | None = None
    if frozen.programme is not None and row.asked["programme"] == "draft":
        programme = loyalty.draft()
    elif frozen.programme is not None and (review := loyalty.open_review()) is not None:
        programme = review.programme
    return Drift(
        offers=tuple(sorted(offer.code for offer in changed)),
        programme=programme is not None and programme != frozen.programme,
    )


def simulations(limit: int = 50, actor: Actor = SYSTEM) -> list[SimulationRow]:
    """Simulations all of whose stations are in the actor's scope, the newest first, without what they found."""
    found = Simulation.objects.defer("result", "rules").order_by("-id")
    if actor.stations is not None:
        mine = [facts.code for facts in organisation.all_stations(actor)]
        found = found.filter(asked__stations__contained_by=mine).exclude(asked__stations=[])
    return list(found[:limit])


def tier_values(programme: Programme, day: date, cut_at: datetime) -> list[TierValue]:
    """Everybody who has a balance and was not merged away, for a review of tiers."""
    since = day - timedelta(days=programme.tier_window_days)
    keep_since = day - timedelta(days=programme.keeping_window_days)
    found = sql.rows(
        TIER_VALUES,
        {
            "since": since,
            "keep_since": keep_since,
            "begin": min(since, keep_since),
            "day": day,
            "cut_at": cut_at,
            "basis": str(programme.tier_basis),
            "keep_basis": str(programme.keeping_basis),
        },
    )
    is_apart = programme.keep_basis is not None
    return [
        TierValue(
            row[0],
            row[1],
            TierState(tier=row[2], since=row[3], until=row[4], warned_on=row[5]),
            row[6],
            row[7],
            row[8],
            row[9] if is_apart else None,
        )
        for row in found
    ]


def visits(
    customer_ids: Collection[int], before: tuple[datetime, UUID] | None = None
) -> list[tuple[int, int, datetime | None]]:
    """(customer, sales, latest) of members who have a balance, counted anew from their sales, of merged ones too. With
    `before`, a moment and a sale, as it was when that sale came: without it and all that came later. One statement.
    """
    at, sale_id = before or (None, None)
    return sql.rows(VISITS, {"customer_ids": sorted(customer_ids), "at": at, "sale_id": sale_id})


def day_to_close(actor: Actor, now: datetime) -> date | None:
    """The trading day whose expiry and tier review are due: begun at every station by the company's clock, not reviewed yet.

    None while no programme is in force: there is nothing to review by.
    """
    if not loyalty.programme_at(now).version:
        return None
    local = now.astimezone(organisation.company_zone())
    rolls = [station.day_rolls_at for station in organisation.all_stations(actor)]
    last = loyalty.last_review()
    if (rolls and local.time() < max(rolls)) or (last is not None and last.day >= local.date()):
        return None
    return local.date()
