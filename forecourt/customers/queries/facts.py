"""What the engine asks about customers: who buys, and with whom they share. One statement each, whatever the number."""

from collections.abc import Collection
from typing import Any, Final

from forecourt import customers
from forecourt.customers.values import BuyerFacts, CustomerKind, Usage
from forecourt.kernel import sql

BUYERS: Final = sql.load(customers.__file__, "buyers")
HOUSEHOLD_OF: Final = sql.load(customers.__file__, "household_of")


def buyers(customer_ids: Collection[int]) -> dict[int, BuyerFacts]:
    """What rules of offers ask about these customers (survivors); unknown ids are missing. One statement.

    Tags and vehicles of those merged into them count for them, and so does a birthday that only those have.
    """
    if not customer_ids:
        return {}
    families: dict[int, list[tuple[Any, ...]]] = {}
    for row in sql.rows(BUYERS, {"ids": sql.array(customer_ids)}, hot=True):
        for customer_id in {row[0], row[1]}:
            if customer_id is not None:
                families.setdefault(customer_id, []).append(row)
    return {
        customer_id: _facts(customer_id, families[customer_id])
        for customer_id in customer_ids
        if customer_id in families
    }


def _facts(customer_id: int, family: list[tuple[Any, ...]]) -> BuyerFacts:
    """The facts of a customer from its own row and those of its aliases."""
    own = next((row for row in family if row[0] == customer_id), family[0])
    return BuyerFacts(
        customer_id=customer_id,
        kind=CustomerKind(own[2]),
        tags=frozenset(tag for row in family for tag in row[3]),
        birthday=next((row[4] for row in [own, *family] if row[4] is not None), None),
        joined_at=own[5],
        household_id=own[6],
        usages=frozenset(Usage(usage) for row in family for usage in row[7]),
    )


def household_of(customer_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Everybody in each customer's household, themselves included, in rising order; alone without one. One statement.

    Of a merged customer, the survivor's household; nobody in it is a merged one. Unknown ids are missing.
    """
    if not customer_ids:
        return {}
    found: dict[int, list[int]] = {}
    for asked, member in sql.rows(HOUSEHOLD_OF, {"ids": sql.array(customer_ids)}, hot=True):
        found.setdefault(asked, []).append(member)
    return {asked: tuple(members) for asked, members in found.items()}
