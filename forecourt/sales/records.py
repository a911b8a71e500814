"""Set-based writes of sales. They take lists and never open a transaction."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from forecourt.catalogue.values import ProductFacts
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import partitions, sql
from forecourt.kernel.crypto import keyring
from forecourt.kernel.values import Value
from forecourt.sales.values import Outcome, RatedLine, SaleStatus

CLAIM: Final = sql.load(__file__, "claim")
SALE_COLUMNS: Final = (
    "customer_id",
    "business_date",
    "id",
    "station_id",
    "source",
    "source_ref",
    "occurred_at",
    "recorded_at",
    "pump",
    "staff",
    "gross",
    "discount",
    "net",
    "fuel_quantity",
    "fuel_amount",
    "status",
    "flags",
    "points_earned",
    "points_balance",
    "tier",
    "rulebook",
    "refund_of",
    "tenders",
    "explanation",
    "recorded_by",
    "pricing",
    "points_spent",
)
AWARD_COLUMNS: Final = (
    "customer_id",
    "business_date",
    "sale_id",
    "line",
    "offer_id",
    "funder",
    "station_id",
    "offer",
    "version",
    "discount",
    "quantity",
    "points",
    "uses",
    "coupon_id",
    "gifts",
)
LINE_COLUMNS: Final = (
    "customer_id",
    "business_date",
    "sale_id",
    "number",
    "station_id",
    "product_id",
    "code",
    "kind",
    "quantity",
    "unit_price",
    "amount",
    "discount",
)
REPAIR_COLUMNS: Final = (
    "sale_id",
    "customer_id",
    "business_date",
    "station_id",
    "flags",
    "claim_sealed",
    "opened_at",
    "closed_by",
    "note",
)
_json: Final = msgspec.json.Encoder(decimal_format="string").encode
_NULL: Final = "\\N"


class Claimed(Value):
    """A name to claim: (station, source, source_ref), with the sale it is to stand for."""

    station_id: int
    source: str
    source_ref: str
    sale_id: UUID
    customer_id: int
    business_date: date
    body_hash: bytes


class Posting(Value):
    """A rated sale as it is written: its id, its outcome, and what only posting knows."""

    id: UUID
    outcome: Outcome
    recorded_at: datetime
    recorded_by: str
    points_earned: int
    points_balance: int | None
    explanation: bytes
    refund_of: UUID | None = None
    points_spent: int = 0

    @property
    def status(self) -> SaleStatus:
        return SaleStatus.FLAGGED if self.outcome.flags else SaleStatus.POSTED


def claim(names: Sequence[Claimed]) -> set[UUID]:
    """Claim names for sales; returns the ids of those whose name was free. The others were accepted before."""
    ordered = sorted(names, key=lambda name: (name.station_id, name.source, name.source_ref))
    found = sql.rows(
        CLAIM,
        {
            "station_ids": sql.array([name.station_id for name in ordered]),
            "sources": sql.text_array([name.source for name in ordered]),
            "source_refs": sql.text_array([name.source_ref for name in ordered]),
            "sale_ids": sql.array([name.sale_id.hex for name in ordered]),
            "customer_ids": sql.array([name.customer_id for name in ordered]),
            "business_dates": sql.array([name.business_date for name in ordered]),
            "body_hashes": sql.bytes_array([name.body_hash for name in ordered]),
        },
        hot=True,
    )
    return {row[0] for row in found}


def insert(postings: Sequence[Posting]) -> None:
    """Write sales, their lines, and for flagged ones the entry in the repair queue."""
    days = {posting.outcome.known.business_date for posting in postings}
    partitions.ensure_months("sales_sale", days)
    partitions.ensure_months("sales_line", days)
    sql.copy_in("sales_sale", SALE_COLUMNS, map(_sale_row, postings))
    sql.copy_in("sales_line", LINE_COLUMNS, _line_rows(postings))
    insert_awards(postings)
    open_repairs([posting for posting in postings if posting.outcome.flags])


def insert_awards(postings: Iterable[Posting]) -> None:
    """Write what offers gave."""
    rows = []
    days = set()
    for posting in postings:
        awards = posting.outcome.awards
        if not awards:
            continue
        known = posting.outcome.known
        days.add(known.business_date)
        head = f"{known.customer_id}\t{known.business_date}\t{posting.id.hex}\t"
        for award in awards:
            rows.append(
                f"{head}{award.line}\t{award.offer_id}\t{sql.copy_text(award.funder)}\t{known.station.id}\t{award.offer}\t"
                f"{award.version}\t{award.discount!s}\t{award.quantity!s}\t{award.points}\t{award.uses}\t"
                f"{award.coupon_id or _NULL}\t{award.gifts!s}\n"
            )
    if rows:
        partitions.ensure_months("sales_award", days)
        sql.copy_in("sales_award", AWARD_COLUMNS, rows)


def open_repairs(postings: Iterable[Posting]) -> None:
    """Put flagged sales into the repair queue, with by what their customer was to be recognised, sealed."""
    rows = []
    for posting in postings:
        known = posting.outcome.known
        claim = known.sale.customer
        sealed = seal_claim(claim, posting.id) if claim is not None else None
        rows.append(
            sql.copy_line(
                posting.id,
                known.customer_id,
                known.business_date,
                known.station.id,
                [str(flag) for flag in posting.outcome.flags],
                sealed,
                posting.recorded_at,
                "",
                "",
            )
        )
    sql.copy_in("sales_repair", REPAIR_COLUMNS, rows)


def seal_claim(claim: CustomerClaim, sale_id: UUID) -> bytes:
    """By what a customer was to be recognised, sealed for the repair queue."""
    return keyring().seal(_json(claim).decode(), f"claim:{sale_id}")


def _sale_row(posting: Posting) -> str:
    outcome = posting.outcome
    known = outcome.known
    sale = known.sale
    totals = outcome.totals
    copy_text = sql.copy_text
    flags = "{" + ",".join(outcome.flags) + "}"
    balance = posting.points_balance
    return (
        f"{known.customer_id}\t{known.business_date}\t{posting.id.hex}\t{known.station.id}\t{copy_text(sale.source)}\t"
        f"{copy_text(sale.source_ref)}\t{sale.occurred_at.isoformat()}\t{posting.recorded_at.isoformat()}\t"
        f"{_NULL if sale.pump is None else sale.pump}\t{copy_text(sale.staff or '')}\t{totals.gross!s}\t{totals.discount!s}\t"
        f"{totals.net!s}\t{outcome.fuel_quantity!s}\t{outcome.fuel_amount!s}\t{posting.status}\t{flags}\t{posting.points_earned}\t"
        f"{_NULL if balance is None else balance}\t{copy_text(outcome.tier)}\t{outcome.rulebook}\t"
        f"{posting.refund_of or _NULL}\t{copy_text(_json(sale.tenders).decode())}\t"
        f"{copy_text(posting.explanation.decode())}\t{copy_text(posting.recorded_by)}\t{sale.pricing}\t"
        f"{posting.points_spent}\n"
    )


def _line_rows(postings: Iterable[Posting]) -> list[str]:
    """The rows of all lines. What they say of their product is written once for each product and code."""
    rows = []
    said: dict[tuple[int, str], str] = {}
    for posting in postings:
        known = posting.outcome.known
        head = f"{known.customer_id}\t{known.business_date}\t{posting.id.hex}\t"
        station_id = known.station.id
        for line in posting.outcome.lines:
            product = line.product
            key = (0 if product is None else product.id, line.code)
            about = said.get(key)
            if about is None:
                about = said[key] = _about(product, line.code)
            price = line.unit_price
            rows.append(
                f"{head}{line.number}\t{station_id}\t{about}\t{line.quantity!s}\t"
                f"{_NULL if price is None else str(price)}\t{line.amount!s}\t{line.discount!s}\n"
            )
    return rows


def _about(product: ProductFacts | None, code: str) -> str:
    if product is None:
        return f"{_NULL}\t{sql.copy_text(code)}\t"
    return f"{product.id}\t{sql.copy_text(code)}\t{product.kind}"


def lock_claims(sale_ids: Sequence[UUID]) -> None:
    """Lock sales by their claims until the transaction ends: one refund or repair of a sale at a time."""
    sql.rows(
        "SELECT sale_id FROM sales_claim WHERE sale_id = ANY(%(sale_ids)s::uuid[]) ORDER BY sale_id FOR UPDATE",
        {"sale_ids": list(sale_ids)},
    )


def move(sale_id: UUID, previous_customer_id: int, business_date: date, customer_id: int) -> None:
    """Put a sale, its lines and its claim under another customer. The sale keeps its id."""
    where = {"sale_id": sale_id, "previous": previous_customer_id, "day": business_date, "customer_id": customer_id}
    sql.run(
        "UPDATE sales_sale SET customer_id = %(customer_id)s "
        "WHERE customer_id = %(previous)s AND business_date = %(day)s AND id = %(sale_id)s",
        where,
    )
    sql.run(
        "UPDATE sales_line SET customer_id = %(customer_id)s "
        "WHERE customer_id = %(previous)s AND business_date = %(day)s AND sale_id = %(sale_id)s",
        where,
    )
    sql.run(
        "UPDATE sales_award SET customer_id = %(customer_id)s "
        "WHERE customer_id = %(previous)s AND business_date = %(day)s AND sale_id = %(sale_id)s",
        where,
    )
    sql.run("UPDATE sales_claim SET customer_id = %(customer_id)s WHERE sale_id = %(sale_id)s", where)
    sql.run(
        "UPDATE sales_repair SET booked_customer_id = coalesce(booked_customer_id, %(previous)s) WHERE sale_id = %(sale_id)s",
        where,
    )


def restate(posting: Posting) -> None:
    """Write a sale's new rating over the old one, and when: status, flags, points, tier, explanation, its lines' products."""
    outcome = posting.outcome
    known = outcome.known
    sql.run(
        RESTATE_SALE,
        {
            "customer_id": known.customer_id,
            "day": known.business_date,
            "sale_id": posting.id,
            "status": str(posting.status),
            "flags": [str(flag) for flag in outcome.flags],
            "points_earned": posting.points_earned,
            "points_balance": posting.points_balance,
            "points_spent": posting.points_spent,
            "tier": outcome.tier,
            "rulebook": outcome.rulebook,
            "fuel_quantity": outcome.fuel_quantity,
            "fuel_amount": outcome.fuel_amount,
            "explanation": posting.explanation.decode(),
        },
    )
    restate_products(posting.id, known.customer_id, known.business_date, outcome.lines)
    sql.run(
        "UPDATE sales_repair SET repaired_at = %(at)s WHERE sale_id = %(sale_id)s",
        {"at": posting.recorded_at, "sale_id": posting.id},
    )


def restate_products(sale_id: UUID, customer_id: int, business_date: date, lines: Iterable[RatedLine]) -> None:
    """Give the lines of a sale, or of its refund, the products that these lines of the same number have; sum its fuel."""
    where = {"customer_id": customer_id, "day": business_date, "sale_id": sale_id}
    known = [(line.number, line.product) for line in lines if line.product is not None]
    sql.run(
        RESTATE_LINES,
        where
        | {
            "numbers": [number for number, _ in known],
            "product_ids": [product.id for _, product in known],
            "kinds": [str(product.kind) for _, product in known],
        },
    )
    sql.run(SUM_FUEL, where)


RESTATE_SALE: Final = sql.load(__file__, "restate_sale")
RESTATE_LINES: Final = sql.load(__file__, "restate_lines")
SUM_FUEL: Final = sql.load(__file__, "sum_fuel")


def accept(customer_id: int, business_date: date, sale_id: UUID) -> None:
    """Take a flagged sale as it is; its flags stay, for the record."""
    sql.run(
        "UPDATE sales_sale SET status = 'posted' "
        "WHERE customer_id = %(customer_id)s AND business_date = %(day)s AND id = %(sale_id)s",
        {"customer_id": customer_id, "day": business_date, "sale_id": sale_id},
    )
