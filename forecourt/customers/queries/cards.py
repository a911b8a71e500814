"""Customers as screens and the API show them: personal values masked."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt import customers
from forecourt.customers import rules
from forecourt.customers.models import Customer, Identity, Merge, Note, Vehicle
from forecourt.customers.queries.households import household
from forecourt.customers.queries.recognition import family_ids
from forecourt.customers.values import (
    CustomerCard,
    CustomerKind,
    CustomerLine,
    IdentityKind,
    IdentityView,
    Likeness,
    MergeView,
    NoteView,
    PlateKind,
    ProfileFigures,
    TagCount,
    Usage,
    VehicleView,
)
from forecourt.kernel import sql
from forecourt.kernel.crypto import keyring
from forecourt.kernel.problems import NotFound

LINES: Final = sql.load(customers.__file__, "lines")
LINE_MARKS: Final = sql.load(customers.__file__, "line_marks")
TAGS: Final = sql.load(customers.__file__, "tags")
LIKENESSES: Final = sql.load(customers.__file__, "likenesses")
PROFILES: Final = "SELECT * FROM customers_profile WHERE customer_id = ANY(%(ids)s::bigint[])"
NOTES_SHOWN: Final = 100


def lines(customer_ids: Sequence[int]) -> list[CustomerLine]:
    """Customers for a list, in the order asked; unknown ids are left out. Two statements."""
    if not customer_ids:
        return []
    found = {row["id"]: row for row in sql.dicts(LINES, {"ids": list(customer_ids)})}
    marks: dict[tuple[int, str], list[str]] = {}
    for survivor_id, owner_id, kind, sealed in sql.rows(LINE_MARKS, {"ids": list(customer_ids)}):
        marks.setdefault((survivor_id, kind), []).append(_masked(kind, owner_id, sealed))
    return [
        CustomerLine(
            id=row["id"],
            name=row["name"],
            kind=CustomerKind(row["kind"]),
            phone=next(iter(marks.get((row["id"], "phone"), ())), ""),
            plates=tuple(marks.get((row["id"], rules.PLATE), ())),
            tags=tuple(row["tags"]),
            is_blocked=row["is_blocked"],
            joined_at=row["joined_at"],
            joined_station_id=row["joined_station_id"],
            profile=_figures(row, row["id"]),
        )
        for row in (found[customer_id] for customer_id in customer_ids if customer_id in found)
    ]


def customer_card(customer_id: int) -> CustomerCard:
    """All that is known of a customer; of a merged one, its survivor. NotFound when there is none.

    Not audited: a person reads it through `services.view_customer`.
    """
    family = family_ids(customer_id)
    customer = Customer.objects.filter(id=family[0]).first()
    if customer is None:
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    return CustomerCard(
        id=customer.id,
        name=customer.name,
        kind=CustomerKind(customer.kind),
        language=customer.language,
        tags=tuple(customer.tags),
        is_blocked=customer.is_blocked,
        joined_at=customer.joined_at,
        joined_station_id=customer.joined_station_id,
        custom=customer.custom,
        identities=tuple(map(_identity, Identity.objects.filter(customer_id__in=family).order_by("id"))),
        vehicles=tuple(map(_vehicle, Vehicle.objects.filter(customer_id__in=family).order_by("id"))),
        notes=tuple(
            NoteView(id=note.id, text=note.text, author=note.author, written_at=note.written_at)
            for note in Note.objects.filter(customer_id__in=family).order_by("-written_at", "-id")[:NOTES_SHOWN]
        ),
        aliases=tuple(family[1:]),
        merges=tuple(_merges(family)) if family[1:] else (),
        profile=profile([customer.id])[customer.id],
        birthday=customer.birthday if customer.birthday is not None else _birthday_of_aliases(family),
        household=household(customer.household_id) if customer.household_id else None,
    )


def _birthday_of_aliases(family: Sequence[int]) -> int | None:
    """The birthday that only those merged into a customer brought."""
    if not family[1:]:
        return None
    known = Customer.objects.filter(id__in=family[1:], birthday__isnull=False).order_by("id")
    return known.values_list("birthday", flat=True).first()


def profile(customer_ids: Collection[int]) -> dict[int, ProfileFigures]:
    """The profiles of customers; an empty one for who has none yet. One statement."""
    found = {row["customer_id"]: row for row in sql.dicts(PROFILES, {"ids": list(customer_ids)})}
    return {customer_id: _figures(found.get(customer_id, {}), customer_id) for customer_id in customer_ids}


def names(customer_ids: Collection[int]) -> dict[int, str]:
    """The names of customers, merged ones by their own; unknown ids are missing. One statement."""
    return dict(Customer.objects.filter(id__in=list(customer_ids)).values_list("id", "name"))


def tags(limit: int = 500) -> list[TagCount]:
    """The tags in use, those of most customers first."""
    return [TagCount(tag=tag, customers=count) for tag, count in sql.rows(TAGS, {"limit": limit})]


def possible_duplicates(limit: int = 100) -> list[Likeness]:
    """Customers who may be one, for somebody to look at: same name, same last four of a phone, card or plate."""
    return [Likeness(name=name, customer_ids=tuple(ids)) for name, ids in sql.rows(LIKENESSES, {"limit": limit})]


def _masked(kind: str, owner_id: int, sealed: bytes | memoryview) -> str:
    return rules.masked(kind, keyring().open(bytes(sealed), rules.seal_context(kind, owner_id)))


def _figures(row: dict[str, Any], customer_id: int) -> ProfileFigures:
    if row.get("customer_id") is None:
        return ProfileFigures(customer_id=customer_id)
    return ProfileFigures(**{name: row[name] for name in ProfileFigures.__struct_fields__})


def _identity(identity: Identity) -> IdentityView:
    return IdentityView(
        id=identity.id,
        customer_id=identity.customer_id,
        kind=IdentityKind(identity.kind),
        masked=_masked(identity.kind, identity.customer_id, identity.sealed),
        added_at=identity.added_at,
        verified_at=identity.verified_at,
    )


def _vehicle(vehicle: Vehicle) -> VehicleView:
    return VehicleView(
        id=vehicle.id,
        customer_id=vehicle.customer_id,
        plate=_masked(rules.PLATE, vehicle.customer_id, vehicle.plate_sealed),
        plate_kind=PlateKind(vehicle.plate_kind),
        usage=Usage(vehicle.usage),
        grade=vehicle.grade,
        tank=vehicle.tank,
        model=vehicle.model,
        added_at=vehicle.added_at,
    )


def _merges(family: Sequence[int]) -> list[MergeView]:
    """The merges that made this family and stand, the latest first."""
    standing = Merge.objects.filter(survivor_id__in=family, undone_at__isnull=True).order_by("-merged_at", "-id")
    known = names([merge.merged_id for merge in standing])
    return [
        MergeView(
            id=merge.id,
            survivor_id=merge.survivor_id,
            merged_id=merge.merged_id,
            merged_name=known.get(merge.merged_id, ""),
            moved=tuple(merge.moved),
            reason=merge.reason,
            merged_at=merge.merged_at,
            merged_by=merge.merged_by,
        )
        for merge in standing
    ]
