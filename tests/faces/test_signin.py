"""Signing in and out of the back office."""

import pytest
from django.test import Client

from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.models import AuditEntry
from forecourt.organisation import services
from forecourt.organisation.models import Staff
from forecourt.organisation.values import Role

PASSWORD = "correct horse 9 battery"


@pytest.fixture
def chief(db) -> Staff:
    id = services.create_staff(SYSTEM, username="chief", name="陈", password=PASSWORD, roles=[(Role.HEAD_OFFICE, None)])
    return Staff.objects.get(pk=id)


def test_staff_sign_in_by_name_and_password(chief, client: Client):
    assert not client.login(username="chief", password="wrong")
    assert client.login(username="CHIEF", password=PASSWORD)
    assert client.session["_auth_user_id"] == str(chief.pk)


def test_five_failures_lock_the_way_in(chief, client: Client):
    for _ in range(5):
        client.login(username="chief", password="wrong")
    assert not client.login(username="chief", password=PASSWORD)


def test_in_and_out_are_in_the_audit_trail(chief, client: Client):
    client.login(username="chief", password="wrong")
    client.login(username="chief", password=PASSWORD)
    client.logout()
    actions = AuditEntry.objects.filter(subject="staff:chief").order_by("at").values_list("action", flat=True)
    assert list(actions) == ["staff.create", "staff.sign_in_failed", "staff.sign_in", "staff.sign_out"]


def test_a_session_ends_with_the_account_and_with_the_password(chief, client: Client):
    from django.contrib.auth import get_user

    def signed_in() -> bool:
        from django.http import HttpRequest

        request = HttpRequest()
        request.session = client.session
        return get_user(request).is_authenticated

    client.login(username="chief", password=PASSWORD)
    assert signed_in()
    services.set_password(SYSTEM, chief.pk, "another good one 7")
    assert not signed_in()
    client.login(username="chief", password="another good one 7")
    services.create_staff(SYSTEM, username="two", name="2", password=PASSWORD, roles=[(Role.HEAD_OFFICE, None)])
    services.deactivate(SYSTEM, chief.pk)
    assert not signed_in()
