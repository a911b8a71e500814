"""One explanation, three readers: each hears what is theirs, in both languages, and nobody what is another member's."""

from decimal import Decimal

import pytest
from django.utils import translation

from forecourt.organisation.queries import company
from forecourt.sales import answers, services, wire, words
from forecourt.sales.words import Reader
from tests.sales.scenes import PROGRAMME, a_line, a_sale, open_chain
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
    assert "“每升立减” was worth more to you than “小惠”." in found
    assert "“大单”: 4.20 L more would have had it." in found
    assert not [text for text in found if "秘密" in text or "私享" in text]
    chinese = said(receipt, Reader.CUSTOMER, "zh-hans")
    assert "您享受了“每升立减”：减 ¥6.00。" in chinese
    assert len(chinese) == len(found)


def test_the_cashier_hears_what_to_do_and_say(receipt):
    found = said(receipt, Reader.CASHIER, "en")
    assert "每升立减 is taken off: ¥6.00 off." in found
    assert "Tell them about 大单: 4.20 L more would have had it." in found
    assert [text for text in found if text.startswith("Hand over ")]
    assert [text for text in said(receipt, Reader.CASHIER, "zh-hans") if text.startswith("请把")]


def test_the_auditor_hears_everything_with_its_codes(receipt):
    found = " ".join(said(receipt, Reader.AUDITOR, "en"))
    for code in ("litre", "small", "big", "mug", "line 1: ¥6.00", "lost to litre", "failed: volume"):
        assert code in found
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
