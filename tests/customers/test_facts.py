"""What the engine asks about customers: who buys, with whom they share, what the claimed vehicle is used for."""

from datetime import datetime

import pytest

from forecourt.customers import queries, services
from forecourt.customers.models import Customer, Household
from forecourt.customers.values import (
    BuyerFacts,
    CustomerClaim,
    CustomerKind,
    NewCustomer,
    NewVehicle,
    Usage,
)
from forecourt.kernel import clock, sql


@pytest.fixture
def household(db) -> int:
    return Household.objects.create(name="张家", made_at=clock.now(), made_by="staff:E001").pk


def joined(customer_id: int) -> datetime:
    return Customer.objects.get(id=customer_id).joined_at


def test_a_buyer_is_told_with_tags_and_vehicles_of_the_family(enrol, clerk, household):
    first = enrol("张伟", plate="粤B00001", tags=("vip",))
    second = services.create_customer(
        clerk,
        NewCustomer(
            name="张伟货运",
            kind=CustomerKind.BUSINESS,
            tags=("fleet",),
            vehicles=(NewVehicle(plate="粤B00002", usage=Usage.HEAVY), NewVehicle(plate="粤B00003", usage=Usage.HEAVY)),
        ),
    )
    Customer.objects.filter(id=second).update(birthday=229)
    Customer.objects.filter(id=first).update(household_id=household)
    alone = enrol("李娜")
    services.merge_customers(clerk, first, second)
    with sql.watching() as statements:
        found = queries.buyers([first, alone, 10**9])
    assert len(statements) == 1
    assert found == {
        first: BuyerFacts(
            customer_id=first,
            kind=CustomerKind.PERSON,
            tags=frozenset({"vip", "fleet"}),
            birthday=229,
            joined_at=joined(first),
            household_id=household,
            usages=frozenset({Usage.PRIVATE, Usage.HEAVY}),
        ),
        alone: BuyerFacts(
            customer_id=alone,
            kind=CustomerKind.PERSON,
            tags=frozenset(),
            birthday=None,
            joined_at=joined(alone),
            household_id=None,
            usages=frozenset(),
        ),
    }
    assert queries.buyers([]) == {}
    assert queries.buyers([second])[second].tags == frozenset({"fleet"})


def test_a_household_is_told_to_each_of_its_members(enrol, clerk, household):
    first, second, third, alone = (enrol(name) for name in ("张伟", "王芳", "张小明", "李娜"))
    Customer.objects.filter(id__in=[first, second, third]).update(household_id=household)
    with sql.watching() as statements:
        found = queries.household_of([first, third, alone, 10**9])
    assert len(statements) == 1
    assert found == {first: (first, second, third), third: (first, second, third), alone: (alone,)}
    services.merge_customers(clerk, first, third)
    assert queries.household_of([second, third]) == {second: (first, second), third: (first, second)}
    assert queries.household_of([]) == {}


def test_a_claimed_plate_tells_what_the_vehicle_is_used_for(clerk, enrol):
    truck = services.create_customer(
        clerk, NewCustomer(name="张伟", vehicles=(NewVehicle(plate="粤B00001", usage=Usage.HEAVY),))
    )
    other = enrol("李娜", phone="13800000002")
    services.merge_customers(clerk, other, truck)
    found = queries.resolve(
        [CustomerClaim(plate="粤B00001"), CustomerClaim(phone="13800000002"), CustomerClaim(id=truck), None]
    )
    assert [one and (one.customer_id, one.usage) for one in found] == [
        (other, Usage.HEAVY),
        (other, None),
        (other, None),
        None,
    ]
