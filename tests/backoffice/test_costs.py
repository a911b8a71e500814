"""Costs in the back office: seen by who may know them, beside the prices; noted one by one and from a file."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forecourt.catalogue import queries, services
from forecourt.catalogue.values import NewCost, NewPrice
from forecourt.kernel import clock
from forecourt.organisation.values import Role
from tests.backoffice.test_offers import RULE, SCRIPT, page, save, scene, signed  # noqa: F401
from tests.sales.scenes import HEAD_OFFICE, WATER, ago, set_floor


@pytest.fixture
def office(scene, signed):  # noqa: F811
    """Somebody of head office, where 92 costs 7.65 and a price of its own is kept at the station."""
    since = clock.now() - timedelta(days=9)
    price = NewPrice(product="92", price=Decimal("7.65"), effective_from=since)
    services.announce_prices(
        HEAD_OFFICE, [price, NewPrice(product="92", price=Decimal("7.45"), effective_from=since, station="S001")]
    )
    return signed("c1", Role.HEAD_OFFICE)


def product_page(client, code: str = "92") -> str:
    return page(client, f"products/{queries.product_facts(code).id}/")


def note(client, **given: str):
    return client.post("/admin/costs/note/", {"product": "92", "cost": "6.80"} | given, headers=SCRIPT)


def test_a_cost_is_noted_and_stands_beside_the_price_with_its_margin(office):
    assert "not known" in product_page(office)
    assert note(office, back="1").json()["to"].endswith("#costs")
    note(office, cost="7.5", station="S001")
    said = product_page(office)
    assert ">6.80<" in said
    assert ">0.85<" in said, "7.65 less 6.80"
    assert ">-0.05<" in said, "7.45 less 7.50, at the station"
    assert re.search(r">11\.1<", said)
    listed = page(office, "costs/?q=92")
    assert ">0.85<" in listed
    assert "1 with a cost of its own" in listed


def test_a_cost_to_come_holds_from_then(office):
    note(office, effective_from=(clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"))
    said = product_page(office)
    assert "To come" in said
    assert "not known" in said


def test_what_is_no_cost_is_told_at_its_field(office):
    assert note(office, cost="x").json()["problems"] == {"cost": "is no number"}
    assert list(note(office, cost="-1").json()["problems"]) == ["cost"]
    assert list(note(office, product="none").json()["problems"]) == ["product"]
    assert queries.products_with_costs() == []


def test_products_without_a_cost_are_listed(office):
    note(office)
    said = page(office, "costs/?missing=1")
    assert WATER in said
    assert '<span class="soft">92</span>' not in said


def test_a_file_is_noted_tried_and_each_refused_line_named(office):
    text = "product,station,cost,from\n92,,6.80,2026-01-02\nnone,,1,2026-01-02\n92,S001,x,2026-01-02\n"

    def send(do: str) -> str:
        file = SimpleUploadedFile("costs.csv", text.encode(), content_type="text/csv")
        answer = office.post("/admin/costs/file/", {"file": file, "do": do})
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    said = send("try")
    assert "1 costs would be noted" in said
    assert "2 lines are refused." in said
    assert queries.products_with_costs() == []
    said = send("note")
    assert "there is no product none" in said
    assert "is no cost; write it like 6.85" in said
    assert "0 costs are noted, 1 stood there already." in send("note")
    answer = office.post("/admin/costs/file/", {"do": "note"}, follow=True)
    assert "choose a CSV file" in answer.content.decode()


def test_costs_are_not_for_everybody(office, signed):  # noqa: F811
    note(office)
    set_floor("92", "0.15", at=ago(1))
    clerk = signed("c2", Role.STATION_MANAGER)
    assert clerk.get("/admin/costs/").status_code == 403
    assert note(clerk).status_code == 403
    for path in ("products/", f"products/{queries.product_facts('92').id}/", "prices/", "offers/floors/"):
        said = page(clerk, path)
        assert "6.80" not in said
        assert "6.95" not in said, "the least price tells the cost"
        assert "/admin/costs/" not in said
    analyst = signed("c3", Role.ANALYST)
    assert "6.80" in page(analyst, "costs/?q=92")
    assert "Note a cost" not in page(analyst, "costs/")
    assert note(analyst).status_code == 403


def test_a_discount_on_what_has_no_cost_is_told_where_it_is_made_and_simulated(office, signed):  # noqa: F811
    client = signed("c4", Role.MARKETER)
    told = client.post("/admin/offers/preview/", {"rule": json.dumps(RULE)}, headers=SCRIPT).json()
    assert "No cost is known of" in told["costless"]
    assert "/admin/costs/?missing=1" in told["costless"]
    save(client, RULE)
    for path in ("offers/of/shop/", "simulations/new/?offers=shop"):
        assert "nobody can tell what margin is left there" in page(client, path), path
    for product in queries.list_products(HEAD_OFFICE, kind="goods"):
        services.note_costs(HEAD_OFFICE, [NewCost(product=product.code, cost=Decimal(1), effective_from=ago(1))])
    client = signed("c4")
    told = client.post("/admin/offers/preview/", {"rule": json.dumps(RULE)}, headers=SCRIPT).json()
    assert told["costless"] == ""
