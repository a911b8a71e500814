"""Words for pure rules: messages in the reader's language without knowing the framework that translates them.

`from forecourt.kernel.words import say as _`, then `_("has %(count)s characters") % {"count": 3}`. English until
something translates: the kernel's app has Django do it.
"""

from collections.abc import Callable

_translate: list[Callable[[str], str]] = []


def say(text: str) -> str:
    """The text in the reader's language."""
    for translate in _translate:
        return translate(text)
    return text


def translate_by(translate: Callable[[str], str]) -> None:
    """Have this function translate from now on."""
    _translate[:] = [translate]
