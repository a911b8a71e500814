"""The languages of sentences for tills and apps."""

from collections.abc import Callable
from typing import Final, TypeVar

from django.utils import translation

LANGUAGES: Final = {"en": "en", "zh-Hans": "zh-hans"}
"""Django's names of the languages, by their BCP 47 tag."""

T = TypeVar("T")


def in_languages(say: Callable[[], T]) -> dict[str, T]:
    """What `say` says in each language, by its tag."""
    said = {}
    for tag, language in LANGUAGES.items():
        with translation.override(language):
            said[tag] = say()
    return said
