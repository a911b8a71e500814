"""Referrals and sign-ups are found by the member, and lists that are longer than a page go on."""

import re

import pytest

from forecourt.faces.backoffice.screens import referrals as screen
from forecourt.kernel import sql
from forecourt.occasions import services
from forecourt.occasions.models import SignUp
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, Role
from tests.occasions.at_events import join
from tests.occasions.conftest import furnished, opened, set_back
from tests.sales.scenes import HEAD_OFFICE, Chain, phone


@pytest.fixture
def chain(db) -> Chain:
    return furnished()


@pytest.fixture
def page(chain, client):
    """`page(path)`: what head office reads there."""
    role = NewRole(role=Role.HEAD_OFFICE)
    organisation.create_staff(HEAD_OFFICE, username="e1", name="e1", password="long-enough-password-1", roles=[role])
    client.force_login(Staff.objects.get(username="e1"))

    def read(path: str) -> str:
        response = client.get(f"/admin/{path}")
        assert response.status_code == 200, path
        return " ".join(response.content.decode().split())

    return read


def brought(chain: Chain, many: int) -> list[int]:
    """So many members whom the first one brought."""
    old, *new = chain.enrol(many + 1)
    set_back("customers_customer", "joined_at", 400, id=old)
    code = services.referral_code(HEAD_OFFICE, old)
    for one in new:
        services.make_referral(HEAD_OFFICE, one, code)
    return new


def link_to(customer_id: int) -> str:
    return f'/customers/{customer_id}/"'


def test_a_referral_is_found_by_either_member(chain, page):
    first, second = brought(chain, 2)
    found = page(f"referrals/?q={phone(3)}")
    assert link_to(second) in found
    assert link_to(first) not in found
    assert {link_to(one) in page(f"referrals/?q={phone(1)}") for one in (first, second)} == {True}
    assert "No referrals here" in page("referrals/?q=nobody")


def test_all_referrals_that_wait_for_a_person_are_reached(chain, page):
    new = brought(chain, screen.PAGE + 2)
    sql.run("UPDATE occasions_referral SET flags = ARRAY['alike']")
    begun = page("referrals/?state=rewarded")
    after = re.search(r"flagged_after=(\d+)", begun)[1]
    rest = page(f"referrals/?state=rewarded&flagged_after={after}")
    assert link_to(new[0]) not in begun
    assert link_to(new[0]) in rest
    assert link_to(new[-1]) not in rest


def test_a_sign_up_is_found_by_the_members_name_phone_or_code(chain, page):
    event = opened()
    first, second = chain.enrol(2)
    for one in (first, second):
        join(event, one)
    sql.run("UPDATE customers_customer SET name = '欧阳一' WHERE id = %(id)s", {"id": second})
    code = SignUp.objects.get(customer_id=second).code
    for text in ("欧阳", phone(2), f"{code[:4].lower()}-{code[4:]}"):
        found = page(f"member-events/{event}/?q={text}")
        assert link_to(second) in found, text
        assert link_to(first) not in found, text
    assert "Nobody found" in page(f"member-events/{event}/?q=nobody")
