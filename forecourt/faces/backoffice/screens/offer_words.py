"""Offers in words for screens: names of what they name, their states, what a version changed, what stands in the way."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.faces.backoffice.templatetags.office import moment
from forecourt.offers.rules import language
from forecourt.offers.rules.language import COMPANY, Offer, Policy
from forecourt.organisation import queries as organisation
from forecourt.sales.words import CompanyNames
from forecourt.sales.words import funder_name as funder

STATES: Final = {
    "live": _("In force"),
    "review": _("In review"),
    "draft": _("Draft"),
    "paused": _("Paused"),
    "ended": _("Ended"),
}
COLOURS: Final = {"live": "green", "review": "amber", "draft": "", "paused": "amber", "ended": ""}
RUNS: Final = {
    "waiting": _("Waiting"),
    "running": pgettext_lazy("simulation", "Running"),
    "done": _("Done"),
    "failed": _("Failed"),
    "stopped": _("Stopped"),
}
WHY_LOST: Final = {
    "group": _("Only one of a group is given, and the other is worth more"),
    "alone": _("They are not given together"),
    "most_offers": _("A sale gets no more offers than it has"),
    "floor": _("The price cannot go lower"),
    "nothing_left": _("There was nothing left to take it off"),
}


class OfferNames(CompanyNames):
    """Names of all that offers name; `called` are names of offers that are not published."""

    def __init__(self, called: Mapping[str, str] | None = None) -> None:
        super().__init__(organisation.company(), tier_names())
        self._called = called or {}

    def offer(self, code: str) -> str:
        """What an offer is called."""
        return self._called.get(code) or super().offer(code)


def missed(condition: str, names: OfferNames) -> str:
    """Why an offer was not given, without figures: for a count of many sales. The kind of condition, as a builder calls it."""
    if condition == "nothing":
        return _now("nothing in the sale that it is for, or too little of it")
    if condition == "final":
        return _now("the price was paid as it stood")
    if condition == "budget":
        return _now("its budget was used up")
    return titles().get(condition, condition)


def titles() -> dict[str, str]:
    """The kinds of conditions by tag."""
    return {one["tag"]: one["title"] for one in language.catalogue()["conditions"]}


class Part(NamedTuple):
    """A part of an offer in words, to compare versions by."""

    title: str
    text: str


def parts(offer: Offer, names: OfferNames) -> list[Part]:
    """An offer part by part, each as a clause."""
    combining = [
        *([_now("group %(group)s") % {"group": offer.group}] if offer.group else []),
        *([_now("alone")] if offer.alone else []),
        *([_now("priority %(priority)s") % {"priority": offer.priority}] if offer.priority else []),
        *([] if offer.floor else [_now("below the margin floor too")]),
    ]
    funding = [f"{funder(one.funder)} {one.percent.normalize():f}%" for one in offer.funding]
    return [
        Part(_now("Name"), offer.name),
        Part(_now("For customers"), offer.text),
        Part(pgettext("offer", "When"), offer.when.words(names) or _now("in every sale")),
        Part(pgettext("offer", "Then"), _now("; ").join(effect.words(names) for effect in offer.then)),
        Part(_now("Starts"), moment(offer.starts) if offer.starts else ""),
        Part(_now("Ends"), moment(offer.ends) if offer.ends else ""),
        Part(_now("Budgets"), " ".join(language.budget_words(budget, names) for budget in offer.budgets)),
        Part(_now("Combining"), _now(", ").join(combining) or _now("with every other offer")),
        Part(_now("Worth of gifts and coupons"), f"{offer.worth:f}" if offer.worth else ""),
        Part(_now("Who pays"), _now(", ").join(funding) or funder(COMPANY)),
    ]


def differences(before: Offer | None, after: Offer, names: OfferNames) -> list[tuple[str, str, str]]:
    """What another version says otherwise: (what, before, after); all of it where there is none before."""
    return compared(parts(before, names) if before is not None else [], parts(after, names))


def compared(before: Sequence[Part], after: Sequence[Part]) -> list[tuple[str, str, str]]:
    """What reads otherwise: (what, before, after)."""
    told = {part.title: part.text for part in before}
    return [
        (part.title, told.get(part.title, ""), part.text) for part in after if part.text != told.get(part.title, "")
    ]


def policy(value: Policy) -> str:
    """How offers combine, as a sentence."""
    most = (
        _now("A sale gets at most %(count)s offers") % {"count": value.most_offers}
        if value.most_offers
        else _now("A sale gets any number of offers")
    )
    if value.most_percent >= Decimal(100):
        return _now("%(most)s, down to a price of zero.") % {"most": most}
    return _now("%(most)s, and at most %(percent)s%% off any product.") % {
        "most": most,
        "percent": f"{value.most_percent.normalize():f}",
    }


def policy_parts(value: Policy) -> list[Part]:
    """How offers combine part by part, to compare by."""
    return [
        Part(_now("Most offers in a sale"), str(value.most_offers) if value.most_offers else _now("any number")),
        Part(_now("Most percent off any product"), f"{value.most_percent.normalize():f}%"),
    ]


def conflicts(lost: Sequence[Sequence[Any]], names: OfferNames, only: str = "") -> list[tuple[str, str, Any, int]]:
    """Offers in one another's way: (which, to which, why, in how many sales), the most first; those of one offer only."""
    return [
        (names.offer(code), names.offer(to) if to else "", WHY_LOST.get(why, why), count)
        for code, to, why, count in lost
        if not only or only in (code, to)
    ]
