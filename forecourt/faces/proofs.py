"""Proof of the books: every balance, lot, tier and total recomputed from entries and sales."""

from collections.abc import Callable
from typing import Final, NamedTuple

from django.db import transaction

from forecourt import loyalty as loyalty_folder
from forecourt import rewards as rewards_folder
from forecourt import sales as sales_folder
from forecourt.kernel import events, readers, sql
from forecourt.kernel.money import ZERO
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.rules import tier_for
from forecourt.sales import queries as sales

SHOWN: Final = 20
"""Differences of one proof that are kept to be shown; all are counted."""


class Difference(NamedTuple):
    """Where the books disagree: what stands there, and what it should be."""

    where: str
    recorded: str
    computed: str


class Proof(NamedTuple):
    """One proof: how much it looked at, and what it found."""

    name: str
    checked: int
    differences: int
    shown: list[Difference]


class _Check(NamedTuple):
    name: str
    looked_at: str
    statement: str


def _of(folder: str | None, name: str) -> str:
    return sql.load(str(folder), name)


CHECKS: Final = (
    _Check("names of sales", "sales_claim", _of(sales_folder.__file__, "prove_claims")),
    _Check("totals of sales", "sales_line", _of(sales_folder.__file__, "prove_totals")),
    _Check("points of sales", "sales_sale", _of(sales_folder.__file__, "prove_points")),
    _Check("refunds", "sales_sale WHERE refund_of IS NOT NULL", _of(sales_folder.__file__, "prove_refunds")),
    _Check("points balances", "loyalty_entry", _of(loyalty_folder.__file__, "prove_balances")),
    _Check("lots and debts", "loyalty_entry", _of(loyalty_folder.__file__, "prove_lots")),
    _Check("allocations", "loyalty_allocation", _of(loyalty_folder.__file__, "prove_allocations")),
    _Check("points of rewards", "rewards_redemption", _of(rewards_folder.__file__, "prove_points")),
    _Check("stock of rewards", "rewards_movement", _of(rewards_folder.__file__, "prove_stock")),
    _Check("pieces of redemptions", "rewards_redemption", _of(rewards_folder.__file__, "prove_pieces")),
    _Check("coupons of redemptions", "rewards_redemption", _of(rewards_folder.__file__, "prove_coupons")),
)
ROLLUP: Final = _Check("sums of days", "sales_rollup WHERE product_id = 0", _of(sales_folder.__file__, "prove_rollup"))


_CHANGED_SINCE: Final = """
SELECT customer_id, coalesce(body ->> 'merged_id', body ->> 'previous_customer_id')::bigint
FROM kernel_event
WHERE name IN ('customer.merged.v1', 'customer.unmerged.v1', 'sale.repaired.v1')
  AND recorded_at >= %(cut_at)s::timestamptz - interval '1 minute' -- what committed after the cut may bear an earlier time
"""


def run_all(progress: Callable[[str], None] = lambda name: None) -> list[Proof]:
    """All proofs, each on one snapshot of the books, so that they can run while tills are posting.

    Sums of days follow the event log: they are brought up to date first, and left out while a reader lags behind.
    """
    readers.advance_all(seconds=60)
    with transaction.atomic(durable=True):
        sql.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        proofs = []
        for check in CHECKS if _readers_lag() else (*CHECKS, ROLLUP):
            progress(check.name)
            proofs.append(_proven(check))
        progress("tiers")
        proofs.append(_tiers())
    return proofs


def _readers_lag() -> bool:
    names = sorted(name for reader in events.readers() for name in reader.events)
    lag = sql.rows(
        "SELECT EXISTS (SELECT 1 FROM kernel_event AS event, "
        "(SELECT xid, position FROM kernel_cursor WHERE reader = 'sales.handlers.refresh_rollup') AS cursor "
        "WHERE (event.xid, event.position) > (cursor.xid, cursor.position) AND event.name = ANY(%(names)s))",
        {"names": names},
    )
    return bool(lag[0][0])


def _proven(check: _Check) -> Proof:
    found = [Difference(*map(str, row)) for row in sql.rows(check.statement)]
    checked = sql.rows(f"SELECT count(*) FROM {check.looked_at}")[0][0]
    return Proof(check.name, checked, len(found), found[:SHOWN])


def _tiers() -> Proof:
    """Tiers against the sales of the last review's window, by the rulebook it used.

    Whoever was merged or had a sale repaired since has other sales now than the review saw; the next one will tell.
    """
    review = loyalty.last_review()
    if review is None:
        return Proof("tiers", 0, 0, [])
    rulebooks = loyalty.rulebooks()
    programme = rulebooks.version(review.rulebook).programme
    # whoever joined since the review is in the entry tier of the rulebook in force then
    since = [rules.programme for version, rules in rulebooks.by_version.items() if version > review.rulebook]
    entries = {tier_for(published.tiers, ZERO) for published in since}
    changed_since = {number for row in sql.rows(_CHANGED_SINCE, {"cut_at": review.cut_at}) for number in row}
    differences = []
    checked = 0
    for customer_id, tier, stored, value in sales.tier_values(programme, review.day, review.cut_at):
        if customer_id in changed_since:
            continue
        checked += 1
        due = tier_for(programme.tiers, value)
        if value == stored == 0 and tier in entries:
            continue
        if (tier, stored) != (due, value):
            differences.append(Difference(f"customer {customer_id}", f"{tier} at {stored}", f"{due} at {value}"))
    return Proof("tiers", checked, len(differences), differences[:SHOWN])
