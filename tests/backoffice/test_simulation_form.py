"""The form of a simulation: offers and stations are looked for, however many there are, and what was chosen stays."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from forecourt.kernel import sql, stamps
from forecourt.offers import services as offers
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, NewStation, Role
from forecourt.sales import queries as sales
from tests.backoffice.conftest import PASSWORD
from tests.backoffice.test_offers import scene, signed  # noqa: F401
from tests.backoffice.test_simulations import checked
from tests.sales.scenes import HEAD_OFFICE
from tests.sales.test_offers import per_litre
from tests.sales.test_simulated_spans import decoded

NEW = "/admin/simulations/new/"
PICK = "/admin/simulations/pick/"
MANY = 10_000


def boxes(answer) -> list[str]:
    """What can be ticked, without what is."""
    assert answer.status_code == 200
    return re.findall(r'name="\w+" value="([^"]+)" >', answer.content.decode())


def named(code: str, name: str):
    return decoded(per_litre(code) | {"name": name})


@pytest.fixture
def client(scene, signed):  # noqa: F811
    return signed("sf1", Role.MARKETER)


def test_any_offer_and_station_is_found_and_only_the_first_are_shown(client):
    offers.publish_offers(HEAD_OFFICE, [named(f"a{number:03}", f"Offer {number}") for number in range(120)])
    organisation.open_stations(
        HEAD_OFFICE, [NewStation(code=f"Z{number:03}", name=f"Place {number}") for number in range(120)]
    )
    said = client.get(NEW).content.decode()
    assert said.count('name="without"') == said.count('name="stations"') == 30
    assert 'name="offers"' not in said, "no draft says other than what is in force"
    assert said.count("There are more: search for them.") == 2
    assert boxes(client.get(f"{PICK}?of=without&q=offer 11")) == [f"a{number:03}" for number in [11, *range(110, 120)]]
    assert boxes(client.get(f"{PICK}?of=offers&q=A119")) == ["a119"]
    assert boxes(client.get(f"{PICK}?of=stations&q=place 119")) == ["Z119"]
    assert boxes(client.get(f"{PICK}?of=stations&q=100%")) == [], "a percent sign is no wildcard"
    assert b"Nothing found" in client.get(f"{PICK}?of=reviewed&q=x").content


def test_drafts_that_say_otherwise_are_shown_and_what_was_handed_in_is_found_as_it_was(client):
    offers.publish_offers(HEAD_OFFICE, [named("live", "In force"), named("over", "Over"), named("edited", "Edited")])
    offers.end_offer(HEAD_OFFICE, "over")
    offers.change_offer(HEAD_OFFICE, "edited", named("edited", "Dearer"))
    offers.make_offer(HEAD_OFFICE, named("draft", "Drafted"))
    assert boxes(client.get(f"{PICK}?of=offers")) == ["draft", "edited"]
    assert boxes(client.get(f"{PICK}?of=offers&q=e")) == ["draft", "edited", "live"]
    assert boxes(client.get(f"{PICK}?of=without")) == ["edited", "live"]
    offers.submit_offer(HEAD_OFFICE, "edited")
    assert boxes(client.get(f"{PICK}?of=reviewed&q=dear")) == ["edited"]
    assert checked(client, "simulations/new/?offers=over&offers=no-such") == [
        ("programme", "current"),
        ("offers", "over"),
    ]


def test_without_script_looking_for_more_keeps_what_was_chosen_and_asks_nothing(client):
    offers.publish_offers(HEAD_OFFICE, [named(f"a{number:03}", f"Offer {number}") for number in range(60)])
    given = {"look": "1", "find_without": "offer 59", "without": ["a003"], "stations": ["S001"], "programme": "draft"}
    said = client.post(NEW, given).content.decode()
    assert re.findall(r'name="(\w+)" value="([^"]+)" checked>', said) == [
        ("stations", "S001"),
        ("programme", "draft"),
        ("without", "a003"),
    ]
    assert re.findall(r'name="without" value="([^"]+)" >', said) == ["a059"]
    assert not sales.simulations()


def test_who_works_for_some_stations_finds_those_alone(scene, client):  # noqa: F811
    organisation.create_staff(
        HEAD_OFFICE, username="sf2", name="sf2", password=PASSWORD, roles=[NewRole(role=Role.MARKETER, station="S001")]
    )
    client.force_login(Staff.objects.get(username="sf2"))
    assert boxes(client.get(f"{PICK}?of=stations")) == ["S001"]
    assert checked(client, "simulations/new/?stations=S002") == [("programme", "current")]


@pytest.mark.slow
def test_among_ten_thousand_offers_it_takes_no_more_statements(client):
    offers.publish_offers(HEAD_OFFICE, [named("few", "One of few")])
    client.get(NEW)
    few = statements(client)
    copy = json.dumps(per_litre("m", name="M"))
    sql.run(
        "INSERT INTO offers_offer (code, name, state, draft, created_at, created_by, edited_at, edited_by) "
        "SELECT 'm' || n, 'Offer ' || n, 'live', %(draft)s::jsonb, now(), 'x', now(), 'x' "
        "FROM generate_series(1, %(many)s) AS n",
        {"draft": copy, "many": MANY},
    )
    sql.run(
        "INSERT INTO offers_offerversion (offer_id, number, valid_from, body, published_at, published_by, note) "
        "SELECT id, 1, now(), draft, now(), 'x', '' FROM offers_offer WHERE code <> 'few'"
    )
    stamps.bump("offers")
    client.get(NEW)  # a process reads what was published once
    now = statements(client)
    assert len(now) <= len(few) + 2, (few, now)
    assert boxes(client.get(f"{PICK}?of=without&q=m9999")) == ["m9999"]
    assert boxes(client.get(f"{PICK}?of=offers")) == []


def statements(client) -> list[str]:
    with CaptureQueriesContext(connection) as sent:
        assert client.get(NEW).status_code == 200
    return [one["sql"][:90] for one in sent]


def test_what_is_ticked_stays_while_others_are_looked_for(live, chain, signed_in):
    page = signed_in("bo-head", width=390)
    page.goto(f"{live.web}/admin/simulations/new/?stations=BO2")
    found = page.locator("[data-finder]", has=page.locator("[name=stations]"))
    if not found.locator("[data-find]").count():
        # few stations: the boxes are all there, without a search
        expect(found.locator("[name=stations][value=BO2]")).to_be_checked()
        page.goto(f"{live.web}/admin/simulations/new/?stations=BO2&find_stations=BO1")
        found = page.locator("[data-finder]", has=page.locator("[name=stations]"))
    search = found.locator("[data-find]")
    search.fill("Back office BO1")
    expect(found.locator("label")).to_have_count(2)
    expect(found.locator("[name=stations][value=BO2]")).to_be_checked()
    found.locator("[name=stations][value=BO1]").check()
    search.fill("no such station")
    search.press("Enter")
    expect(found).to_contain_text("Nothing found")
    expect(found.locator("input:checked")).to_have_count(2)
    assert page.url.partition("?")[0].endswith("/simulations/new/"), "Enter sends nothing"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
