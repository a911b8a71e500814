"""A new key: everybody is found before, during and after, and nothing stays under the old one."""

import json
import os

import pytest

from forecourt.customers import queries, services
from forecourt.customers.models import Identity, Vehicle
from forecourt.customers.values import CustomerClaim, IdentityKind, NewIdentity
from forecourt.kernel import crypto
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.models import AuditEntry


@pytest.fixture
def rotate(monkeypatch):
    """Add a key and make it current, as `forecourt keys rotate` does; put back after the test.

    With `known`, this process knows these versions alone.
    """
    keys = {1: os.urandom(32).hex()}

    def use(known: set[int]) -> None:
        ring = {"current": max(known), "keys": {str(version): keys[version] for version in known}}
        monkeypatch.setenv("FORECOURT_KEYS", json.dumps(ring))
        crypto.keyring.cache_clear()

    def rotate(known: set[int] | None = None) -> None:
        if known is None:
            keys[len(keys) + 1] = os.urandom(32).hex()
        use(known or set(keys))

    use({1})
    yield rotate
    monkeypatch.undo()
    crypto.keyring.cache_clear()


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
