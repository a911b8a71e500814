"""Who customers are today."""

from collections.abc import Collection
from typing import Final

from forecourt import occasions
from forecourt.kernel import sql

SURVIVORS: Final = sql.load(occasions.__file__, "survivors")


def survivor_ids(customer_ids: Collection[int]) -> dict[int, int]:
    """Who each of these customers is today; unknown ids are missing. One statement."""
    if not customer_ids:
        return {}
    return dict(sql.rows(SURVIVORS, {"ids": sql.array(customer_ids)}, hot=True))
