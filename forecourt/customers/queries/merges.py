"""Who was one with whom, and since when."""

from datetime import datetime
from typing import Final, NamedTuple

from forecourt.kernel import sql

_MERGES: Final = "SELECT survivor_id, merged_id, moved, merged_at, undone_at FROM customers_merge ORDER BY id"


class MergeStep(NamedTuple):
    """From `at` on these customers were aliases of `into`; of nobody where it is None."""

    at: datetime
    ids: tuple[int, ...]
    into: int | None


def merge_steps() -> list[MergeStep]:
    """All that merges and their undoing did, in order. One statement."""
    found = []
    for survivor_id, merged_id, moved, merged_at, undone_at in sql.rows(_MERGES):
        found.append(MergeStep(merged_at, tuple(moved), survivor_id))
        if undone_at is not None:
            others = tuple(one for one in moved if one != merged_id)
            found += [MergeStep(undone_at, others, merged_id), MergeStep(undone_at, (merged_id,), None)]
    return sorted(found, key=lambda step: step.at)
