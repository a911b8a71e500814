"""The audit trail: who read or changed personal data, prices, rules or rights."""

from collections.abc import Mapping
from typing import Any

import msgspec

from forecourt.kernel import clock, ids, sql
from forecourt.kernel.actors import Actor

_COLUMNS = ("id", "at", "actor", "action", "subject", "customer_id", "station_id", "reason", "detail")


def record(
    actor: Actor,
    action: str,
    subject: str,
    *,
    customer_id: int | None = None,
    station_id: int | None = None,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one audit entry in the caller's transaction.

    `action` is like "customer.unmask", `subject` like "customer:17". `detail` holds figures, codes and names of fields,
    never the personal values themselves.
    """
    body = msgspec.json.encode(dict(detail or {})).decode()
    line = sql.copy_line(ids.uuid7(), clock.now(), actor.label, action, subject, customer_id, station_id, reason, body)
    sql.copy_in("kernel_audit", _COLUMNS, [line])
