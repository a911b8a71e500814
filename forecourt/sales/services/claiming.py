"""Claiming the names of a list, and locking its members."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Final, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from forecourt.customers import queries as customers
from forecourt.customers import records as customer_records
from forecourt.kernel import clock, ids
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.crypto import keyring
from forecourt.kernel.problems import Problem, Unavailable
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.values import Return
from forecourt.sales import queries, records, rules
from forecourt.sales.values import Answer, KnownSale, NewSale

P = ParamSpec("P")
R = TypeVar("R")
_TIMES: Final = 6
_said: Final = msgspec.msgpack.Encoder(decimal_format="string").encode


class New(NamedTuple):
    """A sale whose name was free."""

    position: int
    sale_id: UUID
    known: KnownSale
    recorded_by: str


def name_of(known: KnownSale) -> queries.Name:
    return (known.station.id, known.sale.source, known.sale.source_ref)


def claim(known: Sequence[KnownSale | Problem], labels: Sequence[str]) -> tuple[list[New], list[Answer | None]]:
    """Claim the names of the list, each once; returns what is new, and the answers so far (problems)."""
    answers: list[Answer | None] = [item if isinstance(item, Problem) else None for item in known]
    firsts: dict[queries.Name, tuple[int, KnownSale]] = {}
    for position, item in enumerate(known):
        if not isinstance(item, Problem):
            firsts.setdefault(name_of(item), (position, item))
    candidates = [
        New(position, sale_id, item, labels[position])
        for sale_id, (position, item) in zip(ids.uuid7s(len(firsts)), firsts.values(), strict=True)
    ]
    names = [
        records.Claimed(
            station_id=item.known.station.id,
            source=item.known.sale.source,
            source_ref=item.known.sale.source_ref,
            sale_id=item.sale_id,
            customer_id=item.known.customer_id,
            business_date=item.known.business_date,
            body_hash=fingerprint(item.known.sale),
        )
        for item in candidates
    ]
    free = records.claim(names) if names else set()
    return [item for item in candidates if item.sale_id in free], answers


def fingerprint(sale: NewSale) -> bytes:
    """A keyed digest of all that a till said of a sale, figures in canonical form, to tell a replay from a conflict."""
    return keyring().fingerprint(
        _said(
            (
                sale.occurred_at.astimezone(clock.UTC),
                sale.business_date,
                sale.customer,
                sale.pump,
                sale.staff,
                sale.lines,
                sale.tenders,
                # what came later is said only where it is, so that the digests of earlier sales stay
                *((sale.coupons, sale.pricing, sale.reservation) if _says_more(sale) else ()),
            )
        )
    )


def _says_more(sale: NewSale) -> bool:
    return bool(sale.coupons or sale.pricing or sale.reservation)


def _pays_with_points(sale: NewSale) -> bool:
    return sale.reservation is not None or any(tender.kind == rules.POINTS for tender in sale.tenders)


def hold_of(customer_id: int, reservation_id: UUID, reason: str = "") -> Return:
    """The points that a reservation holds, to be given back."""
    return Return(customer_id=customer_id, origin=f"hold:{reservation_id}", reason=reason, actor=SYSTEM.label)


class MergedMeanwhile(Exception):
    """Somebody was merged into another between being recognised and being locked: let go of everything and begin anew.

    The survivor must not be locked after them, out of the order in which everybody locks.
    """


def begun_anew(command: Callable[P, R]) -> Callable[P, R]:
    """A command, a transaction of its own, that begins anew where somebody was merged meanwhile: then the survivor is found.

    Unavailable, to be sent again, where that goes on and on.
    """

    @wraps(command)
    def begin(*args: P.args, **kwargs: P.kwargs) -> R:
        for _time in range(_TIMES):
            try:
                return command(*args, **kwargs)
            except MergedMeanwhile:
                continue
        raise Unavailable(_("Some of these customers are being merged just now; send it again."))

    return begin


def lock(new: Sequence[New], holds: Sequence[Return] = ()) -> None:
    """Lock the members of new sales, and whoever paid for what their reservations, and these `holds`, give back; all at once.

    MergedMeanwhile where one was merged away since it was recognised.
    """
    members = {item.known.customer_id for item in new if item.known.is_member}
    # who pays with points may take them from a household, whose members are locked in the same order, all at once
    shares = any(_pays_with_points(item.known.sale) for item in new)
    if shares or holds:
        own = [
            hold_of(item.known.customer_id, item.known.sale.reservation)
            for item in new
            if item.known.is_member and item.known.sale.reservation is not None
        ]
        survivors = customers.merged_into({hold.customer_id for hold in holds} - members).values()
        merged = loyalty_records.lock_sharing(members.union(survivors), [*own, *holds])
    else:
        merged = customer_records.lock(members)
    if any(merged.get(customer_id) is not None for customer_id in members):
        raise MergedMeanwhile
