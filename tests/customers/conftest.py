"""Customers to test with."""

import itertools

import pytest

from forecourt.customers import permissions, services
from forecourt.customers.values import IdentityKind, NewCustomer, NewIdentity, NewVehicle
from forecourt.kernel.actors import Actor

_numbers = itertools.count(1)


@pytest.fixture
def clerk() -> Actor:
    """Somebody who may do everything with customers except turn keys."""
    allowed = {permissions.VIEW, permissions.EDIT, permissions.MERGE, permissions.UNMASK}
    return Actor(kind="staff", id=1, name="E001", permissions=frozenset(allowed))


@pytest.fixture
def reader() -> Actor:
    """Somebody who may look customers up."""
    return Actor(kind="staff", id=2, name="E002", permissions=frozenset({permissions.VIEW}))


def new_customer(name: str = "张伟", *, phone: str = "", plate: str = "", card: str = "", **more) -> NewCustomer:
    identities = [NewIdentity(kind=IdentityKind.PHONE, value=phone)] if phone else []
    identities += [NewIdentity(kind=IdentityKind.CARD, value=card)] if card else []
    vehicles = (NewVehicle(plate=plate),) if plate else ()
    return NewCustomer(name=name, identities=tuple(identities), vehicles=vehicles, **more)


@pytest.fixture
def enrol(db, clerk):
    """Enrol a customer; returns its id."""

    def enrol(name: str = "张伟", **more) -> int:
        return services.create_customer(clerk, new_customer(name, **more))

    return enrol
