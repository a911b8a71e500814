"""What is said of a word that is none of those that a field takes: which there are, and which it was."""

import msgspec
import pytest
from django.utils.translation import override

from forecourt.faces.backoffice.screens.offer_faults import faults_of
from forecourt.kernel import wire
from forecourt.kernel.problems import Invalid, Problem
from forecourt.offers.rules import language
from forecourt.sales.values import NewSale

OFF = [{"give": "amount", "off": "1"}]


@pytest.mark.parametrize(
    ("part", "field", "said"),
    [
        ({"then": [{"give": "points", "points": 1, "by": "litres"}]}, "then.0.by", "'amount' or 'quantity'"),
        ({"when": {"is": "usage", "of": ["taxi"]}}, "when.of.0", "'private', 'business' or 'heavy'"),
        ({"when": {"is": "customer_kind", "of": "firm"}}, "when.of", "'person' or 'business'"),
        ({"then": [OFF[0] | {"of": {"kinds": ["food"]}}]}, "then.0.of.kinds.0", "'fuel', 'goods' or 'service'"),
        (
            {"budgets": [{"measure": "yuan", "limit": "1"}]},
            "budgets.0.measure",
            "'money', 'volume', 'uses' or 'points'",
        ),
    ],
)
def test_an_offer_hears_which_words_there_are(part, field, said):
    body = {"code": "a", "name": "a", "then": OFF} | part
    for made in (lambda: language.convert(body), lambda: language.decode(msgspec.json.encode(body))):
        with pytest.raises(Invalid) as refused:
            made()
        assert refused.value.fields[field].startswith(f"must be {said}; it was '")


@pytest.mark.parametrize(
    ("part", "field"),
    [({"when": {"is": "all", "of": [{"is": "x"}]}}, "when.of.0.is"), ({"then": [{"give": "x"}]}, "then.0.give")],
)
def test_a_kind_of_condition_or_effect_that_is_none_hears_of_all_there_are(part, field):
    with pytest.raises(Invalid) as refused:
        language.convert({"code": "a", "name": "a", "then": OFF} | part)
    assert refused.value.fields[field].startswith("must be '")
    assert refused.value.fields[field].endswith("; it was 'x'")


@pytest.mark.parametrize("rest", [b"}", b", nonsense", b"", b', "code": ' + b"[" * 5000])
def test_a_till_hears_it_too_whatever_else_is_wrong_with_the_body(rest):
    body = b'{"pricing": "' + b"x" * 500 + b'"' + rest
    with pytest.raises(Problem) as refused:
        wire.decode(msgspec.json.Decoder(NewSale), body)
    assert refused.value.fields["pricing"].startswith("must be '")
    assert len(refused.value.fields["pricing"]) < 200


def test_what_is_wrong_otherwise_is_said_as_before():
    with pytest.raises(Invalid) as refused:
        language.convert({"code": "a", "name": "a", "then": [{"give": "amount", "off": "x"}]})
    assert "must be" not in refused.value.fields["then.0.off"]


def test_the_builder_says_it_in_the_readers_words():
    with pytest.raises(Invalid) as refused:
        language.convert({"code": "a", "name": "a", "then": [{"give": "x"}]})
    with override("zh-hans"):
        assert "must be" not in faults_of(refused.value)["then.0.give"]
