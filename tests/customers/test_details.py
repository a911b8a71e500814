"""What staff do with one customer, and what others see of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forecourt.customers import permissions, queries, services
from forecourt.customers.values import (
    CustomerChanges,
    CustomerClaim,
    IdentityKind,
    NewIdentity,
    NewVehicle,
    Usage,
    VehicleChanges,
)
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.models import AuditEntry, EventRow
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound

PHONE, PLATE = "13800138000", "粤B12345"
phone = NewIdentity(kind=IdentityKind.PHONE, value=PHONE)


def changes(customer_id: int) -> list[list[str]]:
    """The fields of each change that was told, in order."""
    rows = EventRow.objects.filter(name="customer.changed.v1", customer_id=customer_id).order_by("recorded_at", "id")
    return [row.body["fields"] for row in rows]


def test_only_what_is_given_changes_and_only_that_is_told(enrol, clerk):
    customer_id = enrol("张伟", tags=("常客",))
    services.update_customer(
        clerk, customer_id, CustomerChanges(name="张伟明", custom={"job": "司机", "lucky": 8, "vip": True})
    )
    services.update_customer(clerk, customer_id, CustomerChanges(name="张伟明", custom={"lucky": None}))
    services.update_customer(clerk, customer_id, CustomerChanges(name="张伟明"))
    card = queries.customer_card(customer_id)
    assert (card.name, card.tags, card.custom) == ("张伟明", ("常客",), {"job": "司机", "vip": True})
    assert changes(customer_id) == [["name", "custom"], ["custom"]]
    assert [entry.detail for entry in AuditEntry.objects.filter(action="customer.update").order_by("at")] == [
        {"fields": ["name", "custom"]},
        {"fields": ["custom"]},
    ]


def test_an_identity_is_added_once_confirmed_and_taken_away(enrol, clerk):
    customer_id = enrol()
    identity_id = services.add_identity(clerk, customer_id, phone)
    again = NewIdentity(kind=IdentityKind.PHONE, value="+86 138 0013 8000")
    assert services.add_identity(clerk, customer_id, again) == identity_id
    services.verify_identity(clerk, customer_id, identity_id)
    assert queries.customer_card(customer_id).identities[0].verified_at is not None
    services.remove_identity(clerk, customer_id, identity_id)
    assert queries.resolve([CustomerClaim(phone=PHONE)]) == [None]
    assert changes(customer_id) == [["identities"]] * 3
    with pytest.raises(NotFound):
        services.remove_identity(clerk, customer_id, identity_id)


def test_what_belongs_to_another_is_refused_until_removed_there(enrol, clerk):
    owner, other = enrol("李娜", phone=PHONE, plate=PLATE), enrol()
    with pytest.raises(Conflict, match=f"belongs to customer {owner} already"):
        services.add_identity(clerk, other, phone)
    with pytest.raises(Conflict, match=f"belongs to customer {owner} already"):
        services.add_vehicle(clerk, other, NewVehicle(plate="粤B·12345"))
    card = queries.customer_card(owner)
    with pytest.raises(NotFound):
        services.remove_identity(clerk, other, card.identities[0].id)
    with pytest.raises(NotFound):
        services.remove_vehicle(clerk, other, card.vehicles[0].id)
    services.remove_identity(clerk, owner, card.identities[0].id)
    services.remove_vehicle(clerk, owner, card.vehicles[0].id)
    services.add_identity(clerk, other, phone)
    services.add_vehicle(clerk, other, NewVehicle(plate=PLATE))
    assert [
        found.customer_id for found in queries.resolve([CustomerClaim(phone=PHONE), CustomerClaim(plate=PLATE)])
    ] == [
        other,
        other,
    ]


def test_a_vehicle_is_added_once_and_changed(enrol, clerk):
    customer_id = enrol()
    vehicle_id = services.add_vehicle(clerk, customer_id, NewVehicle(plate=PLATE, grade="95", tank=Decimal("55")))
    assert services.add_vehicle(clerk, customer_id, NewVehicle(plate="粤b 12345")) == vehicle_id
    services.update_vehicle(clerk, customer_id, vehicle_id, VehicleChanges(usage=Usage.HEAVY, tank=None, model="重卡"))
    vehicle = queries.customer_card(customer_id).vehicles[0]
    assert (vehicle.usage, vehicle.tank, vehicle.model, vehicle.grade) == (Usage.HEAVY, None, "重卡", "95")
    services.update_vehicle(clerk, customer_id, vehicle_id, VehicleChanges(grade="95"))
    assert changes(customer_id) == [["vehicles"]] * 2
    with pytest.raises(Invalid, match="tank"):
        services.update_vehicle(clerk, customer_id, vehicle_id, VehicleChanges(tank=Decimal("NaN")))


def test_tags_on_one_and_on_many(enrol, clerk):
    one, two, three = enrol("一", tags=("a", "b")), enrol("二", tags=("b",)), enrol("三")
    services.set_tags(clerk, three, [" c ", "c", "a"])
    assert services.add_tags(clerk, [one, two, 10**9], ["b", "c"]) == 2
    assert services.add_tags(clerk, [one, two], ["c"]) == 0
    assert services.remove_tags(clerk, [one, two, three], ["a"]) == 2
    assert [queries.customer_card(one).tags, queries.customer_card(two).tags] == [("b", "c"), ("b", "c")]
    assert services.rename_tag(clerk, "b", "c") == 2
    assert services.rename_tag(clerk, "c", "常客") == 3
    assert [(row.tag, row.customers) for row in queries.tags()] == [("常客", 3)]
    assert changes(three) == [["tags"]] * 3
    with pytest.raises(Invalid, match="50 are the most"):
        services.add_tags(clerk, [one], [f"t{n}" for n in range(50)])
    assert queries.customer_card(one).tags == ("常客",)


def test_notes_are_written_and_taken_away(enrol, clerk):
    customer_id = enrol()
    services.write_note(clerk, customer_id, "喜欢 95#")
    note_id = services.write_note(clerk, customer_id, f"  改打 {PHONE}  ")
    notes = queries.customer_card(customer_id).notes
    assert [(note.text, note.author) for note in notes] == [
        ("改打 138****8000", clerk.label),
        ("喜欢 95#", clerk.label),
    ]
    services.remove_note(clerk, customer_id, note_id)
    assert len(queries.customer_card(customer_id).notes) == 1
    for wrong in ("  ", "x" * 4001, "a\0b"):
        with pytest.raises(Invalid, match="text"):
            services.write_note(clerk, customer_id, wrong)


def test_blocking_is_seen_at_the_till_and_audited_with_its_reason(enrol, clerk):
    customer_id = enrol(phone=PHONE)
    services.block_customer(clerk, customer_id, "欠款")
    services.block_customer(clerk, customer_id, "欠款")
    assert queries.resolve([CustomerClaim(phone=PHONE)])[0].is_blocked
    services.unblock_customer(clerk, customer_id, "已还清")
    assert not queries.resolve([CustomerClaim(phone=PHONE)])[0].is_blocked
    entries = AuditEntry.objects.filter(action__in=["customer.block", "customer.unblock"]).order_by("at")
    assert [entry.reason for entry in entries] == ["欠款", "已还清"]
    with pytest.raises(Invalid, match="reason"):
        services.block_customer(clerk, customer_id, " ")


def test_a_reader_is_audited_once_an_hour(enrol, clerk, reader):
    customer_id = enrol()
    for _ in range(3):
        services.view_customer(reader, customer_id)
    services.view_customer(clerk, customer_id)
    views = AuditEntry.objects.filter(action="customer.view", customer_id=customer_id)
    assert sorted(views.values_list("actor", flat=True)) == [clerk.label, reader.label]
    with pytest.raises(NotFound):
        services.view_customer(reader, 10**9)


def test_unmasking_needs_permission_and_reason_and_is_audited(enrol, clerk, reader):
    customer_id = enrol(phone=PHONE, plate=PLATE)
    card = queries.customer_card(customer_id)
    assert services.unmask_identity(clerk, card.identities[0].id, "客户来电") == "+8613800138000"
    assert services.unmask_plate(clerk, card.vehicles[0].id, "客户来电") == PLATE
    entries = AuditEntry.objects.filter(action="customer.unmask", customer_id=customer_id)
    assert {(entry.detail["kind"], entry.reason) for entry in entries} == {("phone", "客户来电"), ("plate", "客户来电")}
    with pytest.raises(Invalid, match="reason"):
        services.unmask_identity(clerk, card.identities[0].id, "")
    with pytest.raises(NotAllowed):
        services.unmask_identity(reader, card.identities[0].id, "好奇")
    with pytest.raises(NotFound):
        services.unmask_plate(clerk, 10**9, "客户来电")


def test_who_may_only_look_changes_nothing(enrol, reader):
    customer_id = enrol(phone=PHONE)
    for attempt in (
        lambda: services.update_customer(reader, customer_id, CustomerChanges(name="x")),
        lambda: services.add_identity(reader, customer_id, phone),
        lambda: services.remove_identity(reader, customer_id, 1),
        lambda: services.verify_identity(reader, customer_id, 1),
        lambda: services.add_vehicle(reader, customer_id, NewVehicle(plate=PLATE)),
        lambda: services.update_vehicle(reader, customer_id, 1, VehicleChanges()),
        lambda: services.remove_vehicle(reader, customer_id, 1),
        lambda: services.set_tags(reader, customer_id, ["x"]),
        lambda: services.add_tags(reader, [customer_id], ["x"]),
        lambda: services.remove_tags(reader, [customer_id], ["x"]),
        lambda: services.rename_tag(reader, "x", "y"),
        lambda: services.write_note(reader, customer_id, "x"),
        lambda: services.remove_note(reader, customer_id, 1),
        lambda: services.block_customer(reader, customer_id, "x"),
        lambda: services.unblock_customer(reader, customer_id, "x"),
        lambda: services.reseal(reader),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert permissions.RESEAL not in permissions.ROLES
    assert services.reseal(SYSTEM) == 0


def test_nobody_is_not_found(db, clerk):
    with pytest.raises(NotFound, match="no customer 999"):
        services.update_customer(clerk, 999, CustomerChanges(name="x"))
    with pytest.raises(NotFound):
        queries.customer_card(-5)


def test_the_timeline_is_read_in_pages_over_the_whole_family(enrol, clerk):
    first, second = enrol("一"), enrol("二", joined_at=clock.now() - timedelta(days=400))
    for number in range(4):
        services.write_note(clerk, (first, second)[number % 2], f"n{number}")
    services.merge_customers(clerk, first, second)
    family = queries.family_ids(first)
    whole = queries.timeline(family, limit=100)
    assert [event.name for event in whole] == [
        "customer.merged.v1",
        *["customer.note_written.v1"] * 4,
        "customer.joined.v1",
        "customer.joined.v1",
    ]
    pages, before = [], None
    while page := queries.timeline(family, before, 2):
        pages += page
        before = queries.timeline_cursor(page[-1])
    assert pages == whole
    assert [event.customer_id for event in queries.timeline(family, names=["customer.joined.v1"])] == [first, second]
    assert queries.timeline(family, names=[]) == []
    with pytest.raises(Invalid, match="cursor"):
        queries.timeline(family, "nonsense")
