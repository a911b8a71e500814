"""What a simulation found, by station, tier and payer: on its page, in its CSV file, and printed by the command."""

import csv
import re
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from forecourt.faces.backoffice.screens import simulation_tables, simulations
from forecourt.faces.cli import simulate as command
from forecourt.kernel import clock
from forecourt.loyalty import services as loyalty
from forecourt.offers import services as offers
from forecourt.offers.rules import language
from forecourt.offers.values import FloorChange
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, Role
from forecourt.sales import queries as sales
from forecourt.sales import services
from forecourt.sales.models import Simulation
from forecourt.sales.services import simulating
from forecourt.sales.values import SimulationAsked
from tests.backoffice.conftest import PASSWORD
from tests.sales.scenes import HEAD_OFFICE, MARKETER, PROGRAMME, Chain, open_chain
from tests.sales.test_offers import per_litre
from tests.sales.test_simulated_groups import told  # noqa: F401 - a fixture
from tests.sales.test_simulated_spans import decoded


@pytest.fixture
def chain(db) -> Chain:
    """A chain in the test's own transaction, not the one behind a running Forecourt."""
    return open_chain()


@pytest.fixture
def signed(db, client):
    organisation.create_staff(
        HEAD_OFFICE, username="s1", name="s1", password=PASSWORD, roles=[NewRole(role=Role.HEAD_OFFICE)]
    )
    client.force_login(Staff.objects.get(username="s1"))
    return client


def page(client, path: str, **headers: str) -> str:
    """The words of a page, without its marks."""
    response = client.get(f"/admin/{path}", headers=headers)
    assert response.status_code == 200, path
    return " ".join(re.sub(r"<[^>]+>|\s+", " ", response.content.decode()).split())


def done(client, **asked: object) -> int:
    """Ask on the screen, and run it as a worker does."""
    client.post("/admin/simulations/new/", asked)
    row = sales.simulations()[0]
    result = simulating.simulate(
        msgspec.convert(row.asked, SimulationAsked), sales.frozen_rules(sales.simulation(row.pk))
    )
    Simulation.objects.filter(pk=row.pk).update(state="done", result=result, finished_at=clock.now())
    return row.pk


@pytest.fixture
def number(told, signed) -> int:  # noqa: F811 - the fixture above
    return done(signed, offers=["new", "less"], without=["old"])


def test_its_page_tells_stations_tiers_and_payers(number, signed):
    said = page(signed, f"simulations/{number}/")
    station = "Station S002 3 50 L 20.00 ▲ 15.00 325.00 37.50 ▼ 15.00 47.50 ▼ 10.00"
    assert station in said
    assert "Supplier a;b|c 14.00 ▲ 14.00" in said
    assert "The brand 0.00 ▼ 7.00" in said
    assert "Margins are of the 4 sales of whose goods all costs are known" in said
    assert "▲ 1 18.00 0 3" in said, "one member gains, none loses, three conflicts"
    chinese = page(signed, f"simulations/{number}/", **{"Accept-Language": "zh-hans"})
    assert "油站自有毛利" in chinese
    assert "会员计入其交易最多的油站" in chinese


def test_its_csv_file_tells_every_figure(number, signed):
    text = b"".join(signed.get(f"/admin/simulations/{number}/export.csv").streaming_content).decode()
    rows = list(csv.DictReader(text.removeprefix("\ufeff").splitlines()))
    assert {row["group"] for row in rows} >= {"total", "station", "tier", "funder", "offer", "conflict by tier"}
    there = next(row for row in rows if (row["group"], row["code"]) == ("station", "S002"))
    assert [there[name] for name in ("own_margin_after", "winners", "conflicts")] == ["47.50", "1", "3"]
    brand = next(row for row in rows if (row["group"], row["code"]) == ("funder", "brand"))
    assert [brand[name] for name in ("discount_before", "sales_before", "discount")] == ["7.00", "4", "0"]


def test_an_offers_panel_tells_of_which_days_and_stations_its_figures_are_and_of_no_other_rules(number, signed):
    assert simulations.latest_of(HEAD_OFFICE, "new") is None, "others were left out, or simulated with it"
    alone = done(signed, offers=["new"], since="2026-01-02", until="2026-01-05", stations=["S001", "S002"])
    done(signed, offers=["new"], without=["old"])
    assert simulations.latest_of(HEAD_OFFICE, "new")["run"].pk == alone
    assert "2 Jan 2026 – 5 Jan 2026 · 2 stations" in page(signed, f"simulations/{alone}/panel/?code=new")
    chinese = page(signed, f"simulations/{alone}/panel/?code=new", **{"Accept-Language": "zh-hans"})
    assert "2026年1月2日 – 2026年1月5日 · 2 座油站" in chinese


def test_results_of_before_are_still_shown(number, signed):
    result = sales.simulation(number).result
    older = ("sales", "volume", "gross", "discount_before", "discount_after", "points_before", "points_after")
    kept = {
        "stations": [{name: one[name] for name in ("name", *older)} for one in result["stations"]],
        "tiers": [{name: one[name] for name in ("name", *older)} for one in result["tiers"]],
        "funders": [
            {name: one[name] for name in ("name", "uses", "discount", "volume", "points", "gifts")}
            for one in result["funders"]
        ],
        "total": {name: result["total"][name] for name in (*older, "cost")},
    }
    Simulation.objects.filter(pk=number).update(result=result | kept, rules=None)
    assert "Station S002 3 50 L 20.00 ▲ 15.00" in page(signed, f"simulations/{number}/")
    assert signed.get(f"/admin/simulations/{number}/export.csv").status_code == 200
    (offers,) = [one for one in simulation_tables.tables(sales.simulation(number)) if one.title == "By offer"]
    assert offers.heads[-1] == "Quantity discounted", "pieces of the shop are no fuel"


def test_the_command_prints_the_same_cut_to_the_terminal(number, signed, capsys, monkeypatch):
    row = sales.simulation(number)
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "250")
    command._show(row)
    said = capsys.readouterr().out
    for title in (
        "5 sales simulated",
        "By tier",
        "By station",
        "By who pays",
        "By offer",
        "one another's way, by tier",
    ):
        assert title in said, title
    assert re.search(r"Station S002 .*20\.00 .*\+15\.00 .*37\.50 .*−15\.00 .*47\.50", said)
    assert "left out" not in said
    monkeypatch.setenv("COLUMNS", "80")
    command._show(row)
    said = capsys.readouterr().out
    assert max(len(line) for line in said.splitlines() if line[:1] in "┏┃│└") <= 80
    assert "columns are left out" in said
    assert not re.search(r"\d…", said), "no figure is cut"
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    command._show(row)
    assert "按油站" in capsys.readouterr().out


def test_a_draft_that_was_edited_since_is_told_and_simulated_again(number, signed):
    assert "Edited since" not in page(signed, f"simulations/{number}/")
    offers.change_offer(HEAD_OFFICE, "new", decoded(per_litre("new", "1.00", group="litre") | {"name": "Dearer"}))
    said = page(signed, f"simulations/{number}/")
    assert "Edited since it was simulated: new . These figures are of what was written" in said
    form = signed.get(f"/admin/simulations/{number}/").content.decode().partition('class="card notice"')[2]
    fields = re.findall(r'name="(\w+)" value="([^"]+)"', form.partition("</form>")[0])
    again: dict[str, list[str]] = {}
    for name, value in fields:
        again.setdefault(name, []).append(value)
    other = done(signed, **again)
    assert "Edited since" not in page(signed, f"simulations/{other}/")
    assert sales.simulation(other).asked == sales.simulation(number).asked
    assert sales.simulation(other).result["total"]["discount_after"] == "70.00"


def test_what_is_in_review_and_the_rules_of_all_offers_can_be_chosen(told, signed):  # noqa: F811
    offers.submit_offer(HEAD_OFFICE, "new")
    loyalty.draft_programme(HEAD_OFFICE, replace(PROGRAMME, name="Another"))
    loyalty.submit_programme(HEAD_OFFICE)
    asking = page(signed, "simulations/new/")
    assert "In review, as handed in" in asking
    assert "the one in review, as it was handed in" in asking
    assert "How offers combine" not in asking
    offers.draft_policy(MARKETER, language.Policy(most_offers=2))
    offers.draft_floors(MARKETER, [FloorChange(product="92", margin=Decimal("0.95"))])
    asking = page(signed, "simulations/new/")
    assert "A sale gets at most 2 offers" in asking
    assert "1 margin floor" in asking
    number = done(signed, reviewed=["new"], without=["old"], programme="review", policy="1", floors="1")
    row = sales.simulation(number)
    assert (row.asked["programme"], row.asked["reviewed"]) == ("review", ["new"])
    assert (row.asked["policy"], row.asked["floors"][0]["margin"]) == ({"most_offers": 2}, "0.95")
    assert row.result["total"]["discount_after"] == "14.00", "no more than 0.20 a litre, for 6.50 + 0.95 must be left"
    said = page(signed, f"simulations/{number}/")
    assert "programme in review" in said
    assert "as handed in" in said
    assert "drafted combining" in said
    assert 'data-what="reviewed"' in signed.get("/admin/offers/of/new/").content.decode()


def checked(client, path: str) -> list[tuple[str, str]]:
    """The name and value of every box and button of the form that is ticked."""
    form = client.get(f"/admin/{path}").content.decode()
    return re.findall(r'name="(\w+)" value="([^"]+)" checked>', form)


def test_what_was_handed_in_of_the_programme_is_what_its_link_chooses(chain, signed):
    assert checked(signed, "simulations/new/?programme=review") == [("programme", "current")], "nothing is in review"
    loyalty.draft_programme(HEAD_OFFICE, replace(PROGRAMME, name="Another"))
    loyalty.submit_programme(HEAD_OFFICE)
    assert checked(signed, "simulations/new/?programme=review") == [("programme", "review")]
    assert checked(signed, "simulations/new/?programme=draft") == [("programme", "draft")]
    assert checked(signed, "simulations/new/") == [("programme", "current")]


def test_the_offer_of_a_link_is_chosen_however_many_there_are(chain, signed):
    offers.publish_offers(HEAD_OFFICE, [decoded(per_litre(f"a{number:03}")) for number in range(301)])
    assert checked(signed, "simulations/new/?offers=a300") == [("programme", "current"), ("offers", "a300")]


def test_a_form_that_is_refused_keeps_what_was_chosen(told, signed):  # noqa: F811
    given = {
        "since": "2026-02-03", "until": "2026-02-01", "programme": "draft",
        "offers": ["new"], "without": ["old"], "stations": ["S002"],
    }  # fmt: skip
    answer = signed.post("/admin/simulations/new/", given)
    said = answer.content.decode()
    assert "is before the beginning" in said
    assert 'name="since" value="2026-02-03"' in said
    assert 'name="until" value="2026-02-01"' in said
    assert re.findall(r'name="(\w+)" value="([^"]+)" checked>', said) == [
        ("stations", "S002"),
        ("programme", "draft"),
        ("offers", "new"),
        ("without", "old"),
    ]
    assert not sales.simulations()


def test_who_works_for_some_stations_sees_what_was_simulated_of_them_alone(told, client):  # noqa: F811
    today = clock.now().date()

    def simulated(*stations: str) -> int:
        asked = SimulationAsked(since=today, until=today, stations=stations)
        return services.ask_simulation(HEAD_OFFICE, asked, wait=True)

    everywhere, own = simulated(), simulated("S001")
    organisation.create_staff(
        HEAD_OFFICE,
        username="local",
        name="local",
        password=PASSWORD,
        roles=[NewRole(role=Role.MARKETER, station="S001")],
    )
    client.force_login(Staff.objects.get(username="local"))
    for path in ("", "panel/", "export.csv"):
        assert client.get(f"/admin/simulations/{everywhere}/{path}").status_code == 403
        assert client.get(f"/admin/simulations/{own}/{path}").status_code == 200
    assert client.post(f"/admin/simulations/{everywhere}/stop/").status_code == 302
    assert sales.simulation(everywhere).state == "waiting"
    said = client.get("/admin/simulations/").content.decode()
    assert f"/admin/simulations/{own}/" in said
    assert f"/admin/simulations/{everywhere}/" not in said
    client.post("/admin/simulations/new/", {})
    assert sales.simulations()[0].asked["stations"] == ["S001"]
