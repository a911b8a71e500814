"""Enrolling customers, one and many."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from forecourt.customers import queries, services
from forecourt.customers.models import Customer
from forecourt.customers.values import (
    CustomerClaim,
    IdentityKind,
    NewCustomer,
    NewIdentity,
    NewVehicle,
    Resolved,
    Usage,
)
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import AuditEntry, EventRow
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, Problem
from tests.customers.conftest import new_customer

PHONE, PLATE, CARD = "13800138000", "粤B12345", "6222021234567890"


def found(**claim) -> Resolved | None:
    return queries.resolve([CustomerClaim(**claim)])[0]


def test_a_customer_is_found_by_everything_it_was_enrolled_with(enrol):
    customer_id = enrol(phone=PHONE, plate=PLATE, card=CARD)
    for claim in (
        {"phone": "+86 138-0013-8000"},
        {"plate": "粤b·12345"},
        {"card": "6222 0212 3456 7890"},
        {"id": customer_id},
    ):
        assert found(**claim) == Resolved(
            customer_id=customer_id, is_blocked=False, usage=Usage.PRIVATE if "plate" in claim else None
        )


def test_a_list_of_claims_takes_one_statement_and_keeps_its_order(enrol):
    first, second = enrol(phone=PHONE), enrol("李娜", plate=PLATE)
    claims = [
        None,
        CustomerClaim(plate=PLATE),
        CustomerClaim(phone="13900000000"),
        CustomerClaim(phone="nonsense"),
        CustomerClaim(id=first),
        CustomerClaim(phone=PHONE),
        CustomerClaim(phone=PHONE, id=first),
        CustomerClaim(),
    ]
    with sql.watching() as statements:
        answers = queries.resolve(claims * 50)
    assert len(statements) == 1
    assert [answer and answer.customer_id for answer in answers[:8]] == [
        None, second, None, None, first, first, None, None,
    ]  # fmt: skip
    assert answers[:8] * 50 == answers


def test_joining_is_told_and_audited_without_personal_values(enrol, station):
    customer_id = enrol(phone=PHONE, station="S001", joined_at=datetime(2025, 3, 1, tzinfo=UTC))
    event = EventRow.objects.get(name="customer.joined.v1")
    assert (event.customer_id, event.occurred_at) == (customer_id, datetime(2025, 3, 1, tzinfo=UTC))
    assert event.body["station_id"] == station.id
    assert AuditEntry.objects.get(action="customer.create").customer_id == customer_id
    assert queries.customer_card(customer_id).joined_station_id == station.id


def test_somebody_elses_phone_or_plate_is_a_conflict_that_names_them(enrol):
    owner = enrol(phone=PHONE, plate=PLATE)
    for mine in ({"phone": PHONE}, {"plate": PLATE}):
        with pytest.raises(Conflict, match=f"belongs to customer {owner} already; merge the two") as conflict:
            enrol("李娜", **mine)
        assert PHONE not in conflict.value.detail
    assert Customer.objects.count() == 1


def test_one_bad_item_of_a_list_spoils_no_other(db, clerk, enrol):
    owner = enrol(phone=PHONE)
    answers = services.create_customers(
        clerk,
        [
            new_customer("一", phone="13800000001", plate=PLATE),
            new_customer("二", phone="1380"),
            new_customer("三", phone=PHONE),
            new_customer("四", phone="138 0000 0001"),
            new_customer("五", plate="粤B·12345"),
            new_customer("六", phone="13800000001", card="1"),
            new_customer("七", station="S999"),
            new_customer("八"),
        ],
    )
    assert [isinstance(answer, int) for answer in answers] == [True, *[False] * 6, True]
    assert answers[1].fields.keys() == {"identities.0.value"}
    assert f"customer {owner}" in answers[2].detail
    assert "item 0 of this list" in answers[3].detail
    assert "item 0 of this list" in answers[4].detail
    assert isinstance(answers[5], Invalid)
    assert answers[6].fields.keys() == {"station"}
    assert found(phone="13800000001").customer_id == answers[0]


def test_who_fails_does_not_hold_his_numbers_against_later_ones(db, clerk, enrol):
    enrol(plate=PLATE)
    first, second = services.create_customers(
        clerk, [new_customer("一", phone=PHONE, plate=PLATE), new_customer("二", phone=PHONE)]
    )
    assert isinstance(first, Conflict)
    assert found(phone=PHONE).customer_id == second


@pytest.mark.parametrize("size", [1, 200])
def test_a_list_of_any_size_takes_the_same_statements(db, clerk, size, django_assert_num_queries):
    services.create_customers(clerk, [new_customer("零", phone="13700000000", plate="粤C00000")])
    batch = [new_customer("一", phone=f"138{n:08d}", plate=f"粤B{n:05d}", card=f"{n:08d}") for n in range(size)]
    with sql.watching() as statements:
        answers = services.create_customers(clerk, batch)
    assert len([answer for answer in answers if isinstance(answer, int)]) == size
    asked = [text for text in statements if "pg_class" not in text]  # whether this month has its partition
    assert len(asked) == 8
    assert EventRow.objects.filter(name="customer.joined.v1").count() == size + 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "   "}, "name"),
        ({"joined_at": datetime(2025, 1, 1)}, "joined_at"),
        ({"joined_at": clock.now() + timedelta(days=30)}, "joined_at"),
        ({"vehicles": (NewVehicle(plate="粤B12345", tank="-1"),)}, "vehicles.0.tank"),
        ({"vehicles": (NewVehicle(plate="!"),)}, "vehicles.0.plate"),
        ({"identities": (NewIdentity(kind=IdentityKind.EMAIL, value="x"),)}, "identities.0.value"),
        ({"tags": tuple(f"t{n}" for n in range(51))}, "tags"),
        ({"language": "a\0"}, "language"),
    ],
)
def test_a_fault_is_named_by_its_field(db, clerk, wrong, field):
    if field == "vehicles.0.tank":
        from decimal import Decimal

        wrong = {"vehicles": (NewVehicle(plate="粤B12345", tank=Decimal(-1)),)}
    with pytest.raises(Invalid) as refused:
        services.create_customer(clerk, NewCustomer(**{"name": "张伟"} | wrong))
    assert refused.value.fields.keys() == {field}


def test_hostile_names_are_kept_as_they_are(enrol):
    for name in ("O'Hara\\", "tab\there", 'a"b{c},d', "\\N", "名" * 120):
        assert queries.customer_card(enrol(name, tags=('x"y', "a,b\\", "{}"))).name == " ".join(name.split())
    assert queries.tags()[0].customers == 5


def test_a_number_given_for_a_name_or_tag_is_masked(enrol):
    card = queries.customer_card(enrol("张伟 13800138000", tags=("粤B12345",)))
    assert (card.name, card.tags) == ("张伟 138****8000", ("粤B·12**5",))


def test_whoever_may_not_edit_enrols_nobody(db, reader, station):
    with pytest.raises(NotAllowed):
        services.create_customer(reader, new_customer())
    elsewhere = Actor(kind="key", name="k", permissions=frozenset({"customers.edit"}), stations=frozenset({10**6}))
    with pytest.raises(NotAllowed, match="no access to station S001"):
        services.create_customer(elsewhere, new_customer(station="S001"))


def test_two_who_enrol_the_same_customers_at_once_never_fail_and_never_double(committed, clerk):
    batch = [new_customer("张", phone=f"138{n:08d}", plate=f"粤B{n:05d}") for n in range(300)]
    answers: list[list[int | Problem]] = []

    def enrol(customers):
        try:
            answers.append(services.create_customers(clerk, customers))
        finally:
            connection.close()

    threads = [threading.Thread(target=enrol, args=(part,)) for part in (batch, batch[::-1], batch[100:] + batch[:100])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert sum(isinstance(answer, int) for part in answers for answer in part) == 300
    assert all(isinstance(answer, int | Conflict) for part in answers for answer in part)
    assert Customer.objects.count() == 300


def test_no_number_stands_in_clear_anywhere(enrol, clerk):
    customer_id = enrol(phone=PHONE, plate=PLATE, card=CARD)
    email = NewIdentity(kind=IdentityKind.EMAIL, value="zhang.wei@qq.com")
    identity_id = services.add_identity(clerk, customer_id, email)
    services.write_note(clerk, customer_id, f"回电 {PHONE}，换车 粤B·12345，卡 {CARD}，邮箱 zhang.wei@qq.com")
    services.block_customer(clerk, customer_id, f"盗用 {PHONE}")
    services.unblock_customer(clerk, customer_id, f"误报，{PLATE}")
    services.unmask_identity(clerk, identity_id, f"来电 {PHONE} 核实 {PLATE}")
    queries.search(clerk, PHONE)
    other = enrol("李娜")
    services.merge_customers(clerk, customer_id, other, f"同一手机 {PHONE}")
    secrets = [PHONE, PLATE, "粤B·12345", CARD, "zhang.wei@qq.com"]
    with connection.cursor() as cursor:
        for table in [name for name in connection.introspection.table_names(cursor)]:
            if not table.startswith(("customers_", "kernel_")):
                continue
            cursor.execute(f'SELECT to_jsonb("{table}")::text FROM "{table}"')
            text = "\n".join(row for (row,) in cursor.fetchall())
            for secret in secrets:
                assert secret not in text, table
                assert secret.encode().hex() not in text, table
