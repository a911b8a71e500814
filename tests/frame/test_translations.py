"""The check of translations finds what it must find."""

from pathlib import Path

import polib

from forecourt.faces.cli import translations
from forecourt.faces.cli.translations import PACKAGE, Word


def catalogue(text: str, chinese: str) -> dict:
    entry = polib.POEntry(msgid=text, msgstr=chinese)
    return {PACKAGE / "sales" / translations.LOCALE: {(None, text): entry}}


def test_a_string_without_chinese_is_told_with_its_place():
    word = Word("Receipt", None, None, PACKAGE / "sales" / "admin.py", 7)
    (fault,) = translations.missing([word], catalogue("Receipt", ""))
    assert fault.startswith("forecourt/sales/admin.py:7: no Chinese for 'Receipt'")
    assert not list(translations.missing([word], catalogue("Receipt", "小票")))


def test_other_placeholders_are_told():
    assert list(translations.wrong(catalogue("%(points)s points", "%(point)s 积分")))
    assert not list(translations.wrong(catalogue("%(points)s points", "%(points)s 积分")))


def test_a_percent_sign_that_cannot_be_filled_in_is_told():
    said = "add up to %(sum)s percent; make it 100"
    (fault,) = translations.wrong(catalogue(said, "合计为 %(sum)s%，应为 100%"))
    assert "is written %%" in fault
    assert not list(translations.wrong(catalogue(said, "合计为 %(sum)s%%，应为 100%%")))
    assert not list(translations.wrong(catalogue("points, in percent", "积分倍率（%）")))
    assert not list(translations.wrong(catalogue("%(share).0f%% in the shop", "店内占 %(share).0f%%")))


def test_a_string_translated_in_two_ways_is_told():
    two = catalogue("Grade", "油品")
    two[PACKAGE / "loyalty" / translations.LOCALE] = {(None, "Grade"): polib.POEntry(msgid="Grade", msgstr="等级")}
    assert len(list(translations.wrong(two))) == 1


def test_strings_of_templates_are_found(tmp_path: Path):
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    page.write_text(
        "{% load i18n %}<p>{% translate 'Customers' %}</p>\n"
        "  {% blocktranslate count n=points %}{{ n }} point{% plural %}{{ n }} points{% endblocktranslate %}"
    )
    found = {(word.text, word.plural) for word in translations._words_below(tmp_path)}
    assert found == {("Customers", None), ("%(n)s point", "%(n)s points")}
