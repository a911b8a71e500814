"""Who is it? The hot path: one statement for a list of any length."""

import os
from collections.abc import Collection, Sequence
from typing import Final

from forecourt import customers
from forecourt.customers import rules
from forecourt.customers.values import CustomerClaim, Resolved, Usage
from forecourt.kernel import sql
from forecourt.kernel.crypto import keyring

RESOLVE: Final = sql.load(customers.__file__, "resolve")
FAMILY: Final = sql.load(customers.__file__, "family")
FAMILIES: Final = sql.load(customers.__file__, "families")
"""Begins a statement of other folders: `family` (customer_id, member_id) of each of `customer_ids`, itself included."""
SURVIVORS: Final = """
SELECT DISTINCT coalesce(merged_into_id, id) AS id FROM customers_customer WHERE id = ANY(%(ids)s::bigint[]) ORDER BY 1
"""
MERGED: Final = """
SELECT id, merged_into_id FROM customers_customer WHERE id = ANY(%(ids)s::bigint[]) AND merged_into_id IS NOT NULL
"""
BLOCKED: Final = "SELECT id FROM customers_customer WHERE id = ANY(%(ids)s::bigint[]) AND is_blocked"


def phone_region() -> str:
    """Whose telephone numbers are meant when no country's code is given: FORECOURT_PHONE_REGION, "CN" unless set."""
    return os.environ.get("FORECOURT_PHONE_REGION", "CN")


def resolve(claims: Sequence[CustomerClaim | None]) -> list[Resolved | None]:
    """The customers that claims lead to, in the claims' order; None for no claim, an unknown or a malformed one."""
    keys: list[list[bytes] | int | None] = [_keys(claim) for claim in claims]
    identities: list[bytes] = []
    plates: list[bytes] = []
    ids: list[int] = []
    for claim, key in zip(claims, keys, strict=True):
        if isinstance(key, int):
            ids.append(key)
        elif key and claim:
            (plates if claim.plate is not None else identities).extend(key)
    if not (identities or plates or ids):
        return [None] * len(claims)
    found: dict[bytes | int, Resolved] = {}
    for index, asked, customer_id, is_blocked, usage in sql.rows(
        RESOLVE,
        {"identities": sql.bytes_array(identities), "plates": sql.bytes_array(plates), "ids": sql.array(ids)},
        hot=True,
    ):
        found[asked if index is None else bytes(index)] = Resolved(
            customer_id=customer_id, is_blocked=is_blocked, usage=Usage(usage) if usage else None
        )
    return [_first(found, [key] if isinstance(key, int) else key or []) for key in keys]


def _keys(claim: CustomerClaim | None) -> list[bytes] | int | None:
    """An id, or the blind indexes of what is claimed under every version of the key; None when there is nothing."""
    if claim is None:
        return None
    sought = rules.recognised(claim, phone_region())
    if sought is None:
        return None if claim.id is None or _says_more(claim) else claim.id
    return keyring().blind_indexes(sought.kind, sought.value)


def _says_more(claim: CustomerClaim) -> bool:
    return claim != CustomerClaim(id=claim.id)


def _first(found: dict[bytes | int, Resolved], keys: Sequence[bytes | int]) -> Resolved | None:
    return next((found[key] for key in keys if key in found), None)


def owners(marks: Sequence[rules.Recognised]) -> dict[rules.Recognised, int]:
    """To whom identities and plates belong, by the survivor's id; those that are free are missing. One statement."""
    ring = keyring()
    by_index = {index: mark for mark in set(marks) for index in ring.blind_indexes(mark.kind, mark.value)}
    if not by_index:
        return {}
    plates = [index for index, mark in by_index.items() if mark.kind == rules.PLATE]
    identities = [index for index, mark in by_index.items() if mark.kind != rules.PLATE]
    found = sql.rows(RESOLVE, {"identities": identities, "plates": plates, "ids": []})
    return {by_index[bytes(index)]: customer_id for index, _, customer_id, _, _ in found}


def family_ids(customer_id: int) -> list[int]:
    """The customer's survivor and all who were merged into it, the survivor first; reads of sales and ledgers use all.

    An id without a row (a station's anonymous customer) is a family of its own.
    """
    return [row[0] for row in sql.rows(FAMILY, {"customer_id": customer_id})] or [customer_id]


def survivor_of(customer_id: int) -> int:
    """Who this customer is today: itself, or whom it was merged into."""
    return family_ids(customer_id)[0]


def blocked(customer_ids: Collection[int]) -> set[int]:
    """Which of these customers, who are survivors, are blocked. One statement, none for nobody."""
    return {row[0] for row in sql.rows(BLOCKED, {"ids": list(customer_ids)})} if customer_ids else set()


def merged_into(customer_ids: Collection[int]) -> dict[int, int]:
    """Whom customers were merged into; those who were not are missing. One statement, none for nobody."""
    return dict(sql.rows(MERGED, {"ids": sql.array(customer_ids)}, hot=True)) if customer_ids else {}


def survivors(customer_ids: Collection[int]) -> list[int]:
    """Who these customers are today, each once, in rising order; unknown ids are left out. One statement."""
    return [row[0] for row in sql.rows(SURVIVORS, {"ids": list(customer_ids)})]
