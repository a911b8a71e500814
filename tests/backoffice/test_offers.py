"""Offers in the back office: the list, the builder, reviews, simulations, how they combine; a marketer's way in a browser."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import msgspec
import pytest
from msgspec.structs import replace
from playwright.sync_api import expect

from forecourt.faces.backoffice.screens.offer_presets import PRESETS, rule_of
from forecourt.faces.backoffice.screens.offers import may_hold
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.loyalty import services as loyalty
from forecourt.loyalty.values import Tier
from forecourt.offers import queries, services
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Policy
from forecourt.offers.values import FloorChange
from forecourt.organisation import queries as organisation_queries
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, Role
from forecourt.sales import queries as sales
from forecourt.sales.models import Simulation
from forecourt.sales.services import simulating
from forecourt.sales.values import SimulationAsked
from tests.backoffice.conftest import PASSWORD, _made
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, WATER, Chain, a_line, a_sale, ago, open_chain, water

RULE = {
    "code": "shop",
    "name": "One off",
    "when": {"is": "member"},
    "then": [{"give": "amount", "off": "1", "of": {"kinds": ["goods"]}}],
    "budgets": [{"measure": "money", "limit": "10", "per": "total"}],
    "funding": [{"funder": "supplier:acme", "percent": "60"}, {"funder": "brand", "percent": "40"}],
}
SCRIPT = {"X-Office-Form": "1"}


@pytest.fixture
def scene(db) -> Chain:
    return open_chain()


@pytest.fixture
def signed(scene, client):
    """`signed("o1")`: the client, signed in as that member of staff."""

    def sign_in(name: str, role: Role = Role.MARKETER):
        staff = Staff.objects.filter(username=name).first()
        if staff is None:
            organisation.create_staff(
                HEAD_OFFICE, username=name, name=name, password=PASSWORD, roles=[NewRole(role=role)]
            )
            staff = Staff.objects.get(username=name)
        client.force_login(staff)
        return client

    return sign_in


def page(client, path: str) -> str:
    response = client.get(f"/admin/{path}")
    assert response.status_code == 200, path
    return " ".join(response.content.decode().split())


def publish(**changes) -> None:
    services.publish_offers(
        HEAD_OFFICE,
        [language.decode(json.dumps(RULE | changes))],
        valid_from=ago(9 - len(queries.versions(HEAD_OFFICE, "shop"))),
    )


def save(client, rule: dict, path: str = "offers/new/"):
    return client.post(f"/admin/{path}", {"rule": json.dumps(rule)}, headers=SCRIPT)


def test_the_list_tells_what_an_offer_says_what_its_budget_has_left_and_what_it_gave(scene, signed):
    scene.enrol()
    publish()
    scene.post_one("1", 1, water(2), tenders=(), pricing="offers", occurred_at=ago(0))
    said = page(signed("o1"), "offers/")
    assert "When they are a member: ¥1 off goods." in said
    assert "¥1 / ¥10 · 10%" in said
    assert "Uses this month" in said
    assert '<td class="num" data-head="Uses this month">1</td>' in said
    assert "1.00" in said
    assert "One off" not in page(signed("o1"), "offers/?state=draft")
    assert "One off" not in page(signed("o1"), "offers/?q=other")
    assert "No offers found" in page(signed("o1"), "offers/?q=other")


def test_the_list_begins_with_presets_for_who_may_edit(scene, signed):
    said = page(signed("o1"), "offers/")
    assert "No offers yet" in said
    assert "?preset=weekend" in said
    assert "?preset=weekend" not in page(signed("o3", Role.ANALYST), "offers/")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_an_offer_but_for_what_only_the_marketer_knows(name):
    rule = rule_of(name)
    if name == "redeem":
        rule["when"] = rule["when"] | {"template": "WASH"}
    if name == "next-time":
        rule["then"] = [rule["then"][0] | {"template": "WASH"}]
    language.check(language.decode(json.dumps(rule)))


def test_a_draft_is_saved_and_what_is_at_fault_is_told_by_its_path(scene, signed):
    client = signed("o1")
    answer = save(client, RULE)
    assert answer.json()["to"] == "/admin/offers/of/shop/edit/"
    wrong = RULE | {"then": [{"give": "per_unit", "off": "x"}, {"give": "points"}]}
    assert save(client, wrong, "offers/of/shop/edit/").json()["faults"] == {"then.0.off": "is no number"}
    wrong = RULE | {"then": [{"give": "points"}], "budgets": []}
    assert save(client, wrong, "offers/of/shop/edit/").json()["faults"] == {"then.0.points": "is missing; fill it in"}
    wrong = RULE | {"when": {"is": "all", "of": [{"is": "station", "of": []}]}}
    assert list(save(client, wrong, "offers/of/shop/edit/").json()["faults"]) == ["when.of.0.of"]
    assert "already" in next(iter(save(client, RULE).json()["faults"].values()))
    assert client.post("/admin/offers/new/", {"rule": "{"}, headers=SCRIPT).status_code == 422
    assert queries.offer(HEAD_OFFICE, "shop").draft.name == "One off"


def test_times_typed_are_the_companys(scene, signed):
    client = signed("o1")
    save(client, RULE | {"starts": "2030-01-01T00:00"})
    draft = queries.offer(HEAD_OFFICE, "shop").draft
    assert draft.starts == datetime(2029, 12, 31, 16, tzinfo=UTC)
    assert '"starts": "2030-01-01T00:00"' in page(client, "offers/of/shop/edit/").replace("&quot;", '"')


def test_the_panel_tries_the_offer_on_a_basket_and_says_what_is_missing(scene, signed):
    scene.enrol()
    scene.post_one("1", 1)
    client = signed("o1")
    basket = {"rule": json.dumps(RULE), "try_station": "S001", "try_item_1": "6901234567892", "try_count_1": "2"}
    told = client.post("/admin/offers/preview/", basket).json()
    assert told["words"].startswith("When they are a member: ¥1 off goods.")
    stranger = told["panel"]
    assert "does not get the offer" in stranger
    assert "¥10.00" in stranger
    member = client.post("/admin/offers/preview/", basket | {"try_who": "phone", "try_phone": "13800000001"}).json()[
        "panel"
    ]
    assert "This basket gets the offer" in member
    assert "¥9.00" in member
    some = client.post("/admin/offers/preview/", basket | {"try_who": "tier:basic"}).json()["panel"]
    assert "This basket gets the offer" in some
    elsewhere = basket | {"rule": json.dumps(RULE | {"when": {"is": "station", "of": ["S002"]}})}
    assert "One off: it is for other stations" in client.post("/admin/offers/preview/", elsewhere).json()["panel"]
    several = [{"is": "station", "of": ["S002"]}, {"is": "volume", "at_least": "30"}, {"is": "member"}]
    wholly = basket | {"rule": json.dumps(RULE | {"when": {"is": "all", "of": several}})}
    panel = client.post("/admin/offers/preview/", wholly).json()["panel"]
    for said in ("it is for other stations", "30 L more would have had it", "it is for members"):
        assert f"One off: {said}" in panel
    once = RULE | {"when": {"is": "all"}, "budgets": [{"measure": "uses", "limit": "1", "per": "customer"}]}
    assert (
        "One off: it is for members"
        in client.post("/admin/offers/preview/", basket | {"rule": json.dumps(once)}).json()["panel"]
    )
    faulty = client.post("/admin/offers/preview/", basket | {"rule": "{}"}).json()
    assert "code" in faulty["faults"]
    assert "panel" not in faulty


def test_another_person_approves_and_the_home_page_says_so(scene, signed):
    client = signed("o1")
    save(client, RULE)
    assert client.post("/admin/offers/of/shop/submit/", {"note": "for the summer"}).status_code == 302
    assert "Approve and publish" not in page(client, "offers/of/shop/")
    client = signed("o2", Role.HEAD_OFFICE)
    assert "Offer One off waits for your approval" in page(client, "")
    said = page(client, "offers/of/shop/")
    assert "for the summer" in said
    assert "Approve and publish" in said
    client.post("/admin/offers/of/shop/refuse/", {"reason": "too dear"})
    assert "too dear" in page(signed("o1"), "offers/of/shop/")
    client = signed("o2", Role.HEAD_OFFICE)
    client.post("/admin/offers/of/shop/submit/", {})
    said = page(client, "offers/of/shop/")
    assert "somebody else at head office approves it" in said
    assert "Approve and publish" not in said
    assert "waits for your approval" not in page(client, "")
    client = signed("o4", Role.HEAD_OFFICE)
    client.post("/admin/offers/of/shop/approve/")
    assert queries.offer(HEAD_OFFICE, "shop").state == "live"
    for verb, state in (("pause", "paused"), ("resume", "live"), ("end", "ended")):
        client.post(f"/admin/offers/of/shop/{verb}/")
        assert queries.offer(HEAD_OFFICE, "shop").state == state
    assert "Taken out of force" in page(client, "offers/of/shop/")


def test_versions_tell_what_changed_and_an_earlier_one_is_copied_back(scene, signed):
    publish()
    publish(name="Two off", then=[{"give": "amount", "off": "2", "of": {"kinds": ["goods"]}}])
    client = signed("o1")
    said = page(client, "offers/of/shop/")
    assert "<del>¥1 off goods</del>" in said
    assert "<ins>¥2 off goods</ins>" in said
    client.post("/admin/offers/of/shop/restore/1/")
    assert queries.offer(HEAD_OFFICE, "shop").draft.name == "One off"
    assert "The draft says otherwise" in page(client, "offers/of/shop/")
    client.post("/admin/offers/of/shop/copy/", {"new_code": "shop-b"})
    assert queries.offer(HEAD_OFFICE, "shop-b").state == "draft"
    client.post("/admin/offers/of/shop-b/discard/")
    assert queries.count_offers() == {"live": 1}


def test_the_page_and_the_receipt_tell_who_pays(scene, signed):
    scene.enrol()
    publish()
    receipt = scene.post_one("1", 1, water(2), tenders=(), pricing="offers", occurred_at=ago(0))
    client = signed("o1")
    said = page(client, "offers/of/shop/")
    assert "Supplier acme</dt><dd>¥0.60</dd>" in said
    assert f"/admin/sales/{receipt.id}/" in said
    said = page(client, f"sales/{receipt.id}/")
    assert "Offers given" in said
    assert "One off: ¥1.00 off." in said
    assert "Supplier acme</dt><dd>¥0.60</dd>" in said
    assert "The brand</dt><dd>¥0.40</dd>" in said
    stranger = scene.post_one("2", None, water(2), tenders=(), pricing="offers", occurred_at=ago(0))
    said = page(client, f"sales/{stranger.id}/")
    assert "Offers given" not in said
    assert "Who pays for it" not in said


def test_stations_that_may_give_it_are_known_from_the_place_alone(scene):
    station = organisation_queries.station_facts(["S001"])["S001"]
    here, there = {"is": "station", "of": ["S001"]}, {"is": "station", "of": ["S002"]}
    member = {"is": "member"}

    def holds(when: dict) -> bool:
        return may_hold(language.decode(json.dumps(RULE | {"when": when})).when, station)

    assert holds(here)
    assert holds(member)
    assert not holds(there)
    assert not holds({"is": "not", "of": here})
    assert holds({"is": "not", "of": there})
    assert not holds({"is": "all", "of": [member, there]})
    assert holds({"is": "any", "of": [member, there]})
    assert holds({"is": "not", "of": {"is": "all", "of": [member, here]}})


def test_a_simulation_is_asked_for_watched_read_and_exported(scene, signed):
    scene.enrol()
    scene.post_one("1", 1, water(2))
    client = signed("o1")
    save(client, RULE)
    answer = client.post("/admin/simulations/new/", {"offers": "shop", "panel": "shop"}, headers=SCRIPT)
    watch = answer.json()["watch"]
    assert "data-poll" in client.get(watch).content.decode()
    (run,) = sales.simulations()
    assert "data-poll" in page(client, "simulations/")
    found = simulating.simulate(msgspec.convert(run.asked, SimulationAsked))
    Simulation.objects.filter(pk=run.pk).update(state="done", result=found, finished_at=clock.now())
    said = " ".join(client.get(watch).content.decode().split())
    assert "It would have cost</dt><dd><strong>¥1.00</strong>" in said
    assert "data-poll" not in said
    said = page(client, f"simulations/{run.pk}/")
    assert "One off" in said
    assert "Supplier acme" in said
    assert "data-poll" not in said
    rows = b"".join(client.get(f"/admin/simulations/{run.pk}/export.csv").streaming_content).decode()
    assert "offer,shop,One off" in rows
    assert "funder,supplier:acme" in rows
    assert 'points as a liability,,"0.01 x 100%, policy none"' in rows
    assert "There was no accounting policy on the last day" in said
    assert "full price" not in said
    assert "repaired" not in said
    Simulation.objects.filter(pk=run.pk).update(result=found | {"full_price": 1204, "repaired": 1})
    said = page(client, f"simulations/{run.pk}/")
    assert "1,204 sales kept their full price" in said
    assert "1 sale was repaired since it was made" in said
    assert "It would have cost" in page(client, "offers/of/shop/")
    client.post("/admin/simulations/new/", {"without": "shop"})
    latest = sales.simulations()[0]
    client.post(f"/admin/simulations/{latest.pk}/stop/")
    assert sales.simulation(latest.pk).state == "stopped"


def test_a_draft_of_the_programme_says_who_rises_and_who_falls(scene, signed):
    scene.enrol(2)
    scene.post(
        *[a_sale(str(who), who, a_line("92", str(who * 10), f"{who * 75}.00"), occurred_at=ago(3)) for who in (1, 2)]
    )
    tiers = (
        Tier(code="basic", name="普通会员", threshold=Decimal(0)),
        Tier(code="star", name="星级会员", threshold=Decimal(100), multiplier_percent=300),
    )
    loyalty.draft_programme(HEAD_OFFICE, replace(PROGRAMME, tiers=tiers))
    client = signed("o3")
    client.post("/admin/simulations/new/", {"programme": "draft"})
    (run,) = sales.simulations()
    assert run.asked["programme"] == "draft"
    found = simulating.simulate(msgspec.convert(run.asked, SimulationAsked))
    Simulation.objects.filter(pk=run.pk).update(state="done", result=found, finished_at=clock.now())
    said = re.sub(r"<[^>]+>|\s+", " ", page(client, f"simulations/{run.pk}/"))
    said = " ".join(said.split())
    assert "▲ 1 rise · ▼ 0 fall · 1 stay" in said
    assert "普通会员 ▲ 星级会员 1" in said
    assert "Tiers move from day to day" in said
    rows = b"".join(client.get(f"/admin/simulations/{run.pk}/export.csv").streaming_content).decode()
    assert "tier move,basic > star,普通会员 > 星级会员,1" in rows
    chinese = client.get(f"/admin/simulations/{run.pk}/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "各等级会员数" in chinese
    assert "升级" in chinese


def test_how_offers_combine_is_drafted_handed_in_and_approved_by_another(scene, signed):
    client = signed("o1")
    assert "A sale gets any number of offers" in page(client, "offers/settings/")
    answer = client.post("/admin/offers/settings/draft/", {"most_offers": "x", "most_percent": "50"}, headers=SCRIPT)
    assert answer.json()["problems"] == {"most_offers": "is no whole number"}
    client.post("/admin/offers/settings/draft/", {"most_offers": "2", "most_percent": "50"})
    said = page(client, "offers/settings/")
    assert "The draft says otherwise" in said
    assert "A sale gets any number of offers" in said
    client.post("/admin/offers/settings/review/", {"do": "submit", "note": "for the summer"})
    assert "for the summer" in page(client, "offers/settings/")
    assert "Approve and publish" not in page(client, "offers/settings/")
    assert client.post("/admin/offers/settings/review/", {"do": "approve"}, headers=SCRIPT).status_code == 422
    head = signed("o2", Role.HEAD_OFFICE)
    assert "How offers combine waits for your approval" in page(head, "")
    head.post("/admin/offers/settings/review/", {"do": "approve"})
    assert "A sale gets at most 2 offers, and at most 50% off any product." in page(head, "offers/settings/")
    assert "waits for your approval" not in page(head, "")


def test_floors_are_drafted_handed_in_together_and_ended(scene, signed):
    client = signed("o1")
    answer = client.post("/admin/offers/floors/draft/", {"product": "92", "margin": "a"}, headers=SCRIPT)
    assert answer.json()["problems"] == {"margin": "is no number"}
    client.post("/admin/offers/floors/draft/", {"product": "92", "margin": "0.25"})
    client.post("/admin/offers/floors/draft/", {"product": "95", "margin": "0.35", "station": "S001"})
    client.post("/admin/offers/floors/draft/", {"product": WATER, "margin": "1"})
    client.post("/admin/offers/floors/drop/", {"product": WATER, "station": ""})
    assert "No floors yet" in page(client, "offers/floors/")
    client.post("/admin/offers/floors/review/", {"do": "submit", "valid_from": "2020-01-01T00:00"})
    assert queries.draft_floors().review is None
    client.post("/admin/offers/floors/review/", {"do": "submit"})
    head = signed("o2", Role.HEAD_OFFICE)
    assert "Margin floors wait for your approval" in page(head, "")
    head.post("/admin/offers/floors/review/", {"do": "refuse", "reason": "95 too"})
    assert "Your margin floors were sent back" in page(signed("o1"), "")
    client.post("/admin/offers/floors/review/", {"do": "submit"})
    signed("o2").post("/admin/offers/floors/review/", {"do": "approve"})
    said = page(client, "offers/floors/")
    assert "0.25" in said
    assert "0.35" in said
    assert "not known" in said
    assert "the floor does not hold there until one is noted" in said
    client.post("/admin/offers/floors/draft/", {"product": "92", "station": "", "end": "1"})
    assert "no floor any more" in page(client, "offers/floors/")
    client = signed("o3", Role.STATION_MANAGER)
    assert "Cost now" not in page(client, "offers/floors/")
    assert "Set a floor" not in page(client, "offers/floors/")
    assert client.post("/admin/offers/floors/draft/", {"product": "92", "margin": "1"}).status_code == 403


def test_what_is_to_come_of_rules_of_all_offers_is_withdrawn_by_who_may_approve(scene, signed):
    soon = clock.now() + timedelta(days=2)
    maker, chief = (Actor(kind="staff", id=0, name=name, everything=True) for name in ("maker", "chief"))
    services.draft_policy(maker, Policy(most_offers=3))
    services.submit_policy(maker, valid_from=soon)
    services.approve_policy(chief)
    services.draft_floors(maker, [FloorChange(product=code, margin=Decimal("0.25")) for code in ("92", "95")])
    services.submit_floors(maker, valid_from=soon)
    services.approve_floors(chief)
    (policy,) = queries.policies(chief)
    latest = queries.floor_history(chief)[0].version
    paths = {
        "offers/settings/": f"/admin/offers/settings/{policy.version}/withdraw/",
        "offers/floors/": f"/admin/offers/floors/{latest}/withdraw/",
    }
    client = signed("o1")
    for path, to in paths.items():
        assert "To come" in page(client, path)
        assert "/withdraw/" not in page(client, path)
        assert client.post(to).status_code == 403
    head = signed("o2", Role.HEAD_OFFICE)
    assert "Withdraw 2 changes" in page(head, "offers/floors/")
    for path, to in paths.items():
        assert page(head, path).count("/withdraw/") == 1
        head.post(to)
        assert "Withdrawn by o2" in page(head, path)
        assert "To come" not in page(head, path)
    assert "撤回" in head.get("/admin/offers/floors/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "withdrew rules of all offers before they held" in page(head, "audit/")


def test_who_pays_is_chosen_by_name(scene, signed):
    client = signed("o1")
    client.post("/admin/offers/new/", {"rule": json.dumps(RULE)})
    found = client.get("/admin/offers/pick/?kind=funder&q=").json()["found"]
    assert [(one["code"], one["name"]) for one in found] == [
        ("brand", "The brand"),
        ("dealer", "The dealer"),
        ("supplier:acme", "Supplier acme"),
    ]
    said = page(client, "offers/new/")
    assert "supplier:NAME" not in said
    assert "a new supplier is added by its name" in said


WORDS = {
    "en-GB": {
        "save": "Save the draft",
        "missing": "is missing",
        "reads": "¥0.50 off each L of 95# BO",
        "gets": "This basket gets the offer",
        "misses": "This basket does not get the offer",
        "cost": "It would have cost",
        "hand in": "Hand in for review",
        "waits": "Offer {} waits for your approval",
        "approve": "Approve and publish",
        "in force": "In force",
        "given": "Offers given",
    },
    "zh-CN": {
        "save": "保存草稿",
        "missing": "未填写",
        "reads": "95# BO每升直降¥0.50",
        "gets": "这笔交易可享此优惠",
        "misses": "这笔交易不享此优惠",
        "cost": "预计成本",
        "hand in": "提交审核",
        "waits": "优惠“{}”等待您批准",
        "approve": "批准并发布",
        "in force": "生效中",
        "given": "已享优惠",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize(("mine", "theirs"), [("en-GB", "zh-CN"), ("zh-CN", "en-GB")])
def test_a_marketer_drafts_tries_simulates_hands_in_and_a_receipt_shows_it(live, chain, signed_in, mine, theirs):
    code, name, said, answers = f"BO-{mine}", f"Half off {mine}", WORDS[mine], WORDS[theirs]
    headers = {"Authorization": f"Bearer {chain.key}"}
    door = httpx.Client(base_url=f"{live.web}/api/v1", headers=headers, timeout=30)
    since = "2026-01-01T00:00:00+08:00"
    assert door.post("/prices", json={"product": "BO95", "price": "8.00", "effective_from": since}).is_success
    _made(door.post("/sales", json=_a_fill("past", code, days=2)))

    page = signed_in("bo-offers", mine)
    page.goto(f"{live.web}/admin/offers/new/")
    page.locator("[data-path=name] input").fill(name)
    page.locator("[data-path=code] input").fill(code)
    page.locator("[data-part=when] select.adder").select_option("volume")
    page.locator("[data-path='when.of.0.at_least'] input").fill("10")
    page.get_by_role("button", name=said["save"]).click()
    expect(page.locator("[data-path='then.0.off'] .fault")).to_contain_text(said["missing"])
    page.locator("[data-path='then.0.off'] input").fill("0.50")
    picker = page.locator("[data-path='then.0.of'] input[role=combobox]")
    picker.press("Backspace")
    picker.fill("BO95")
    expect(page.locator(".hits li[aria-selected=true]")).to_contain_text("95# BO")
    picker.press("Enter")
    expect(page.locator("[data-sentence]")).to_contain_text(said["reads"])

    page.locator("[name=try_grade]").select_option("BO95")
    page.locator("[name=try_volume]").fill("9")
    expect(page.locator("[data-tried]")).to_contain_text(said["misses"])
    page.locator("[name=try_volume]").fill("20")
    expect(page.locator("[data-tried]")).to_contain_text(said["gets"])

    page.locator("[data-simulate]").click()
    expect(page.locator("[data-watched]")).to_contain_text(said["cost"], timeout=60_000)
    expect(page.locator("[data-watched] dl").first).to_contain_text(re.compile(r"¥[1-9]"))

    page.locator("[data-hand-in]").click()
    page.wait_for_url(re.compile(rf"/offers/of/{code}/#hand-in$"))
    page.fill("[name=note]", "half off a litre")
    page.get_by_role("button", name=said["hand in"]).click()
    expect(page.locator("#review")).to_contain_text("half off a litre")
    expect(page.get_by_role("button", name=said["approve"])).to_have_count(0)

    chief = signed_in("bo-head", theirs)
    chief.goto(f"{live.web}/admin/")
    chief.get_by_role("link", name=re.compile(answers["waits"].format(name))).click()
    chief.get_by_role("button", name=answers["approve"]).click()
    expect(chief.locator("#content")).to_contain_text(answers["in force"])
    time.sleep(1)  # tills tell whole seconds

    receipt = _made(door.post("/sales", json=_a_fill("now", code)))
    for who, words in ((page, said), (chief, answers)):
        who.goto(f"{live.web}/admin/sales/{receipt['id']}/")
        expect(who.locator("#content")).to_contain_text(words["given"])
        expect(who.locator("#content")).to_contain_text(re.compile(rf"{name}.*¥10\.00"))


def _a_fill(ref: str, code: str, days: int = 0) -> dict:
    """Twenty litres by the member of the chain, now or so many days ago."""
    at = time.gmtime(time.time() - days * 86_400)
    return {
        "station": "BO1",
        "source": "pos-o",
        "source_ref": f"{ref}-{code}",
        "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", at),
        "customer": {"phone": "13712348765"},
        "pricing": "offers",
        "lines": [{"product": "BO95", "quantity": "20.000", "unit_price": "8.00", "amount": "160.00"}],
        "tenders": [{"kind": "wechat", "amount": "150.00"}],
    }
