"""The page of a coupon template lists what it said before, and what each version says otherwise than the one before."""

import re
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.values import CouponKind, Template
from forecourt.faces.backoffice.screens import coupon_words
from forecourt.kernel.actors import Actor
from forecourt.organisation.values import Role
from tests.backoffice.test_offers import page, scene, signed  # noqa: F401
from tests.sales.scenes import HEAD_OFFICE

ANNA = Actor(kind="staff", id=5, name="anna", everything=True)
FIRST = Template(code="WASH", name="洗车券", valid_days=30, worth=Decimal(20))


def test_versions_stand_on_the_page_newest_first_with_what_changed_by_whom(scene, signed):  # noqa: F811
    coupons.create_template(HEAD_OFFICE, FIRST)
    second = replace(FIRST, valid_days=7, per_customer=2, description="周末可用")
    coupons.change_template(ANNA, second)
    coupons.change_template(ANNA, replace(second, is_automatic=True, worth=Decimal(25)))
    client = signed("f1", Role.HEAD_OFFICE)
    said = re.sub(r"\s+", " ", page(client, "coupons/templates/WASH/?tab=versions"))
    listed = said.partition('id="versions"')[2]
    assert re.findall(r'class="no">(v\d)', listed) == ["v3", "v2", "v1"]
    assert re.findall(r"\d changes|First version", listed) == ["2 changes", "3 changes", "First version"]
    for text in (
        "<del>30 days</del>",
        "<ins>7 days</ins>",
        "<ins>周末可用</ins>",
        "<ins>without being presented</ins>",
    ):
        assert text in listed
    assert "anna" in listed
    client.cookies["django_language"] = "zh-hans"
    chinese = page(client, "coupons/templates/WASH/?tab=versions")
    for text in ("历史版本", "首个版本", "3 处变更", "交易按其发生时的版本计算"):
        assert text in chinese


def test_many_versions_are_read_a_page_at_a_time(scene, signed):  # noqa: F811
    coupons.create_template(HEAD_OFFICE, FIRST)
    for days in range(1, 25):
        coupons.change_template(ANNA, replace(FIRST, valid_days=days))
    client = signed("f1", Role.MARKETER)
    newest = page(client, "coupons/templates/WASH/?tab=versions")
    assert re.findall(r'class="no">v(\d+)', newest) == [str(number) for number in range(25, 5, -1)]
    assert "<del>4 days</del>" in newest, "v6 is compared with v5, on the next page"
    older = page(client, "coupons/templates/WASH/?tab=versions&after=6")
    assert re.findall(r'class="no">v(\d+)', older) == ["5", "4", "3", "2", "1"]
    assert "First version" in older


def test_whatever_a_version_can_say_otherwise_is_told(scene):  # noqa: F811
    """Each field of a template but for its code and kind, which stay."""
    others = {
        "name": "x",
        "description": "x",
        "handover": "x",
        "delay_days": 2,
        "valid_days": 3,
        "valid_until": date(2090, 1, 1),
        "uses": 4,
        "per_customer": 5,
        "limit": 6,
        "is_automatic": True,
        "is_transferable": True,
        "worth": Decimal(7),
    }
    for name, value in others.items():
        assert coupon_words.differences(FIRST, replace(FIRST, **{name: value})), name
    everybody = replace(FIRST, kind=CouponKind.GENERIC, generic_code="SUMMER", handover="x")
    for name, value in {"generic_code": "OTHER", "stations": ("S001",), "limit": 9}.items():
        assert coupon_words.differences(everybody, replace(everybody, **{name: value})), name
