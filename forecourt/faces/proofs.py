"""Proof of the books: every balance, lot, tier and total recomputed from entries and sales."""

from collections.abc import Callable
from typing import Final, NamedTuple

from django.db import transaction

from forecourt import accounts as accounts_folder
from forecourt import coupons as coupons_folder
from forecourt import games as games_folder
from forecourt import loyalty as loyalty_folder
from forecourt import occasions as occasions_folder
from forecourt import rewards as rewards_folder
from forecourt import sales as sales_folder
from forecourt.faces import proof_of_tiers
from forecourt.games import queries as games
from forecourt.kernel import events, readers, sql

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


def _visits() -> str:
    """The counts of visits that sales are counted into, against what the balances say."""
    counted = _of(sales_folder.__file__, "visits")
    for name in ("customer_ids", "at", "sale_id"):  # everybody's, until now
        counted = counted.replace(f"%({name})s", "NULL")
    return (
        "SELECT 'customer ' || balance.customer_id, balance.sales || ', last ' || coalesce(balance.last_sale_at::text, '-'), "
        "counted.sales || ', last ' || coalesce(counted.last_sale_at::text, '-') "
        f"FROM loyalty_balance AS balance JOIN ({counted}) AS counted ON counted.customer_id = balance.customer_id "
        "WHERE balance.sales <> counted.sales OR balance.last_sale_at IS DISTINCT FROM counted.last_sale_at"
    )


CHECKS: Final = (
    _Check("names of sales", "sales_claim", _of(sales_folder.__file__, "prove_claims")),
    _Check("totals of sales", "sales_line", _of(sales_folder.__file__, "prove_totals")),
    _Check("points of sales", "sales_sale", _of(sales_folder.__file__, "prove_points")),
    _Check("points that paid", "sales_sale WHERE points_spent <> 0", _of(sales_folder.__file__, "prove_spent")),
    _Check("refunds", "sales_sale WHERE refund_of IS NOT NULL", _of(sales_folder.__file__, "prove_refunds")),
    _Check("awards of offers", "sales_award", _of(sales_folder.__file__, "prove_awards")),
    _Check("budgets of offers", "offers_slot", _of(sales_folder.__file__, "prove_budgets")),
    _Check("limits of customers", "sales_award WHERE customer_id > 0", _of(sales_folder.__file__, "prove_limits")),
    _Check("points balances", "loyalty_entry", _of(loyalty_folder.__file__, "prove_balances")),
    _Check("lots and debts", "loyalty_entry", _of(loyalty_folder.__file__, "prove_lots")),
    _Check("allocations", "loyalty_allocation", _of(loyalty_folder.__file__, "prove_allocations")),
    _Check("journal of points", "accounts_journal", _of(accounts_folder.__file__, "prove_journal")),
    _Check("roll-forward of points", "accounts_movement", _of(accounts_folder.__file__, "prove_roll")),
    _Check("liability of points", "accounts_lot", _of(accounts_folder.__file__, "prove_liability")),
    _Check("claims sent", "accounts_claim", _of(accounts_folder.__file__, "prove_claims")),
    _Check("prizes of games", "games_prize", _of(games_folder.__file__, "prove_stock")),
    _Check("prizes won", "games_win", _of(games_folder.__file__, "prove_wins")),
    _Check("plays", "games_play", _of(games_folder.__file__, "prove_plays")),
    _Check("wheels", "games_game WHERE kind = 'wheel'", _of(games_folder.__file__, "prove_wheels")),
    _Check("points of rewards", "rewards_redemption", _of(rewards_folder.__file__, "prove_points")),
    _Check("stock of rewards", "rewards_movement", _of(rewards_folder.__file__, "prove_stock")),
    _Check("pieces of redemptions", "rewards_redemption", _of(rewards_folder.__file__, "prove_pieces")),
    _Check("coupons of redemptions", "rewards_redemption", _of(rewards_folder.__file__, "prove_coupons")),
    _Check("uses of coupons", "coupons_coupon", _of(coupons_folder.__file__, "prove_uses")),
    _Check("states of coupons", "coupons_coupon", _of(coupons_folder.__file__, "prove_status")),
    _Check("coupons in sales", "coupons_couponuse", _of(coupons_folder.__file__, "prove_sales")),
    _Check("coupons issued", "coupons_couponbatch", _of(coupons_folder.__file__, "prove_issued")),
    _Check("gifts and benefits", "occasions_gift", _of(occasions_folder.__file__, "prove_gifts")),
    _Check("rewarded referrals", "occasions_referral", _of(occasions_folder.__file__, "prove_referrals")),
    _Check("places of events", "occasions_event", _of(occasions_folder.__file__, "prove_places")),
    _Check("points of events", "occasions_signup", _of(occasions_folder.__file__, "prove_event_points")),
    _Check("coupons of events", "occasions_signup", _of(occasions_folder.__file__, "prove_event_coupons")),
)
ROLLUP: Final = _Check("sums of days", "sales_rollup WHERE product_id = 0", _of(sales_folder.__file__, "prove_rollup"))
VISITS: Final = _Check("visits", "loyalty_balance", _visits())


def run_all(progress: Callable[[str], None] = lambda name: None) -> list[Proof]:
    """All proofs, each on one snapshot of the books, so that they can run while tills are posting.

    Sums of days follow the event log: they are brought up to date first, and left out while a reader lags behind.
    """
    readers.advance_all(seconds=60)
    with transaction.atomic(durable=True):
        sql.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        proofs = []
        for check in CHECKS if _readers_lag() else (*CHECKS, VISITS, ROLLUP):
            progress(check.name)
            proofs.append(_proven(check))
        for name, wrong in (("draws", games.wrong_draws), ("tiers", proof_of_tiers.wrong_tiers)):
            progress(name)
            checked, found = wrong()
            proofs.append(Proof(name, checked, len(found), [Difference(*one) for one in found[:SHOWN]]))
    return proofs


def _readers_lag() -> bool:
    names = sorted(name for reader in events.readers() for name in reader.events)
    lag = sql.rows(
        "SELECT EXISTS (SELECT 1 FROM kernel_event AS event, "
        "(SELECT xid, position FROM kernel_cursor "
        "WHERE reader IN ('sales.handlers.refresh_rollup', 'sales.handlers.recount_visits')) AS cursor "
        "WHERE (event.xid, event.position) > (cursor.xid, cursor.position) AND event.name = ANY(%(names)s))",
        {"names": names},
    )
    return bool(lag[0][0])


def _proven(check: _Check) -> Proof:
    found = [Difference(*map(str, row)) for row in sql.rows(check.statement)]
    checked = sql.rows(f"SELECT count(*) FROM {check.looked_at}")[0][0]
    return Proof(check.name, checked, len(found), found[:SHOWN])
