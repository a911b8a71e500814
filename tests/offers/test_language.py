"""The language as data: JSON and back, what is refused and where, its schema, its catalogue, its words. No database."""

import json
from decimal import Decimal

import jsonschema_rs
import msgspec
import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.kernel.problems import Invalid
from forecourt.offers.rules.conditions import CONDITIONS, All, IsMember, Not
from forecourt.offers.rules.effects import EFFECTS
from forecourt.offers.rules.facts import Products
from forecourt.offers.rules.language import (
    Offer,
    budget_words,
    catalogue,
    check,
    convert,
    decode,
    encode,
    missing,
    plain,
    schema,
    words,
)
from forecourt.offers.rules.speaking import WORDS, Codes, duration, figure, money
from forecourt.offers.values import Budget, Measure, Per
from tests.offers import worlds
from tests.offers.test_conditions import Shop
from tests.offers.worlds import PETROL_95, WATER, any_effects, line, offers, sale_of, simple_conditions

PLAIN = {"code": "A", "name": "An offer", "then": [{"give": "percent", "percent": "5"}]}


def offer(**parts) -> Offer:
    return convert({**PLAIN, **parts})


def refused(**parts) -> Invalid:
    with pytest.raises(Invalid) as caught:
        check(offer(**parts))
    return caught.value


@settings(max_examples=60)
@given(offers((0, 5, -100)))
def test_an_offer_survives_its_json(found):
    check(found)
    assert decode(encode(found)) == found
    assert convert(plain(found)) == found
    assert encode(decode(encode(found))) == encode(found)


@settings(max_examples=60)
@given(offers())
def test_every_offer_fits_its_published_schema(found):
    assert VALIDATOR.is_valid(plain(found)), list(VALIDATOR.iter_errors(plain(found)))


VALIDATOR = jsonschema_rs.validator_for(schema())


def test_the_schema_is_one_and_refuses_what_the_language_refuses():
    published = schema()
    jsonschema_rs.meta.validate(published)
    assert published["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert VALIDATOR.is_valid({**PLAIN, "then": [{"give": "percent", "percent": 5}]})
    for wrong in (
        {"code": "A B"},
        {"then": []},
        {"then": [{"give": "percent", "percent": 0}]},
        {"then": [{"give": "percent", "percent": "-5"}]},
        {"then": [{"give": "percent", "percent": "5", "off": "1"}]},
        {"when": {"is": "nothing"}},
        {"when": {"is": "station", "of": []}},
    ):
        assert not VALIDATOR.is_valid({**PLAIN, **wrong}), wrong


def test_the_schema_tells_integrators_what_fields_mean():
    volume = schema()["$defs"]["Volume"]
    assert volume["title"] == "Fuel filled"
    assert volume["description"].startswith("At least so many units of fuel")
    assert volume["properties"]["at_least"]["title"] == "At least"
    for kind in (*CONDITIONS.values(), *EFFECTS.values()):
        described = schema()["$defs"][kind.__name__]
        assert described["description"]
        assert all("title" in field for name, field in described["properties"].items() if name not in ("is", "give"))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"code": "A", "name": "x", "then": [{"give": "percent", "percent": "x"}]}', "then.0.percent"),
        ('{"code": "A", "name": "x", "then": [{"give": "per_cent"}]}', "then.0.give"),
        ('{"code": "A", "name": "x"}', "rule"),
        ('{"code": "A", "name": "x", "then": [{"give": "amount", "off": 1, "to": 2}]}', "then.0"),
        ('{"code": "A", "name": "x", "when": {"is": "all", "of": [{"is": "volume"}]}, "then": []}', "when.of.0"),
        ("{", "rule"),
        ("[]", "rule"),
        ('{"a":' * 100_000, "rule"),
        ("\udcff", "rule"),
    ],
)
def test_what_is_no_offer_is_refused_where_it_is_wrong(text, field):
    with pytest.raises(Invalid) as caught:
        decode(text)
    assert list(caught.value.fields) == [field]


STEPS = [{"at": 100, "amount": 5}, {"at": 200, "percent": 10}]


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"name": "  "}, "name"),
        ({"worth": -1}, "worth"),
        ({"then": [{"give": "percent", "percent": 101}]}, "then.0.percent"),
        ({"then": [{"give": "percent", "percent": 5, "up_to": 0}]}, "then.0.up_to"),
        ({"then": [{"give": "per_unit", "off": "NaN"}]}, "then.0.off"),
        ({"then": [{"give": "amount", "off": 1, "times": 2}]}, "then.0.times"),
        ({"then": [{"give": "steps", "steps": [*STEPS, {"at": 200, "amount": 1}]}]}, "then.0.steps.2.at"),
        ({"then": [{"give": "steps", "steps": [*STEPS, {"at": 300}]}]}, "then.0.steps.2.amount"),
        ({"then": [{"give": "steps", "steps": [*STEPS, {"at": 300, "amount": -1}]}]}, "then.0.steps.2.amount"),
        (
            {"then": [{"give": "steps", "steps": [{"at": 100, "amount": 20}, {"at": 200, "amount": 5}]}]},
            "then.0.steps.1.amount",
        ),
        ({"then": [{"give": "steps", "steps": [*STEPS, {"at": 300, "percent": 9}]}]}, "then.0.steps.2.percent"),
        ({"then": [{"give": "steps", "steps": [*STEPS, {"at": 300, "amount": 29}]}]}, "then.0.steps.2.amount"),
        (
            {"then": [{"give": "steps", "steps": [{"at": 100, "amount": 20}, {"at": 150, "percent": 13}]}]},
            "then.0.steps.1.percent",
        ),
        ({"then": [{"give": "shop_for_fuel", "every": 10}]}, "then.0.amount"),
        ({"then": [{"give": "shop_for_fuel", "every": 10, "amount": 1, "percent": 1}]}, "then.0.amount"),
        ({"then": [{"give": "times_points", "times": 1}]}, "then.0.times"),
        ({"then": [PLAIN["then"][0], {"give": "times_points", "times": 101}]}, "then.1.times"),
        ({"when": {"is": "volume", "at_least": 30, "at_most": 20}}, "when.at_most"),
        ({"when": {"is": "quantity", "at_least": 3, "at_most": 2}}, "when.at_most"),
        ({"when": {"is": "amount", "at_least": 3, "at_most": 2}}, "when.at_most"),
        ({"when": {"is": "since_last"}}, "when.at_least"),
        ({"when": {"is": "since_last", "at_least": 3, "at_most": 2}}, "when.at_most"),
        ({"when": {"is": "tier"}}, "when.of"),
        ({"when": {"is": "tier", "of": ["a"], "at_least": "b"}}, "when.of"),
        ({"when": {"is": "birthday", "month": True, "before": 1}}, "when.month"),
        (
            {"when": {"is": "not", "of": {"is": "hours", "of": [{"start": "08:00", "end": "08:00"}]}}},
            "when.of.of.0.end",
        ),
        ({"when": {"is": "dates", "of": [{"first": "2026-02-29"}]}}, "when.of.0.first"),
        ({"when": {"is": "dates", "of": [{"first": "02-29", "last": "02-30"}]}}, "when.of.0.last"),
        ({"when": {"is": "dates", "of": [{"first": "02-01", "last": "2026-02-03"}]}}, "when.of.0.last"),
        ({"when": {"is": "dates", "of": [{"first": "2026-02-02", "last": "2026-02-01"}]}}, "when.of.0.last"),
        (
            {"when": {"is": "all", "of": [{"is": "any", "of": [{"is": "volume", "at_least": 0}]}]}},
            "when.of.0.of.0.at_least",
        ),
        ({"starts": "2026-10-08T00:00:00+08:00", "ends": "2026-10-07T16:00:00Z"}, "ends"),
        ({"starts": "1999-10-08T00:00:00+08:00"}, "starts"),
        ({"budgets": [{"measure": "uses", "limit": "1.5"}]}, "budgets.0.limit"),
        ({"budgets": [{"measure": "uses", "limit": 0}]}, "budgets.0.limit"),
        ({"budgets": [{"measure": "points", "limit": 100}]}, "budgets.0.measure"),
        (
            {
                "then": [{"give": "points", "points": 5}],
                "budgets": [{"measure": "points", "limit": 100}, {"measure": "money", "limit": 1, "per": "day"}],
            },
            "budgets.1.measure",
        ),
        ({"budgets": [{"measure": "money", "limit": 9}, {"measure": "money", "limit": 8}]}, "budgets.1.per"),
        ({"funding": [{"funder": "brand", "percent": 60}, {"funder": "dealer", "percent": 30}]}, "funding"),
        ({"funding": [{"funder": "brand", "percent": 50}, {"funder": "brand", "percent": 50}]}, "funding.1.funder"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_is_wrong(parts, field):
    assert list(refused(**parts).fields) == [field]


def test_conditions_may_stand_in_one_another_and_be_many_but_not_without_end():
    nested = IsMember()
    for _ in range(5):
        nested = Not(of=nested)
    check(replace(offer(), when=nested))
    with pytest.raises(Invalid, match="6 deep"):
        check(replace(offer(), when=Not(of=nested)))
    many = All(of=(All(of=(IsMember(),) * 29), All(of=(IsMember(),) * 28)))
    check(replace(offer(), when=many))
    with pytest.raises(Invalid, match="more than 60"):
        check(replace(offer(), when=All(of=(*many.of, IsMember()))))


def test_every_term_is_in_the_catalogue_with_a_label_for_every_field():
    found = catalogue()
    assert [term["tag"] for term in found["conditions"]] == list(CONDITIONS)
    assert [term["tag"] for term in found["effects"]] == list(EFFECTS)
    json.dumps(found)
    groups = {group["about"] for group in found["groups"]}
    for term, kind in zip(
        [*found["conditions"], *found["effects"]], [*CONDITIONS.values(), *EFFECTS.values()], strict=True
    ):
        assert term["title"]
        assert term["about"] in groups
        assert {field["name"] for field in term["fields"]} == set(kind.__struct_fields__)
        assert all(field["label"] and field["kind"] for field in term["fields"])


def test_the_catalogue_tells_what_a_builder_has_to_know():
    found = catalogue()
    fields = {
        term["tag"]: {field["name"]: field for field in term["fields"]}
        for term in found["conditions"] + found["effects"]
    }
    assert fields["volume"]["at_least"] | {"label": "", "hint": ""} == {
        "name": "at_least",
        "required": True,
        "exclusiveMinimum": "0",
        "label": "",
        "hint": "",
        "kind": "volume",
    }
    assert fields["volume"]["of"]["default"] == {"kinds": ["fuel"]}
    assert [choice["value"] for choice in fields["weekdays"]["of"]["choices"]][:2] == ["mon", "tue"]
    assert [field["name"] for field in fields["hours"]["of"]["fields"]] == ["start", "end"]
    assert [field["name"] for field in fields["bundle"]["parts"]["fields"]] == ["of", "count"]
    assert fields["visit"]["number"]["minimum"] == "1"
    assert fields["visit"]["number"]["maximum"] == "100000"
    budget = {field["name"]: field for field in found["budget"]}
    assert {choice["value"] for choice in budget["per"]["choices"]} == set(Per)


def test_the_catalogue_speaks_the_readers_language():
    with override("zh-hans"):
        titles = {term["tag"]: term["title"] for term in catalogue()["effects"]}
    assert titles["per_unit"] == "每升直降"
    assert titles["coupon"] == "随单赠券"


def test_closed_lists_have_a_word_for_each_of_their_members():
    assert set(WORDS["measure"]) == set(Measure)
    assert set(WORDS["per"]) == set(Per)
    hints = msgspec.inspect.type_info(Products)
    assert {field.name for field in hints.fields} == set(Products.inputs)


@settings(max_examples=40)
@given(st.data())
def test_whatever_is_in_the_language_can_be_drawn_and_said(data):
    condition, effect = data.draw(simple_conditions), data.draw(any_effects)
    for language in ("en", "zh-hans"):
        with override(language):
            said = condition.words(Codes()), effect.words(Codes())
        assert all(said)
        assert "%(" not in "".join(said)


def test_the_worlds_of_tests_hold_every_term():
    logic = {CONDITIONS[tag] for tag in ("all", "any", "not")}
    assert worlds.CONDITIONS.keys() | logic == set(CONDITIONS.values())
    assert worlds.MONEY_EFFECTS.keys() | worlds.OTHER_EFFECTS.keys() == set(EFFECTS.values())


WHOLE = {
    "code": "WEEKEND",
    "name": "Weekend",
    "when": {
        "is": "all",
        "of": [
            {"is": "volume", "at_least": "30", "of": {"families": ["petrol"]}},
            {"is": "weekdays", "of": ["sat", "sun"]},
        ],
    },
    "then": [{"give": "per_unit", "off": "0.3", "up_to": 60}, {"give": "coupon", "template": "WASH"}],
    "starts": "2026-10-01T00:00:00+08:00",
    "alone": True,
    "budgets": [{"measure": "uses", "limit": 1, "per": "customer_day"}],
    "funding": [{"funder": "dealer", "percent": "40.0"}, {"funder": "brand", "percent": 60}],
}


def test_times_are_those_of_the_companys_clock_whatever_zone_they_were_sent_in():
    class AtHome(Shop):
        def name(self, kind: str, code: str) -> str:
            return "Asia/Shanghai" if kind == "zone" else super().name(kind, code)

    with override("en"):
        said = words(offer(starts="2026-09-30T16:00:00Z", ends="2026-10-08T02:00:00+10:00"), AtHome())
    assert said.endswith("From 2026-10-01 00:00 until 2026-10-08 00:00.")


def test_an_offer_reads_as_a_sentence_or_two():
    with override("en"):
        assert words(convert(WHOLE), Shop()) == (
            "When they fill at least 30 L of petrol and it is a weekend: ¥0.30 off each L of any fuel, up to 60 L; "
            "a coupon “WASH” for next time. At most once for each customer a day. From 2026-10-01 00:00. "
            "It goes with no other offer. Paid for by dealer (40%), brand (60%)."
        )
        assert words(offer(ends="2026-10-08T00:00:00Z"), Shop()) == (
            "In every sale: 5% off everything. Until 2026-10-08 00:00."
        )
    with override("zh-hans"):
        assert words(convert(WHOLE), Shop()) == (
            "加汽油满30L，且周末：油品每L直降¥0.30，最多60L；随单赠优惠券“WASH”。每人每天最多1次。"
            "2026-10-01 00:00起。不与其他优惠同享。费用由dealer（40%）、brand（60%）承担。"
        )


def test_budgets_read_as_sentences():
    budgets = [
        Budget(measure=Measure.MONEY, limit=Decimal(10_000)),
        Budget(measure=Measure.VOLUME, limit=Decimal(500), per=Per.STATION_DAY),
        Budget(measure=Measure.POINTS, limit=Decimal(2000), per=Per.CUSTOMER_MONTH),
    ]
    with override("en"):
        assert [budget_words(budget, Shop()) for budget in budgets] == [
            "At most ¥10,000 in all.",
            "At most 500 L at each station a day.",
            "At most 2,000 points for each customer a month.",
        ]
    with override("zh-hans"):
        assert [budget_words(budget, Shop()) for budget in budgets] == [
            "合计最多¥10,000。",
            "每座油站每天最多500L。",
            "每人每月最多2,000积分。",
        ]


@pytest.mark.parametrize(
    ("miss", "values", "said"),
    [
        ("nothing", {}, "there is nothing in this sale that it is for"),
        ("final", {}, "the price was paid as it stood, so nothing could come off"),
        ("short", {"what": "amount", "more": "0.5"}, "0.50 more of these products would have had it"),
        ("short", {"what": "quantity", "more": "2", "unit": "piece"}, "2 pieces more would have had it"),
        ("budget", {"measure": "money", "per": "total"}, "it is used up (in all)"),
        (
            "budget",
            {"measure": "uses", "per": "customer_day"},
            "you have had it as often as it is given (for each customer a day)",
        ),
        ("gone_from_the_language", {"x": "1"}, "it is not for sales like this one"),
    ],
)
def test_why_not_where_no_condition_failed(miss, values, said):
    with override("en"):
        assert missing(miss, values, Codes()) == said


def test_figures_are_for_people():
    assert [figure(Decimal(text)) for text in ("1234.50", "0.300", "1E+3")] == ["1,234.5", "0.3", "1,000"]
    assert [money(Shop(), text) for text in ("0.3", "10", "12.345", "10.50")] == ["¥0.30", "¥10", "¥12.345", "¥10.50"]
    with override("en"):
        assert [duration(minutes) for minutes in (0, 59, 60, 80)] == ["0 min", "59 min", "1 h", "1 h 20 min"]


def test_a_selection_is_kept_while_its_sums_are():
    """Sums are kept under a selection's identity, which another one must not come by."""
    facts = sale_of(line(PETROL_95, Decimal(10)), line(WATER, Decimal(1))).facts()
    for code, quantity in [("95", 10), ("WATER", 1)] * 50:
        assert facts.pick(Products(products=frozenset({code}))).quantity == quantity
