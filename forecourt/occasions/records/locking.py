"""Locks on customers as they are today."""

from collections.abc import Collection
from typing import Final

from django.utils.translation import gettext as _

from forecourt.customers import records as customer_records
from forecourt.kernel.problems import Unavailable
from forecourt.occasions import queries

_ATTEMPTS: Final = 3


def lock_survivors(customer_ids: Collection[int]) -> dict[int, int]:
    """Lock who these customers are today until the transaction ends; returns that by the ids given, unknown ones missing.

    Unavailable when they go on being merged meanwhile.
    """
    for _attempt in range(_ATTEMPTS):
        today = queries.survivor_ids(customer_ids)
        state = customer_records.lock(set(today.values()))
        if all(merged_into is None for merged_into in state.values()):
            return today
    raise Unavailable(_("Some of these customers are being merged just now; send it again."))
