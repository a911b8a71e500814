"""Points and tiers on the customer page; adjustments that wait for a second person."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.loyalty import queries, records
from forecourt.loyalty.values import Gift
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.queries import company
from forecourt.organisation.values import NewRole, Role
from forecourt.sales.services import review_tiers
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, Chain, ago, day_of, open_chain, phone, points, water


@pytest.fixture
def chain(db) -> Chain:
    chain = open_chain()
    chain.publish(replace(PROGRAMME, adjust_limit=100, household_shares=True), valid_from=ago(2))
    return chain


@pytest.fixture
def signed(chain, client):
    """`signed("e1")`: the client, signed in as that member of head office."""

    def sign_in(name: str, role: Role = Role.HEAD_OFFICE):
        staff = Staff.objects.filter(username=name).first()
        if staff is None:
            organisation.create_staff(
                HEAD_OFFICE, username=name, name=name, password="long-enough-password-1", roles=[NewRole(role=role)]
            )
            staff = Staff.objects.get(username=name)
        client.force_login(staff)
        return client

    return sign_in


def page(client, path: str) -> str:
    response = client.get(f"/admin/{path}")
    assert response.status_code == 200, path
    return " ".join(response.content.decode().split())


def test_the_customer_page_tells_what_can_be_spent_what_is_pending_and_with_whom(chain, signed):
    first, second = chain.enrol(2)
    customer_services.make_household(HEAD_OFFICE, "", [first, second])
    records.give([Gift(customer_id=first, points=1234, origin="gift:1", reason="x", actor="")])
    chain.publish(replace(PROGRAMME, pending_days=9, household_shares=True), valid_from=ago(1))
    records.give([Gift(customer_id=second, points=77, origin="gift:1", reason="x", actor="", is_pending=True)])
    client = signed("e1")
    assert "With the household" in page(client, f"customers/{first}/")
    said = page(client, f"customers/{second}/?tab=points")
    assert "Pending</dt><dd>77</dd>" in said
    assert "With the household</dt><dd>1,234</dd>" in said
    assert "pending until" in said


def test_the_customer_page_tells_of_a_grace_and_what_keeps_the_tier(chain, signed):
    (customer_id,) = chain.enrol()
    grace = replace(
        PROGRAMME, grace_days=30, tiers=(PROGRAMME.tiers[0], replace(PROGRAMME.tiers[1], keep=Decimal(300)))
    )
    chain.publish(grace, valid_from=ago(1))
    chain.post_one("1", 1, water(110), occurred_at=ago(300))
    today = day_of(ago(0))
    review_tiers(HEAD_OFFICE, today)
    review_tiers(HEAD_OFFICE, today + timedelta(days=100))
    assert "白银会员 is kept in grace until" in page(signed("e1"), f"customers/{customer_id}/")
    assert "300 more keep it." in page(signed("e1"), f"customers/{customer_id}/").replace("¥", "").replace(".00", "")


def test_an_adjustment_waits_and_somebody_else_approves_or_refuses_it(chain, signed):
    (customer_id,) = chain.enrol()
    client = signed("e1")
    for count in ("500", "600"):
        form = {"way": "give", "points": count, "reason": f"for {count}"}
        answer = client.post(f"/admin/customers/{customer_id}/points/", form, follow=True)
        assert f"+{count} points wait for a second person" in answer.content.decode()
    assert page(client, f"customers/{customer_id}/").count("waits for approval") == 2
    assert page(client, "adjustments/").count("You asked for this; somebody else decides.") == 2
    later, first = queries.adjustments()
    answer = client.post(f"/admin/adjustments/{first.id}/", {"do": "approve"}, follow=True)
    assert "a second person must decide" in answer.content.decode()
    assert "wait for approval" not in page(client, "")
    client = signed("e2")
    assert "2 adjustments of points wait for approval" in page(client, "")
    answer = client.post(f"/admin/adjustments/{first.id}/", {"do": "approve"}, follow=True)
    assert "Approved. The points moved." in answer.content.decode()
    answer = client.post(f"/admin/adjustments/{later.id}/", {"do": "refuse", "note": ""}, follow=True)
    assert "say why" in answer.content.decode()
    answer = client.post(f"/admin/adjustments/{later.id}/", {"do": "refuse", "note": "twice"}, follow=True)
    assert "Refused. Nothing moved." in answer.content.decode()
    assert points(customer_id) == 500
    assert "Nothing waits" in page(client, "adjustments/")
    decided = page(client, "adjustments/?state=decided")
    assert decided.index("for 600") < decided.index("for 500")
    assert "· twice" in decided


def test_points_are_passed_on_within_the_household_from_the_customer_page(chain, signed):
    first, second = chain.enrol(2)
    customer_services.make_household(HEAD_OFFICE, "", [first, second])
    records.give([Gift(customer_id=first, points=100, origin="gift:1", reason="x", actor="")])
    client = signed("a1", Role.SERVICE_AGENT)
    assert "Pass points on" in page(client, f"customers/{first}/")
    form = {"taker": str(second), "points": "40", "reason": "a trip"}
    answer = client.post(f"/admin/customers/{first}/transfer/", form, follow=True)
    assert "40 points passed on." in answer.content.decode()
    assert (points(first), points(second)) == (60, 40)
    only = page(client, f"customers/{second}/?tab=timeline&kind=points.adjusted")
    assert '<option value="points.adjusted" selected>Points adjusted</option>' in only
    told = page(client, f"customers/{second}/?tab=timeline")
    assert f"from customer {first}" in told


def test_who_may_not_adjust_sees_no_adjustments(chain, signed):
    assert signed("e3", Role.ANALYST).get("/admin/adjustments/").status_code == 403


def test_adjustments_are_found_by_the_member_and_a_company_of_one_decides_alone(chain, signed):
    first, second = chain.enrol(2)
    client = signed("e1")
    for customer_id, count in ((first, "500"), (second, "600")):
        form = {"way": "give", "points": count, "reason": f"for {count}"}
        client.post(f"/admin/customers/{customer_id}/points/", form)
    found = page(client, f"adjustments/?q={phone(2)}")
    assert "for 600" in found
    assert "for 500" not in found
    assert "Nothing found" in page(client, "adjustments/?q=nobody")
    assert "waits for approval" not in page(client, "")
    organisation.set_company(HEAD_OFFICE, replace(company(), solo_approval=True))
    assert "2 adjustments of points wait for approval" in page(client, "")
    assert "You asked for this" not in page(client, "adjustments/")
    client.post(f"/admin/adjustments/{queries.adjustments()[0].id}/", {"do": "approve"})
    assert points(second) == 600
