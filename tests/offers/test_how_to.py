"""The offers that the how-to shows are offers, and its terms do what it says of them."""

import json
import re
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Annotated, Any

import pytest
from django.utils.translation import override
from msgspec import Meta

from forecourt.offers.rules.conditions import basket
from forecourt.offers.rules.effects import discounts
from forecourt.offers.rules.facts import FUEL, Facts
from forecourt.offers.rules.language import check, convert, words
from tests.offers.test_conditions import Shop
from tests.offers.worlds import COFFEE, PETROL_95, WATER, line, sale_of

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-condition-or-effect.md"
PRESETS = [
    json.loads(found)
    for found in re.findall(r"^    (\{\n(?:     .*\n)+    \})$", PAGE.read_text("utf-8"), re.MULTILINE)
]


def test_there_are_presets():
    assert [preset["code"] for preset in PRESETS][:2] == ["WASH30", "WASH30-NEXT"]
    assert len(PRESETS) == PAGE.read_text("utf-8").count('"code":')


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset["code"])
def test_a_preset_is_an_offer_and_says_so_in_both_languages(preset):
    offer = convert(preset)
    check(offer)
    for language in ("en", "zh-hans"):
        with override(language):
            assert words(offer, Shop())


def shown(name: str, beside: ModuleType) -> Any:
    """The class that the how-to shows, written into the file that it says."""
    block = re.search(rf"^    class {name}\(.*?(?=^\S)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    room = {**vars(beside), "Annotated": Annotated, "Meta": Meta}
    exec(dedent(block[0]), room)
    return room[name]


def test_the_condition_shown_counts_products_not_prices():
    wanted = shown("Variety", basket)(at_least=2)
    two_prices = sale_of(line(WATER, Decimal(1), Decimal(2)), line(WATER, Decimal(1), Decimal(3))).facts()
    assert len(two_prices.items) == 2
    assert wanted.test(two_prices).values == {"more": "1"}
    assert wanted.missing({"more": "1"}, Shop()) == "1 other product more would have had it"
    assert wanted.test(sale_of(line(WATER, Decimal(1)), line(COFFEE, Decimal(1))).facts()) is None


def test_the_effect_shown_waives_cents():
    given = shown("Rounding", discounts)(of=FUEL).gain(sale_of(line(PETROL_95, Decimal("1.5"), Decimal("7.5"))).facts())
    assert given.off == {0: Decimal("0.25")}


def test_what_a_term_sees_is_there():
    told = re.search(r"^`Facts` .*?\n\n", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]
    names = re.findall(r"`([a-z_]+)`", told)
    assert "items" in names
    assert not [name for name in names if not hasattr(Facts, name)]
