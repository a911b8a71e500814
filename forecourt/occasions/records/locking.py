"""Locks on customers as they are today."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from forecourt.customers import records as customer_records
from forecourt.kernel.problems import Unavailable
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.values import Return
from forecourt.occasions import queries

_ATTEMPTS: Final = 3


def lock_survivors(customer_ids: Collection[int]) -> dict[int, int]:
    """Lock who these customers are today until the transaction ends; returns that by the ids given, unknown ones missing.

    Unavailable when they go on being merged meanwhile.
    """
    return _locked(customer_ids, customer_records.lock)


def lock_payers(customer_ids: Collection[int], wanted: Sequence[Return] = ()) -> dict[int, int]:
    """As `lock_survivors`, and with them, all at once in the same order, everybody from whose points they may spend and
    who paid for what is to be given back.
    """
    return _locked(customer_ids, lambda survivors: loyalty_records.lock_sharing(survivors, wanted))


def _locked(customer_ids: Collection[int], lock: Callable[[set[int]], Mapping[int, int | None]]) -> dict[int, int]:
    for _attempt in range(_ATTEMPTS):
        today = queries.survivor_ids(customer_ids)
        survivors = set(today.values())
        state = lock(survivors)
        if all(state.get(survivor) is None for survivor in survivors):
            return today
    raise Unavailable(_("Some of these customers are being merged just now; send it again."))
