"""One explanation, three readers: each hears what is theirs, in both languages, and nobody what is another member's."""

from decimal import Decimal

import pytest
from django.utils import translation
from msgspec.structs import replace

from forecourt.organisation.queries import company
from forecourt.sales import answers, services, wire, words
from forecourt.sales.words import Reader
from tests.sales.scenes import PROGRAMME, WATER, a_line, a_sale, open_chain
from tests.sales.test_offers import PAID, per_litre, post, publish

WORLD = (
    per_litre(name="每升立减", group="litre"),
    {"code": "small", "name": "小惠", "then": [{"give": "per_unit", "off": "0.10"}], "group": "litre"},
    {
        "code": "big",
        "name": "大单",
        "when": {"is": "volume", "at_least": "24.2"},
        "then": [{"give": "points", "points": 9}],
    },
    {"code": "chosen", "name": "秘密", "when": {"is": "tag", "of": ["vip"]}, "then": [{"give": "points", "points": 9}]},
    {
        "code": "secret",
        "name": "私享",
        "when": {"is": "all", "of": [{"is": "volume", "at_least": "5"}, {"is": "segment", "of": ["s1"]}]},
        "then": [{"give": "percent", "percent": "5"}, {"give": "points", "points": 1}],
    },
    {"code": "mug", "name": "送杯", "then": [{"give": "gift", "product": "6901234567892"}], "worth": "1"},
)


@pytest.fixture
def receipt(db):
    chain = open_chain()
    chain.enrol(1)
    publish(*WORLD)
    return post(chain, "1", 1, a_line("92", "20.000", "153.00"))


def said(receipt, reader: Reader, language: str) -> list[str]:
    reasons = wire.decode_reasons(receipt.explanation)
    with translation.override(language):
        return [text for _, text in words.explanation(reasons, company(), PROGRAMME, reader)]


def test_the_customer_hears_what_they_got_and_what_is_in_reach(receipt):
    found = said(receipt, Reader.CUSTOMER, "en")
    assert "You got ¥6.00 off with “每升立减”." in found
    assert "“每升立减” was worth more to you than “小惠”: ¥6.00 off against ¥2.00 off." in found
    assert "“大单”: 4.20 L more would have had it." in found
    assert not [text for text in found if "秘密" in text or "私享" in text]
    chinese = said(receipt, Reader.CUSTOMER, "zh-hans")
    assert "您享受了“每升立减”：减 ¥6.00。" in chinese
    assert "“每升立减”比“小惠”更划算，已为您选用前者：前者为减 ¥6.00，后者为减 ¥2.00。" in chinese
    assert len(chinese) == len(found)


def test_the_cashier_hears_what_to_do_and_say(receipt):
    found = said(receipt, Reader.CASHIER, "en")
    assert "每升立减 is taken off: ¥6.00 off." in found
    assert "Tell them about 大单: 4.20 L more would have had it." in found
    assert [text for text in found if text.startswith("Hand over ")]
    assert [text for text in said(receipt, Reader.CASHIER, "zh-hans") if text.startswith("请把")]


def test_the_cashier_hears_all_that_an_offer_gives_and_nothing_is_taken_off_that_is_no_money(db):
    chain = open_chain()
    chain.enrol(1)
    gift = {"give": "gift", "product": WATER}
    publish(
        {"code": "a", "name": "甲", "then": [gift, {"give": "amount", "off": "1"}, {"give": "points", "points": 1}]},
        {"code": "b", "name": "乙", "then": [{"give": "points", "points": 1200}]},
    )
    receipt = post(chain, "1", 1)
    found = said(receipt, Reader.CASHIER, "en")
    assert "Hand over 矿泉水550ml: “甲”. It gives ¥1.00 off, 1 point too." in found
    assert "乙 gives 1,200 points." in found
    chinese = said(receipt, Reader.CASHIER, "zh-hans")
    assert "请把矿泉水550ml交给顾客（“甲”），另有：减 ¥1.00、1积分。" in chinese
    assert "已享受：乙，1,200积分。" in chinese


def test_what_comes_to_less_than_a_point_is_said_so(db):
    chain = open_chain()
    chain.enrol(1)
    publish({"code": "double", "name": "双倍", "then": [{"give": "times_points", "times": "2"}]})
    receipt = post(chain, "1", 1, a_line("92", "0.300", "2.30"))
    assert "You got less than a point with “双倍”." in said(receipt, Reader.CUSTOMER, "en")
    assert "您享受了“双倍”：不足 1 积分。" in said(receipt, Reader.CUSTOMER, "zh-hans")
    assert "双倍 gives less than a point." in said(receipt, Reader.CASHIER, "en")
    assert "双倍: less than a point. (double)" in said(receipt, Reader.AUDITOR, "en")


def test_the_auditor_hears_everything_with_its_codes(receipt):
    found = " ".join(said(receipt, Reader.AUDITOR, "en"))
    for code in ("litre", "small", "big", "mug", "line 1: ¥6.00", "lost to litre", "failed: volume"):
        assert code in found
    assert "By itself it would have given ¥2.00 off; 每升立减 gave ¥6.00 off." in found
    assert "failed: segment" not in found or "私享" in found
    reasons = wire.decode_reasons(receipt.explanation)
    assert len(said(receipt, Reader.AUDITOR, "en")) == len(reasons)


def test_nobody_recognised_is_told_each_in_their_way(db):
    chain = open_chain()
    receipt = post(chain, "2", None, a_line("92", "20.000", "153.00"))
    assert receipt.totals.net == Decimal("153.00")
    assert said(receipt, Reader.CUSTOMER, "en") == ["Show your member code next time to earn points."]
    assert said(receipt, Reader.CASHIER, "zh-hans") == ["未识别到会员，请询问会员码或手机号。"]


def asked(chain, reader: Reader) -> list[str]:
    """What a quote of 20 litres says of the offer "far" to this reader."""
    (quote,) = services.quote_sales(chain.actor, [a_sale("q", 1, **PAID)], answers.depth_of(reader))
    (answer,) = answers.in_words([quote], reader)
    return [one.words["en"] for one in answer.sentences if one.rule == "far"]


def far(*when: dict) -> None:
    publish({"code": "far", "name": "远", "when": {"is": "all", "of": when}, "then": [{"give": "points", "points": 9}]})


MORE = {"is": "volume", "at_least": "25"}
NEVER = {"is": "dates", "of": [{"first": "2020-01-01"}]}


def test_the_auditor_of_a_quote_hears_each_condition_that_fails(db):
    chain = open_chain()
    chain.enrol(1)
    far({"is": "station", "of": ["S002"]}, MORE, {"is": "member"}, NEVER)
    found = asked(chain, Reader.AUDITOR)
    assert ["station" in found[0], "volume" in found[1], "dates" in found[2]] == [True] * 3
    assert len(found) == 3
    assert asked(chain, Reader.CUSTOMER) == asked(chain, Reader.CASHIER) == []


def test_nobody_is_told_to_buy_more_where_that_is_not_all(db):
    chain = open_chain()
    chain.enrol(1)
    far(MORE)
    assert asked(chain, Reader.CUSTOMER) == ["“远”: 5 L more would have had it."]
    far(MORE, {"is": "segment", "of": ["s1"]})
    assert asked(chain, Reader.CUSTOMER) == asked(chain, Reader.CASHIER) == []
    far(MORE, NEVER)
    (found,) = asked(chain, Reader.CUSTOMER)
    assert "more" not in found


def test_what_lost_is_told_in_what_it_would_have_given(db):
    """Points, goods and what nothing was left for, beside money; strangers earn none."""
    chain = open_chain()
    chain.enrol(1)
    publish(
        per_litre(name="每升立减", group="one"),
        {"code": "points", "name": "积分", "then": [{"give": "points", "points": 90}], "group": "one"},
        {
            "code": "mug",
            "name": "送杯",
            "then": [{"give": "gift", "product": WATER}],
            "worth": "1",
            "group": "one",
        },
        {"code": "late", "name": "迟", "then": [{"give": "amount", "off": "5"}], "alone": True, "priority": -1},
    )
    member = " ".join(said(post(chain, "1", 1), Reader.AUDITOR, "en"))
    assert "By itself it would have given 90 points; 每升立减 gave ¥6.00 off." in member
    assert "By itself it would have given 矿泉水550ml; 每升立减 gave ¥6.00 off." in member
    assert (
        "not given together with 每升立减. By itself it would have given ¥5.00 off; 每升立减 gave ¥6.00 off." in member
    )
    stranger = " ".join(said(post(chain, "2", None), Reader.AUDITOR, "en"))
    assert "90 points" not in stranger


def test_what_older_receipts_tell_of_what_lost_stands(receipt):
    old = [
        replace(reason, values={name: reason.values[name] for name in ("to", "why")})
        for reason in wire.decode_reasons(receipt.explanation)
        if reason.code == "offer.lost"
    ]
    texts = [
        text
        for reader in (Reader.CUSTOMER, Reader.AUDITOR)
        for _, text in words.explanation(old, company(), PROGRAMME, reader)
    ]
    assert texts == [
        "“每升立减” was worth more to you than “小惠”.",
        "小惠: 每升立减 was worth more, and only one of the two is given. (small; lost to litre)",
    ]


def test_the_customer_hears_the_smallest_shortfalls_first(db):
    chain = open_chain()
    chain.enrol(1)
    publish(
        per_litre("a", name="甲", when={"is": "volume", "at_least": "90"}),
        per_litre("b", name="乙", when={"is": "amount", "at_least": "160"}),
        per_litre("c", name="丙", when={"is": "volume", "at_least": "25"}),
        per_litre("d", name="丁", when={"is": "tier", "at_least": "gold"}),
        per_litre("e", name="戊", when={"is": "dates", "of": [{"first": "2020-01-01", "last": "2020-02-01"}]}),
    )
    found = said(post(chain, "1", 1), Reader.CUSTOMER, "en")
    assert [text[1] for text in found if text.startswith("“")] == ["乙", "丙", "甲", "戊", "丁"]
