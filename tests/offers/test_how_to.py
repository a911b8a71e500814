"""The offers that the how-to shows are offers."""

import json
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from forecourt.offers.rules.language import check, convert, words
from tests.offers.test_conditions import Shop

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
