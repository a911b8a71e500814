"""Wherever a page leads, who was led there may open it."""

import html
import re
from collections import Counter, deque
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.catalogue import services as catalogue
from forecourt.catalogue.values import NewPrice
from forecourt.kernel import clock
from forecourt.loyalty import services as loyalty
from forecourt.loyalty.values import TierCoupon
from forecourt.organisation.values import Role
from tests.backoffice.test_offers import publish, scene, signed  # noqa: F401
from tests.coupons.scenes import make_template
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, water

ROLES = (Role.STATION_MANAGER, Role.CASHIER, Role.SERVICE_AGENT, Role.ANALYST, Role.COMPLIANCE)
LINK = re.compile(r'href="([^"#]+)')
NAMES_ONE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|(?<=/of/)[^/]+|(?<=/templates/)[^/]+|=[^&]*")
NO_PAGES = ("logout", "export", "jsi18n", "language")
OF_A_KIND = 2
"""Pages of one kind (customers, offers...) that are opened."""


@pytest.fixture
def busy(scene) -> None:  # noqa: F811
    """A chain in which something waits for everybody, and whose audit trail leads to things of many kinds."""
    scene.enrol()
    scene.post_one("1", 1, water(2))
    make_template()
    publish()
    silver = replace(PROGRAMME.tiers[1], coupons=(TierCoupon(template="wash"),))
    ahead = replace(PROGRAMME, tiers=(PROGRAMME.tiers[0], silver, PROGRAMME.tiers[2]))
    loyalty.publish_programme(HEAD_OFFICE, ahead, valid_from=clock.now() - timedelta(minutes=1))
    loyalty.draft_programme(HEAD_OFFICE, replace(ahead, name="Next"))
    loyalty.submit_programme(HEAD_OFFICE)
    tomorrow = clock.now() + timedelta(days=1)
    catalogue.announce_prices(HEAD_OFFICE, [NewPrice(product="92", price=Decimal("7.99"), effective_from=tomorrow)])


@pytest.mark.parametrize("role", ROLES)
def test_no_link_leads_to_a_page_that_may_not_be_opened(busy, signed, role):  # noqa: F811
    client = signed(f"links-{role}", role)
    found, opened = deque([("/admin/", "")]), Counter()
    seen, refused = {"/admin/"}, []
    while found:
        address, on = found.popleft()
        kind = NAMES_ONE.sub("#", address)
        opened[kind] += 1
        if opened[kind] > OF_A_KIND or any(word in address for word in NO_PAGES):
            continue
        answer = client.get(address)
        if answer.status_code >= 400:
            refused.append((answer.status_code, address, on))
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for link in map(html.unescape, LINK.findall(answer.content.decode())):
            whole = address.partition("?")[0] + link if link.startswith("?") else link
            if whole.startswith("/admin/") and whole not in seen:
                seen.add(whole)
                found.append((whole, address))
    assert not refused
    assert opened["/admin/customers/"] or role is Role.COMPLIANCE, "it went somewhere"
