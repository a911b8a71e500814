"""After a new key: everything sealed under an older one is sealed again and indexed anew, in lists."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from forecourt import customers
from forecourt.customers.records.enrolment import last_four_index
from forecourt.customers.rules import seal_context
from forecourt.kernel import audit, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring


class Sealed(NamedTuple):
    """A row with its sealed value."""

    id: int
    customer_id: int
    kind: str
    sealed: bytes


OLD_IDENTITIES: Final = sql.load(customers.__file__, "old_identities")
OLD_PLATES: Final = sql.load(customers.__file__, "old_plates")
RESEAL_IDENTITIES: Final = sql.load(customers.__file__, "reseal_identities")
RESEAL_PLATES: Final = sql.load(customers.__file__, "reseal_plates")
OLD_FORMER_MARKS: Final = sql.load(customers.__file__, "old_former_marks")
RESEAL_FORMER_MARKS: Final = sql.load(customers.__file__, "reseal_former_marks")
DROP_IDENTITIES: Final = """
DELETE FROM customers_identity WHERE index = ANY(%(indexes)s::bytea[]) RETURNING customer_id, kind, index
"""
DROP_PLATES: Final = """
DELETE FROM customers_vehicle WHERE plate_index = ANY(%(indexes)s::bytea[]) RETURNING customer_id, 'plate', plate_index
"""


def reseal(actor: Actor, limit: int) -> int:
    """Seal up to `limit` values again that stand under an older key; returns how many, 0 when none is left.

    While keys change, two customers enrolled at the same instant under different keys can come to hold the same value:
    then it stays with whom had it first, and the audit trail tells.
    """
    identities = [Sealed(*row) for row in _old(OLD_IDENTITIES, limit)]
    plates = [Sealed(*row) for row in _old(OLD_PLATES, limit - len(identities))]
    former = [Sealed(*row) for row in _old(OLD_FORMER_MARKS, limit - len(identities) - len(plates))]
    _reseal(actor, RESEAL_IDENTITIES, DROP_IDENTITIES, identities)
    _reseal(actor, RESEAL_PLATES, DROP_PLATES, plates)
    _reseal(actor, RESEAL_FORMER_MARKS, "", former)
    return len(identities) + len(plates) + len(former)


def _old(statement: str, limit: int) -> Iterable[tuple[int, int, str, bytes]]:
    """Rows under older keys. An index begins with its key's version, so each version is a range of it."""
    ring = keyring()
    found: list[tuple[int, int, str, bytes]] = []
    for version in ring.versions:
        if version != ring.current and len(found) < limit:
            bounds = {"low": bytes([version]), "high": bytes([version + 1]) if version < 255 else b"\xff" * 17}
            found += sql.rows(statement, bounds | {"limit": limit - len(found)})
    return found


def _reseal(actor: Actor, statement: str, drop: str, rows: Sequence[Sealed]) -> None:
    """Seal rows again; `drop` deletes the doubles of values that may stand once only, none where they may stand often."""
    if not rows:
        return
    ring = keyring()
    contexts = [seal_context(row.kind, row.customer_id) for row in rows]
    values = [ring.open(row.sealed, context) for row, context in zip(rows, contexts, strict=True)]
    indexes = [ring.blind_index(row.kind, value) for row, value in zip(rows, values, strict=True)]
    keeper = dict(zip(indexes, (row.customer_id for row in rows), strict=True))
    for customer_id, kind, index in sql.rows(drop, {"indexes": indexes}) if drop else []:
        audit.record(
            actor,
            "customer.duplicate_dropped",
            f"customer:{customer_id}",
            customer_id=customer_id,
            detail={"kind": kind, "kept_by": keeper[bytes(index)]},
        )
    sql.run(
        statement,
        {
            "ids": [row.id for row in rows],
            "sealed": [ring.seal(value, context) for value, context in zip(values, contexts, strict=True)],
            "indexes": indexes,
            "last_four": [last_four_index(row.kind, value) for row, value in zip(rows, values, strict=True)],
        },
    )
