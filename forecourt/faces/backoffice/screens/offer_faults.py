"""What is at fault with an offer's JSON, by the path of the field, in the reader's words.

The language's own checks speak already; what its decoder says of types is put into words here.
"""

import re
from typing import Final

from django.utils.translation import gettext as _

from forecourt.kernel.problems import Problem

_MISSING: Final = re.compile(r"object missing required field `(\w+)`")
_BOUND: Final = re.compile(r"expected `(?:int|float|decimal)` (>=|<=|>|<) (\S+)")


def faults_of(problem: Problem) -> dict[str, str]:
    """Paths with what is wrong there; the path is empty where it is the whole."""
    if not problem.fields:
        return {"": problem.detail}
    found = {}
    for path, text in problem.fields.items():
        missing = _MISSING.fullmatch(text)
        if missing:
            found[f"{path}.{missing[1]}".removeprefix("rule.")] = _("is missing; fill it in")
        else:
            found[path] = _said(text)
    return found


def _said(text: str) -> str:  # noqa: C901 - one case a message
    """What the decoder says, in words; its own where it is nothing that the builder can bring about."""
    bound = _BOUND.match(text)
    if bound:
        sign = {">=": _("at least %(bound)s"), "<=": _("at most %(bound)s"), ">": _("more than %(bound)s")}
        return sign.get(bound[1], _("less than %(bound)s")) % {"bound": bound[2]}
    if "decimal" in text:
        return _("is no number")
    if text.startswith("expected `int`"):
        return _("is no whole number")
    if "of length >=" in text:
        return _("is empty; choose at least one") if "array" in text else _("is missing; fill it in")
    if "of length <=" in text:
        return _("is too long")
    if "[A-Za-z0-9_.-]" in text:
        return _("may have letters, digits, dots, dashes and underscores only")
    if "[0-5][0-9]" in text:
        return _("is no time; write it as 06:30")
    if "matching regex" in text:
        return _("is not written as it has to be; see the hint")
    if "RFC3339" in text:
        return _("choose day and time, or leave it empty")
    if (
        text.startswith("expected `object`")
        or text.startswith("invalid enum value")
        or text.startswith("invalid value")
        or text.startswith("must be '")
    ):
        return _("is nothing that the language knows; choose another")
    return text
