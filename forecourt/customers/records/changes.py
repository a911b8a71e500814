"""Locks, profiles, tags and aliases, in lists."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from forecourt import customers
from forecourt.customers.values import ProfileFigures
from forecourt.kernel import clock, sql

LOCK: Final = sql.load(customers.__file__, "lock")
LOCK_FREE: Final = LOCK.rstrip() + " SKIP LOCKED"
SAVE_PROFILES: Final = sql.load(customers.__file__, "save_profiles")
CHANGE_TAGS: Final = sql.load(customers.__file__, "change_tags")
RENAME_TAG: Final = sql.load(customers.__file__, "rename_tag")
POINT_TO: Final = """
UPDATE customers_customer SET merged_into_id = %(survivor_id)s
WHERE id = ANY(%(ids)s::bigint[]) OR merged_into_id = ANY(%(aliases_of)s::bigint[])
RETURNING id
"""


def lock(customer_ids: Collection[int]) -> dict[int, int | None]:
    """Lock customers until the transaction ends, in rising order; returns whom each was merged into.

    An id without a row (anonymous customers have none) is not in the answer.
    """
    if not customer_ids:
        return {}
    return dict(sql.rows(LOCK, {"ids": sql.array(sorted(customer_ids))}, hot=True))


def lock_free(customer_ids: Collection[int]) -> set[int]:
    """Lock those of these customers whom nobody else holds just now, waiting for none; returns them, and those held already."""
    if not customer_ids:
        return set()
    return {row[0] for row in sql.rows(LOCK_FREE, {"ids": sql.array(sorted(customer_ids))}, hot=True)}


def save_profiles(profiles: Sequence[ProfileFigures]) -> None:
    """Write profiles over those that stand; of two for one customer the later in the list counts."""
    if not profiles:
        return
    latest = {profile.customer_id: profile for profile in sorted(profiles, key=lambda profile: profile.customer_id)}
    columns: dict[str, Any] = {
        name: [getattr(profile, name) for profile in latest.values()] for name in ProfileFigures.__struct_fields__
    }
    sql.run(SAVE_PROFILES, columns | {"refreshed_at": clock.now()})


def change_tags(
    customer_ids: Collection[int], *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> dict[int, int]:
    """Put tags on customers and take others off; returns, of those that changed, how many tags each has now."""
    return dict(sql.rows(CHANGE_TAGS, {"ids": sorted(customer_ids), "add": list(add), "remove": list(remove)}))


def rename_tag(old: str, new: str) -> list[int]:
    """Put one tag in another's place everywhere; returns the ids of the customers who had it."""
    return [row[0] for row in sql.rows(RENAME_TAG, {"old": old, "new": new})]


def point_to(survivor_id: int | None, customer_ids: Collection[int], *, aliases_of: Collection[int] = ()) -> list[int]:
    """Make customers, and the present aliases of some, aliases of the survivor (None: of nobody); returns their ids."""
    parameters = {"survivor_id": survivor_id, "ids": list(customer_ids), "aliases_of": list(aliases_of)}
    return sorted(row[0] for row in sql.rows(POINT_TO, parameters))
