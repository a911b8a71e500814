"""Simulations, versions of an offer and batches of coupons come in pages, down to the first."""

import json
import re

import pytest

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.kernel import clock
from forecourt.offers import services
from forecourt.offers.rules import language
from forecourt.organisation.values import Role
from forecourt.sales.models import Simulation
from forecourt.sales.services.simulating import asking
from forecourt.sales.values import SimulationAsked
from tests.backoffice.test_offers import RULE, page, scene, signed  # noqa: F401
from tests.sales.scenes import HEAD_OFFICE


@pytest.fixture
def client(scene, signed):  # noqa: F811
    return signed("p1", Role.HEAD_OFFICE)


def publish(name: str = "One off") -> None:
    services.publish_offers(HEAD_OFFICE, [language.decode(json.dumps(RULE | {"name": name}))])


def every_page(client, path: str, pattern: str) -> list[list[str]]:
    """What matches on each page, from the first to the last."""
    found, place = [], path
    while True:
        said = page(client, place)
        found.append(re.findall(pattern, said))
        onward = re.search(r'rel="next" href="(\?[^"#]+)', said)
        if onward is None:
            return found
        place = path.partition("?")[0] + onward[1].replace("&amp;", "&")


def test_simulations_come_in_pages(client):
    today = clock.now().date()
    numbers = []
    for _ in range(53):
        numbers.append(asking.ask_simulation(HEAD_OFFICE, SimulationAsked(since=today, until=today), wait=True))
        Simulation.objects.filter(state="waiting").update(state="stopped")
    pages = every_page(client, "simulations/", r'href="/admin/simulations/(\d+)/"><strong>')
    assert [len(one) for one in pages] == [25, 25, 3]
    assert [int(number) for one in pages for number in one] == numbers[::-1]
    Simulation.objects.filter(pk=numbers[0]).update(state="running", total=10)
    last = page(client, f"simulations/?after={numbers[3]}")
    assert f'data-poll="?after={numbers[3]}&amp;rows=1"' in last
    assert page(client, f"simulations/?after={numbers[3]}&rows=1").count("<tr>") == 3


def test_versions_of_an_offer_come_in_pages_each_with_what_it_changed(client):
    for number in range(1, 44):
        publish(f"One off {number}")
    pages = every_page(client, "offers/of/shop/", r'class="no">v(\d+)<')
    assert [len(one) for one in pages] == [20, 20, 3]
    assert [int(number) for one in pages for number in one] == list(range(43, 0, -1))
    second = page(client, "offers/of/shop/?after=24")
    assert "1 change" in second.partition('class="no">v4<')[2]
    assert "First version" not in second
    assert "First version" in page(client, "offers/of/shop/?after=4")


def test_what_holds_again_on_top_of_a_page_is_compared_with_what_was_said_before_the_break(client):
    publish()
    services.pause_offer(HEAD_OFFICE, "shop")
    services.resume_offer(HEAD_OFFICE, "shop")
    for number in range(19):
        publish(f"One off {number}")
    first = page(client, "offers/of/shop/")
    assert 'class="no">v3<' in first
    assert 'class="no">v2<' not in first
    assert "In force again as it was" in first
    assert "First version" not in first
    assert "First version" in page(client, "offers/of/shop/?after=3")


def test_a_version_on_any_page_may_be_copied_back_but_the_one_that_the_draft_says(client):
    for number in range(1, 24):
        publish(f"One off {number}")
    assert "/offers/of/shop/restore/23/" not in page(client, "offers/of/shop/")
    assert "/offers/of/shop/restore/3/" in page(client, "offers/of/shop/?after=4")


def test_batches_of_coupons_come_in_pages(client):
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="洗车券"))
    numbers = [coupons.create_batch(HEAD_OFFICE, "WASH", f"B{number}", 1) for number in range(27)]
    pages = every_page(client, "coupons/templates/WASH/?tab=batches", r'href="/admin/coupons/batches/(\d+)/"')
    assert [[int(number) for number in one] for one in pages] == [numbers[:1:-1], numbers[1::-1]]
