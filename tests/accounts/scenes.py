"""Days in the life of the points ledger, closed one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from forecourt.accounts import queries, services
from forecourt.accounts.values import CloseView, Policy
from forecourt.customers import records as customer_records
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.values import EntryKind, Gift, PointsEntry, Spending
from forecourt.sales.values import NewSale, Receipt
from tests.sales.scenes import HEAD_OFFICE, Chain, a_sale

ANALYST = Actor(
    kind="staff", id=7, name="analyst", permissions=frozenset({"accounts.view", "accounts.edit"}), stations=None
)
ZONE = clock.zone("Asia/Shanghai")
FIRST = (clock.now() - timedelta(days=30)).astimezone(ZONE).date()
"""The first day of the books: some way back, so that several can be closed."""
_FAR = "recorded_at > %(after)s"


def a_policy(**changes: Any) -> Policy:
    fields: dict[str, Any] = {
        "valid_from": FIRST,
        "point_value": Decimal("0.10"),
        "redemption_percent": Decimal(80),
    }
    return Policy(**fields | changes)


def approve(policy: Policy, reason: str = "estimate of the year") -> int:
    """Have the analyst draft and hand in, and head office approve."""
    policy_id = services.draft_policy(ANALYST, policy, reason)
    services.submit_policy(ANALYST, policy_id)
    services.approve_policy(HEAD_OFFICE, policy_id)
    return policy_id


@dataclass
class Books:
    """A chain whose ledger is recorded day by day: what is done between two closes is recorded on the day closed next."""

    chain: Chain
    ids: list[int]
    day: date = FIRST
    refs: int = 0
    closes: list[CloseView] = field(default_factory=list)

    def sell(self, who: int, *lines: Any, **changes: Any) -> Receipt:
        """A sale that occurs on the books' day."""
        self.refs += 1
        at = datetime.combine(self.day, time(9), tzinfo=ZONE)
        return self.chain.post_one(f"a{self.refs}", who, *lines, **({"occurred_at": at} | changes))

    def post(self, *sales: NewSale) -> None:
        self.chain.post(*sales)

    def give(self, who: int, points: int) -> None:
        self.refs += 1
        customer_id = self.ids[who - 1]
        customer_records.lock([customer_id])
        loyalty_records.give(
            [Gift(customer_id=customer_id, points=points, origin=f"test:{self.refs}", reason="gift", actor="test")]
        )

    def spend(self, who: int, points: int) -> str:
        """Spend points on something; returns its origin."""
        self.refs += 1
        customer_id = self.ids[who - 1]
        origin = f"thing:{self.refs}"
        customer_records.lock([customer_id])
        spending = Spending(customer_id=customer_id, points=points, origin=origin, reason="reward", actor="test")
        (spent,), _entries = loyalty_records.spend([spending])
        assert spent.is_paid, spent
        return origin

    def give_back(self, who: int, origin: str) -> None:
        customer_id = self.ids[who - 1]
        customer_records.lock([customer_id])
        assert loyalty_records.give_back(customer_id, origin, "cancelled", "test")

    def close(self, days: int = 1) -> CloseView:
        """Record what was done since the last close on the books' day, close it, and go on to the next."""
        noon = datetime.combine(self.day, time(12), tzinfo=ZONE).astimezone(UTC)
        last = queries.last_close()
        sql.run(
            "UPDATE loyalty_entry SET recorded_at = %(noon)s::timestamptz + (recorded_at - %(now)s::timestamptz) "
            "WHERE recorded_at > %(now)s::timestamptz - interval '1 hour'",
            {"noon": noon, "now": clock.now()},
        )
        assert last is None or last.day < self.day
        for _ in range(days):
            self.closes.append(services.close_day(HEAD_OFFICE, self.day))
            self.day += timedelta(days=1)
        return self.closes[-1]

    @property
    def figures(self) -> dict[tuple[str, bool], Any]:
        """Where units stand by (month, is a gift)."""
        return {(f"{unit.cohort:%Y-%m}", unit.is_gift): state for unit, state in queries.figures().items()}


def journal(day: date) -> list[tuple[str, str, Decimal, Decimal]]:
    """A day's lines: kind, account, debit, credit."""
    return [
        (line.kind.value, line.account, line.debit, line.credit)
        for line in queries.journal(HEAD_OFFICE, day, day, limit=10_000)
    ]


def owed() -> Decimal:
    """What the journal says is owed for points."""
    return Decimal(
        sql.rows(
            "SELECT coalesce(sum(credit - debit), 0) FROM accounts_journal "
            "WHERE role IN ('contract_liability', 'promotion_liability')"
        )[0][0]
    )


def raw_entries(entries: Sequence[PointsEntry]) -> None:
    loyalty_records.append_entries(entries)


__all__ = ["ANALYST", "FIRST", "Books", "EntryKind", "a_policy", "a_sale", "approve", "journal", "owed", "raw_entries"]
