"""A new key: everybody is found before, during and after, and nothing stays under the old one."""

from forecourt.customers import queries, rules, services, tasks
from forecourt.customers.models import FormerMark, Identity, Vehicle
from forecourt.customers.values import CustomerClaim, IdentityKind, NewIdentity
from forecourt.kernel import clock, crypto
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.models import AuditEntry


def found() -> list[int | None]:
    claims = [CustomerClaim(phone="13800138000"), CustomerClaim(plate="粤B12345"), CustomerClaim(card="88881234")]
    return [who and who.customer_id for who in queries.resolve(claims)]


def test_everybody_is_found_before_during_and_after(rotate, enrol, clerk):
    customer_id = enrol(phone="13800138000", plate="粤B12345", card="88881234")
    rotate()
    assert found() == [customer_id] * 3
    assert services.add_identity(clerk, customer_id, NewIdentity(kind=IdentityKind.PHONE, value="13800138000"))
    assert Identity.objects.count() == 2
    assert [services.reseal(SYSTEM, 2), services.reseal(SYSTEM, 2), services.reseal(SYSTEM, 2)] == [2, 1, 0]
    assert found() == [customer_id] * 3
    assert [line.id for line in queries.search(clerk, "8000").items] == [customer_id]
    for identity in Identity.objects.all():
        assert (identity.index[0], identity.last_four_index[0], identity.sealed[0]) == (2, 2, 2)
    vehicle = Vehicle.objects.get()
    assert (vehicle.plate_index[0], vehicle.last_four_index[0], vehicle.plate_sealed[0]) == (2, 2, 2)
    card = queries.customer_card(customer_id)
    assert services.unmask_plate(clerk, card.vehicles[0].id, "核对") == "粤B12345"


def test_two_rotations_are_caught_up_with_at_once(rotate, enrol):
    first = enrol("一", phone="13800138000")
    rotate()
    enrol("二", plate="粤B12345")
    rotate()
    assert services.reseal(SYSTEM, 100) == 2
    assert found()[0] == first
    assert services.reseal(SYSTEM, 100) == 0


def test_a_double_made_while_keys_changed_stays_with_whom_had_it_first(rotate, enrol):
    first = enrol("一", phone="13800138000")
    rotate()
    rotate(known={2})
    second = enrol("二", phone="13800138000")
    rotate(known={1, 2})
    assert services.reseal(SYSTEM, 100) == 1
    assert found()[0] == first
    entry = AuditEntry.objects.get(action="customer.duplicate_dropped")
    assert (entry.customer_id, entry.detail) == (second, {"kind": "phone", "kept_by": first})


EVERYTHING = {"phone": "13800138000", "plate": "粤B12345", "card": "88881234"}


def give_up_everything(clerk, customer_id: int) -> None:
    for identity in Identity.objects.filter(customer_id=customer_id):
        services.remove_identity(clerk, customer_id, identity.id)
    for vehicle in Vehicle.objects.filter(customer_id=customer_id):
        services.remove_vehicle(clerk, customer_id, vehicle.id)


def test_what_was_given_up_is_sealed_and_indexed_anew_too(rotate, enrol, clerk):
    customer_id = enrol("一", **EVERYTHING)
    give_up_everything(clerk, customer_id)
    assert [services.reseal(SYSTEM), FormerMark.objects.count()] == [0, 3]
    FormerMark.objects.create(
        customer_id=customer_id, mark=b"\x01" * 16, given_up_at=clock.now()
    )  # of earlier versions
    rotate()
    assert [services.reseal(SYSTEM, 2), services.reseal(SYSTEM, 2), services.reseal(SYSTEM, 2)] == [2, 1, 0]
    rows = FormerMark.objects.exclude(sealed=None).order_by("kind")
    assert {(row.mark[0], row.sealed[0]) for row in rows} == {(2, 2)}
    other = enrol("二", **EVERYTHING)
    give_up_everything(clerk, other)
    again = FormerMark.objects.filter(customer_id=other).order_by("kind")
    assert [(row.kind, bytes(row.mark)) for row in again] == [(row.kind, bytes(row.mark)) for row in rows]


def test_of_a_number_that_was_given_up_the_last_four_are_kept(rotate, enrol, clerk):
    customer_id = enrol(phone="13800138000")
    services.add_identity(clerk, customer_id, NewIdentity(kind=IdentityKind.EMAIL, value="zhang@example.com"))
    give_up_everything(clerk, customer_id)
    ring = crypto.keyring()
    kept = {
        row.kind: ring.open(row.sealed, rules.seal_context(row.kind, customer_id)) for row in FormerMark.objects.all()
    }
    assert kept == {"phone.last4": "8000", "email": "zhang@example.com"}


def test_the_worker_seals_everything_again(rotate, enrol, clerk):
    customer_id = enrol(phone="13800138000", plate="粤B12345")
    assert tasks.reseal(0) == 0
    rotate()
    assert (tasks.reseal(0), tasks.reseal(0)) == (2, 0)
    assert found()[:2] == [customer_id] * 2
