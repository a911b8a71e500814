"""What people gave names to is called by them: in the audit trail, in the programme, on the page of a station."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.faces.backoffice import happenings, trail
from forecourt.faces.backoffice.queries import operating
from forecourt.faces.backoffice.screens.programme_names import differences, spoken
from forecourt.faces.backoffice.screens.stations import next_prices
from forecourt.faces.backoffice.templatetags import office
from forecourt.kernel import clock, ids
from forecourt.kernel.events import Recorded
from forecourt.loyalty.values import Programme, Tier, TierCoupon
from forecourt.organisation import services as organisation


def template(actor, code: str, name: str) -> None:
    coupons.create_template(actor, Template(code=code, name=name, valid_days=30, worth=Decimal(20)))


def test_gifts_are_told_with_the_names_of_their_coupons(db, head_office):
    template(head_office, "BDAY", "生日券")
    gift = {"kind": "birthday", "year": 2026, "points": 100, "template": "BDAY"}
    now = clock.now()
    event = Recorded(ids.uuid7(), "gift.given.v1", 1, now, now, gift)
    assert happenings.told(event, {}, {}).text == "birthday 2026 · +100 points · 生日券"


def test_why_points_moved_is_told_in_the_readers_language():
    with translation.override("zh-hans"):
        assert [office.reason(text) for text in ("Birthday gift", "投诉处理", "")] == ["生日礼", "投诉处理", ""]
    assert office.reason("Birthday gift") == "Birthday gift"


def giving(code: str) -> Programme:
    return Programme(
        tiers=(Tier(code="gold", name="Gold", threshold=Decimal(1), coupons=(TierCoupon(template=code),)),)
    )


def entry(subject: str, detail: str = "{}") -> dict:
    return {"actor": "staff:e002", "subject": subject, "detail": detail, "customer_id": None, "station_id": None}


def test_the_audit_trail_names_people_and_things_and_leads_to_their_pages(db, head_office):
    organisation.create_staff(
        head_office, username="e002", name="叶明", password="long enough 7", roles=[], code="E002"
    )
    template(head_office, "WASH", "精洗券")
    first, second = trail.told(
        [entry("coupon_template:WASH"), entry("claim:7", '{"template": "WASH", "count": 2}')], head_office
    )
    assert (first["name"], first["thing"]) == ("叶明", "Coupon template 精洗券")
    assert first["link"].endswith("/coupons/templates/WASH/")
    assert second["link"].endswith("/claims/7/")
    assert "精洗券" in second["details"]


def test_the_audit_trail_tells_amounts_with_two_digits_and_roles_with_their_stations(db, station, head_office):
    (told,) = trail.told([entry("claim:7", '{"total": "11756.0000"}')], head_office)
    assert told["details"] == "amount: 11,756.00"
    held = f'{{"roles": ["cashier@station:{station.id}", "analyst"]}}'
    (told,) = trail.told([entry("staff:e002", held)], head_office)
    assert told["details"] == "roles: Cashier · Station S001, Analyst"


@pytest.mark.parametrize(
    "kind", ["game", "event", "offer", "reward", "template", "coupon_template", "staff", "station_id", "region_id"]
)
def test_what_is_gone_or_was_never_named_keeps_its_key(db, kind):
    assert operating.names([(kind, "17")]) == {}


def test_a_programme_tells_coupons_by_name_and_two_of_one_name_apart(db, head_office):
    template(head_office, "WASH", "精洗券")
    (shown,) = spoken(giving("WASH"))
    assert shown.tiers[0].coupons[0].template == "精洗券"
    template(head_office, "WASH-2", "精洗券")
    (change,) = differences(giving("WASH"), giving("WASH-2"))
    assert ("精洗券 (WASH)" in change.before, "精洗券 (WASH-2)" in change.after) == (True, True)


def announced(product: int, price: str, day: int, station: int | None = None) -> dict:
    return {
        "product_id": product,
        "price": Decimal(price),
        "effective_from": date(2026, 12, day),
        "station_id": station,
    }


def test_a_price_announced_for_everywhere_does_not_reach_a_station_with_its_own():
    prices = {1: {"own": True}, 2: {"own": False}}
    rows = [announced(1, "8.46", 1), announced(2, "7.41", 1), announced(1, "8.31", 2, station=4), announced(9, "5", 3)]
    coming, later = next_prices(rows, prices)
    assert {product: row["price"] for product, row in coming.items()} == {1: Decimal("8.31"), 2: Decimal("7.41")}
    assert [row["product_id"] for row in later] == [9]


def test_days_are_told_as_a_month_where_they_are_a_whole_one():
    assert office.days(date(2026, 2, 1), date(2026, 2, 28)) == office.month(date(2026, 2, 1))
    assert office.days(date(2026, 2, 1), date(2026, 2, 27)) == "1 Feb 2026 – 27 Feb 2026"
    assert office.days(date(2026, 2, 3), date(2026, 2, 3)) == "3 Feb 2026"
