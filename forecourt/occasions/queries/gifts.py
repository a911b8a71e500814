"""Whose gifts and benefits are due, and what was given."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from forecourt import occasions
from forecourt.customers.rules import birthday_in
from forecourt.kernel import clock, sql
from forecourt.occasions.models import GiftRow
from forecourt.occasions.rules import Due, Target
from forecourt.occasions.values import GiftRules, RulesKind
from forecourt.organisation import queries as organisation

DUE_BIRTHDAYS: Final = sql.load(occasions.__file__, "due_birthdays")
DUE_ANNIVERSARIES: Final = sql.load(occasions.__file__, "due_anniversaries")
GIFTS_HAD: Final = sql.load(occasions.__file__, "gifts_had")
DUE_BENEFITS: Final = sql.load(occasions.__file__, "due_benefits")
BENEFITS_HAD: Final = sql.load(occasions.__file__, "benefits_had")
_LONGEST_MEMBERSHIP_YEARS: Final = 60


def due_gifts(
    kind: RulesKind, rules: GiftRules, targets: Sequence[Target], after: int, limit: int
) -> list[tuple[int, date]]:
    """(customer, day) of gifts that are due, by customer from behind `after`. One statement."""
    now = clock.now()
    bought_since = now - timedelta(days=rules.active_days) if rules.active_days else None
    where: dict[str, Any] = {
        "tiers": list(rules.tiers),
        "bought_since": bought_since,
        "after": after,
        "limit": limit,
    }
    if kind is RulesKind.BIRTHDAY:
        wanted = [(key, target.day) for target in targets for key in target.keys]
        where |= {"keys": [key for key, _ in wanted], "days": [day for _, day in wanted]}
        return sql.rows(DUE_BIRTHDAYS, where)
    spans = _joining_days(targets)
    where |= {
        "since": [since for since, _, _ in spans],
        "until": [until for _, until, _ in spans],
        "days": [day for _, _, day in spans],
    }
    return sql.rows(DUE_ANNIVERSARIES, where)


def _joining_days(targets: Sequence[Target]) -> list[tuple[datetime, datetime, date]]:
    """The days of earlier years, by the company's clock, whose anniversaries are kept on the targets' days."""
    zone = organisation.company_zone()
    spans = []
    for target in targets:
        for years in range(1, _LONGEST_MEMBERSHIP_YEARS + 1):
            for key in target.keys:
                joined = birthday_in(key, target.day.year - years)
                if joined.month * 100 + joined.day != key:
                    continue  # no 29th of February in that year, so nobody joined on it
                start = datetime.combine(joined, time(0), zone)
                spans.append((start, datetime.combine(joined + timedelta(days=1), time(0), zone), target.day))
    return spans


def gifts_had(kind: RulesKind, customer_ids: Collection[int]) -> set[tuple[int, int]]:
    """(customer, year) of the gifts that these customers (survivors) or those merged into them had. One statement."""
    return {(row[0], row[1]) for row in sql.rows(GIFTS_HAD, {"ids": list(customer_ids), "kind": kind.value})}


def gifts_of(family: Collection[int]) -> list[GiftRow]:
    """The gifts of a customer's family, the latest first."""
    return list(GiftRow.objects.filter(customer_id__in=list(family)).order_by("-given_at")[:20])


def due_benefits(due: Due, after: int, limit: int) -> list[int]:
    """Customers in the tier who have not had this period's coupon, from behind a number. One statement."""
    return [
        row[0]
        for row in sql.rows(
            DUE_BENEFITS,
            {
                "tier": due.tier,
                "template": due.template,
                "every": due.every.value,
                "period": due.period,
                "higher": list(due.higher),
                "after": after,
                "limit": limit,
            },
        )
    ]


def benefits_had(customer_ids: Collection[int], since: datetime) -> dict[int, set[tuple[str, str, str, str]]]:
    """(tier, template, every, period) of what tiers brought these customers (survivors) since then. One statement."""
    found: dict[int, set[tuple[str, str, str, str]]] = {}
    for customer_id, *rest in sql.rows(BENEFITS_HAD, {"ids": list(customer_ids), "since": since}):
        found.setdefault(customer_id, set()).add((rest[0], rest[1], rest[2], rest[3]))
    return found
