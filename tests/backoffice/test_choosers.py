"""Forms let people choose by name who pays, stations and categories; what is not listed any more stays as it was."""

from decimal import Decimal

import pytest

from forecourt.catalogue import queries as catalogue
from forecourt.coupons import services as coupons
from forecourt.coupons.values import CouponKind, Template
from forecourt.customers import services as customers
from forecourt.customers.values import NewCustomer
from forecourt.faces.backoffice.screens import game_form
from forecourt.games import queries as games
from forecourt.games.values import GameKind, PrizeKind, TierWeight
from forecourt.occasions.values import GiftRules, RulesKind
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, NewStation, Role
from forecourt.rewards import queries as rewards
from tests.backoffice.conftest import PASSWORD
from tests.occasions.conftest import hold
from tests.sales.scenes import HEAD_OFFICE, open_chain

SCRIPT = {"X-Office-Form": "1"}


@pytest.fixture
def signed(db, client):
    open_chain()
    organisation.open_stations(HEAD_OFFICE, [NewStation(code="CH1", name="Chooser's Station")])
    organisation.create_staff(
        HEAD_OFFICE, username="ch", name="ch", password=PASSWORD, roles=[NewRole(role=Role.HEAD_OFFICE)]
    )
    client.force_login(Staff.objects.get(username="ch"))
    return client


def page(client, path: str) -> str:
    response = client.get(f"/admin/{path}")
    assert response.status_code == 200, path
    return " ".join(response.content.decode().split())


def typed(game) -> dict[str, object]:
    """A wheel as its form sends it."""
    shown = game_form.shown(game)
    given = {name: shown[name] for name in ("starts_at", "ends_at")} | {"code": game.code, "name": game.name}
    for row, prize in zip(shown["prizes"], game.prizes, strict=True):
        given |= {f"{row['at']}{name}": getattr(prize, name) for name in ("code", "name", "points", "collect_days")}
        given |= {f"{row['at']}kind": prize.kind.value, f"{row['at']}funder": prize.funder}
        given |= {f"{row['at']}stations": list(prize.stations), f"{row['at']}stock": 5}
    for row in shown["segments"]:
        given |= {f"{row['at']}{name}": row[name] for name in ("label", "percent", "prize")}
    return given


def test_prizes_of_games_are_paid_and_handed_out_by_whom_was_chosen(signed):
    game = game_form.blank(GameKind.WHEEL)
    given = typed(game) | {
        "prizes.0.kind": PrizeKind.GOODS.value,
        "prizes.0.points": "",
        "prizes.0.stations": ["CH1"],
        "prizes.0.funder": "+",
    }
    assert signed.post("/admin/games/new/wheel/", given, headers=SCRIPT).json()["problems"] == {
        "prizes.0.funder_new": "give the supplier's name"
    }
    signed.post("/admin/games/new/wheel/", given | {"prizes.0.funder_new": "Acme"})
    (made,) = games.games()
    (prize,) = games.game(made.game.id).rules.prizes
    assert (prize.funder, prize.stations) == ("supplier:Acme", ("CH1",))
    said = page(signed, f"games/{made.game.id}/edit/")
    assert '<option value="supplier:Acme" selected>Supplier Acme</option>' in said
    assert 'value="CH1" checked> Chooser&#x27;s Station' in said


def test_a_draw_is_for_tags_that_are_ticked_and_weighs_by_tiers(signed):
    customers.create_customer(HEAD_OFFICE, NewCustomer(name="王芳", tags=("车队",)))
    game = game_form.blank(GameKind.DRAW)
    fresh = page(signed, "games/new/draw/")
    assert '<input type="checkbox" name="tag" value="车队" > 车队' in fresh
    assert 'name="weight.silver" value="1"' in fresh
    given = typed(game) | {
        "draws_at": game_form.shown(game)["draws_at"],
        "by_sign_up": "on",
        "prizes.0.winners": "1",
        "prizes.0.prize_class": "1",
        "prizes.0.stations": ["CH1"],
        "tag": ["车队"],
        "tags": "老客户，车队",
        "weight.silver": "3",
        "weight.basic": "1",
    }
    refused = signed.post("/admin/games/new/draw/", given | {"weight.silver": "much"}, headers=SCRIPT)
    assert refused.json()["problems"] == {"weight.silver": "'much' is no whole number up to 1,000"}
    signed.post("/admin/games/new/draw/", given)
    (made,) = games.games()
    rules = games.game(made.game.id).rules
    assert rules.who.tags == ("车队", "老客户")
    assert rules.draw.tier_weights == (TierWeight(tier="silver", weight=3),)
    said = page(signed, f"games/{made.game.id}/edit/")
    assert 'name="weight.silver" value="3"' in said
    assert 'name="tag" value="老客户" checked' in said


def test_a_reward_keeps_payers_and_stations_that_are_listed_no_more(signed):
    given = {"code": "CUP", "name": "Cup", "kind": "goods", "points": "500", "stock": "common", "cost": "3"}
    paid = {
        "funder_0": "+",
        "funder_0_new": "supplier:Acme",
        "percent_0": "40",
        "funder_1": "dealer",
        "percent_1": "60",
    }
    signed.post("/admin/rewards/new/", given | paid | {"stations": ["CH1"]})
    shares = rewards.by_code("CUP").reward.shares
    assert [(share.funder, share.percent) for share in shares] == [
        ("supplier:Acme", Decimal(40)),
        ("dealer", Decimal(60)),
    ]
    said = page(signed, "rewards/of/CUP/edit/")
    assert '<option value="supplier:Acme" selected>Supplier Acme</option>' in said
    assert '<option value="dealer" selected>The dealer</option>' in said


def test_a_products_category_is_chosen_by_name_or_new(signed):
    given = {"code": "CH-TEA", "kind": "goods", "name": "Tea", "family": "", "unit": ""}
    signed.post("/admin/products/new/", given | {"category": "+", "category_new": "SHOP/TEA"})
    made = catalogue.products_by_code(["CH-TEA"])["CH-TEA"]
    assert catalogue.product(HEAD_OFFICE, "CH-TEA").category == "SHOP/TEA"
    signed.post("/admin/products/categories/", {"path": "SHOP/TEA", "name": "Teas"})
    assert '<option value="SHOP/TEA" selected>SHOP › Teas</option>' in page(signed, f"products/{made.id}/")
    given = {"name": "Green tea", "family": "", "unit": "piece", "category": "SHOP/TEA", "is_active": "on"}
    signed.post(f"/admin/products/{made.id}/", given)
    assert catalogue.product(HEAD_OFFICE, "CH-TEA").category == "SHOP/TEA"


def test_only_coupons_that_are_issued_one_by_one_are_offered_and_those_that_ran_out_are_told(signed):
    for code, more in {
        "one-by-one": {},
        "retired-wash": {},
        "used-up": {"limit": 1},
        "for-all": {"kind": CouponKind.GENERIC, "generic_code": "ALL2026"},
    }.items():
        coupons.create_template(HEAD_OFFICE, Template(code=code, name=code, **more))
    coupons.retire_template(HEAD_OFFICE, "retired-wash")
    for path in ("rewards/new/", "games/new/wheel/", "programme/draft/", "occasions/"):
        said = page(signed, path)
        assert "one-by-one" in said
        assert "for-all" not in said, path
        assert "retired-wash" not in said, path
    assert "cannot be issued at present" not in page(signed, "occasions/")
    hold(RulesKind.BIRTHDAY, GiftRules(points=5, template="used-up"))
    coupons.issue_coupons(HEAD_OFFICE, "used-up", [chain_member()])
    assert "cannot be issued at present" in page(signed, "occasions/")


def chain_member() -> int:
    return customers.create_customer(HEAD_OFFICE, NewCustomer(name="王芳"))


def test_a_new_event_that_is_refused_keeps_the_tiers_that_were_ticked(signed):
    given = {"title": "车主日", "place": "公园", "starts_at": "2030-05-01T10:00", "ends_at": "2030-05-01T09:00"}
    response = signed.post("/admin/member-events/new/", given | {"tiers": ["silver"]})
    said = " ".join(response.content.decode().split())
    assert 'name="tiers" value="silver" checked' in said
    assert 'name="tiers" value="gold" >' in said


def test_a_moment_of_an_event_that_is_none_is_told_as_everywhere(signed):
    given = {"title": "车主日", "place": "公园", "starts_at": "tomorrow", "ends_at": "2030-05-01T09:00"}
    response = signed.post("/admin/member-events/new/", given)
    assert "choose day and time, or leave it empty" in response.content.decode()
