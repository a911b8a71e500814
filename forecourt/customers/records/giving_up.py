"""What customers gave up being recognised by: remembered for a year, sealed and found by its blind index."""

from typing import Final

from forecourt.customers.rules import Recognised, last_four, seal_context
from forecourt.kernel import clock, sql
from forecourt.kernel.crypto import keyring

_GIVE_UP: Final = """
INSERT INTO customers_formermark (customer_id, kind, sealed, mark, given_up_at)
VALUES (%(customer_id)s, %(kind)s, %(sealed)s, %(mark)s, %(now)s)
"""
_FORGET: Final = (
    "DELETE FROM customers_formermark WHERE given_up_at < %(now)s::timestamptz - interval '1 year' RETURNING id"
)


def give_up(customer_id: int, kind: str, value: str) -> None:
    """Remember for a year that a customer was recognised by this value: by its last four where it has such."""
    ring = keyring()
    mark = last_four(kind, value) or Recognised(kind, value)
    sql.run(
        _GIVE_UP,
        {
            "customer_id": customer_id,
            "kind": mark.kind,
            "sealed": ring.seal(mark.value, seal_context(mark.kind, customer_id)),
            "mark": ring.blind_index(mark.kind, mark.value),
            "now": clock.now(),
        },
    )


def forget_given_up() -> int:
    """Delete what was given up more than a year ago; returns how many."""
    return len(sql.rows(_FORGET, {"now": clock.now()}))
