"""How many rows a list has: counted while they are few, as the planner estimates when they are many."""

from typing import Any, Final

from forecourt.kernel import sql
from forecourt.kernel.values import Value

COUNTED: Final = 10_000
"""So many are counted exactly; that takes milliseconds."""


class Total(Value):
    """How many there are; an estimate where `is_estimate`."""

    count: int
    is_estimate: bool = False


def total(statement: str, parameters: dict[str, Any]) -> Total:
    """How many rows a statement gives."""
    counted = sql.rows(
        f"SELECT count(*) FROM (SELECT FROM ({statement}) AS listed LIMIT {COUNTED + 1}) AS counted", parameters
    )[0][0]
    if counted <= COUNTED:
        return Total(count=counted)
    plan = sql.rows(f"EXPLAIN (FORMAT JSON) {statement}", parameters)[0][0]
    return Total(count=max(COUNTED, int(plan[0]["Plan"]["Plan Rows"])), is_estimate=True)
