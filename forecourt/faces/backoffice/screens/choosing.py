"""What forms let people choose by name where codes are stored: who pays, categories. What is not listed any more stays.

The last choice of each is something new, which is typed beside it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.faces.backoffice import queries
from forecourt.kernel import sql
from forecourt.kernel.problems import Invalid
from forecourt.sales.words import funder_name

NEW: Final = "+"
_PAYERS: Final = sql.load(queries.__file__, "payers")
_USUAL: Final = ("brand", "dealer")
_SUPPLIER: Final = "supplier:"
_LONGEST: Final = 60
"""Characters of a payer's code."""


def payers(own: Iterable[str] = ()) -> dict[str, str]:
    """Who may pay, by code: the usual ones, then all who pay for something already, and those in `own`."""
    known = {row[0] for row in sql.rows(_PAYERS) if row[0]} | set(own)
    others = sorted(known.difference(_USUAL, [""]))
    return {code: funder_name(code) for code in (*_USUAL, *others)}


def payer(given: Mapping[str, str], name: str) -> str:
    """The code of who was chosen to pay, empty for nobody. Invalid where a new supplier has no name."""
    chosen = given.get(name, "").strip()
    if chosen != NEW:
        return chosen[:_LONGEST]
    typed = given.get(f"{name}_new", "").strip().removeprefix(_SUPPLIER).strip()
    if not typed:
        raise Invalid.field(f"{name}_new", _("give the supplier's name"))
    return f"{_SUPPLIER}{typed}"[:_LONGEST]


def categories(own: str = "") -> dict[str, str]:
    """Categories by path, each called with those it stands in: "Shop › Coffee"."""
    names = catalogue.category_names()
    found = {}
    for path in sorted({*names, own} - {""}, key=lambda code: code.split("/")):
        parts = path.split("/")
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        found[path] = " › ".join([names.get(code, code.rpartition("/")[2]) for code in above])
    return found


def category(given: Mapping[str, str]) -> str:
    """The path of the category that was chosen or typed, empty for none."""
    chosen = given.get("category", "").strip()
    return given.get("category_new", "").strip() if chosen == NEW else chosen


def typed(text: str) -> list[str]:
    """What was typed with commas between, Chinese ones too."""
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]


def kept(listed: Mapping[str, str], chosen: Iterable[str]) -> dict[str, str]:
    """What is listed, and behind it what is chosen already but not listed, as its code."""
    return {**listed, **{code: code for code in chosen if code and code not in listed}}
