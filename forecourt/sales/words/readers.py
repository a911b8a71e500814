"""The same explanation for three readers: the customer at the pump, the cashier beside it, the auditor long after."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from forecourt.offers.rules import saying
from forecourt.offers.rules.nearing import Nearness, nearness
from forecourt.offers.rules.speaking import sum_of
from forecourt.organisation.values import CompanyFacts
from forecourt.sales.values import Flag, Reason
from forecourt.sales.words.names import CompanyNames
from forecourt.sales.words.sentences import compared_words, given_beside_goods, given_words, sentence, why_not_words


class Reader(StrEnum):
    """CUSTOMER: what I got, and what is in reach next time. CASHIER: what to say and do. AUDITOR: everything, with codes."""

    CUSTOMER = "customer"
    CASHIER = "cashier"
    AUDITOR = "auditor"


WITHIN_REACH: Final = frozenset(
    {
        "bought",
        "volume",
        "quantity",
        "amount",
        "short",
        "hours",
        "weekdays",
        "dates",
        "month_days",
        "tender",
        "coupon",
        "visit",
        "tier",
    }
)
"""What a customer can do something about. Who is chosen, and by what mark, is nobody's business at the pump."""
_OTHER_TIMES: Final = frozenset({"hours", "weekdays", "dates", "month_days"})
_TOLD_ANYWAY: Final = frozenset({"budget", "final", "over"})
"""What nobody can change at the pump, and what answers "why not"."""


def told(
    reasons: Iterable[Reason], company: CompanyFacts, names: CompanyNames, reader: Reader
) -> list[tuple[Reason, str]]:
    """The reasons that are this reader's business, each with its sentence in their words."""
    match reader:
        case Reader.CUSTOMER:
            found = [(reason, _for_customer(reason, company, names)) for reason in _nearest(reasons)]
        case Reader.CASHIER:
            found = [(reason, _for_cashier(reason, company, names)) for reason in _nearest(reasons)]
        case _:
            found = [(reason, _for_auditor(reason, company, names)) for reason in reasons]
    return [(reason, text) for reason, text in found if text]


def _nearest(reasons: Iterable[Reason]) -> list[Reason]:
    """Of an offer for which several things are missing the one that helps at the pump: another time before more of
    something; none where one of them is nothing that a customer can change. The smallest shortfalls come first.
    """
    kept = list(reasons)
    missed: dict[str, list[Reason]] = {}
    for reason in kept:
        if reason.code == "offer.missed":
            missed.setdefault(reason.rule, []).append(reason)
    for several in missed.values():
        if len(several) > 1:
            kinds = [reason.values.get("is", "") for reason in several]
            timed = [place for place, kind in enumerate(kinds) if kind in _OTHER_TIMES]
            told = several[timed[0] if timed else 0] if WITHIN_REACH.issuperset(kinds) else None
            kept = [reason for reason in kept if reason is told or not any(reason is one for one in several)]
    near = iter(sorted([reason for reason in kept if reason.code == "offer.missed"], key=_nearness))
    return [next(near) if reason.code == "offer.missed" else reason for reason in kept]


def _nearness(reason: Reason) -> Nearness:
    return nearness(reason.values.get("is", ""), reason.values)


def _for_customer(reason: Reason, company: CompanyFacts, names: CompanyNames) -> str:
    values = reason.values
    offer = values.get("name") or names.offer(reason.rule)
    match reason.code:
        case "offer.applied":
            return _("You got %(given)s with “%(offer)s”.") % {"given": given_words(reason, names), "offer": offer}
        case "offer.lost" if values.get("to"):
            given, got = compared_words(reason, names)
            said = {"other": names.offer(values["to"]), "offer": offer, "given": given, "got": got}
            if not (given and got):
                return _("“%(other)s” was worth more to you than “%(offer)s”.") % said
            return _("“%(other)s” was worth more to you than “%(offer)s”: %(got)s against %(given)s.") % said
        case "offer.missed" if values.get("is") in WITHIN_REACH or values.get("is") in _TOLD_ANYWAY:
            missing = saying.missing(values["is"], values, names)
            return _("“%(offer)s”: %(missing)s.") % {"offer": offer, "missing": missing}
        case "offer.lost" | "offer.missed" | "offer.more" | "earn.none":
            return ""
        case "tier.multiplier" if reason.points:
            return _("You earned %(points)s points as %(tier)s.") % {
                "points": reason.points,
                "tier": names.name("tier", reason.rule),
            }
        case "points.no_member":
            return _("Show your member code next time to earn points.")
    if reason.code.startswith("flag."):
        return _flag_for_customer(reason.code.removeprefix("flag."))
    return sentence(reason, company, names)


def _flag_for_customer(flag: str) -> str:
    """A customer is told of what touches their points, not of what is wrong with the till."""
    match flag:
        case Flag.UNKNOWN_CUSTOMER:
            return _("We did not recognise you; your points follow once this is cleared up.")
        case Flag.BLOCKED_CUSTOMER:
            return _("Your membership is on hold, so no points were earned. Please ask our staff.")
        case Flag.UNKNOWN_PRODUCT:
            return _("One product is not known to us yet; its points follow once it is.")
        case Flag.POINTS_SHORT:
            return _("There were not enough points to pay with.")
        case Flag.POINTS_REFUSED:
            return _("Your points could not pay this time: show your member code, or ask our staff.")
    return ""


def _for_cashier(reason: Reason, company: CompanyFacts, names: CompanyNames) -> str:
    values = reason.values
    offer = values.get("name") or names.offer(reason.rule)
    words = {"offer": offer, "coupon": names.name("template", reason.rule) if reason.rule else _("Coupon")}
    match reason.code:
        case "offer.applied":
            return _given_for_cashier(reason, offer, names)
        case "offer.missed" if values.get("is") in WITHIN_REACH:
            missing = saying.missing(values["is"], values, names)
            return _("Tell them about %(offer)s: %(missing)s.") % (words | {"missing": missing})
        case "offer.missed" if values.get("is") not in _TOLD_ANYWAY:
            return ""
        case "offer.more" | "earn.unit" | "earn.currency":
            return ""
        case "tier.multiplier" if reason.points:
            return _("%(points)s points for %(tier)s.") % {
                "points": reason.points,
                "tier": names.name("tier", reason.rule),
            }
        case "points.no_member":
            return _("Ask for the member code or the phone number: no member was recognised.")
        case "coupon.refused" | "coupon.unused":
            why = why_not_words(values.get("why", ""))
            return _("Give %(coupon)s %(code)s back: %(why)s.") % (words | {"code": values.get("code", ""), "why": why})
    return sentence(reason, company, names)


def _given_for_cashier(reason: Reason, offer: str, names: CompanyNames) -> str:
    """What an offer gave: goods to hand over first, then what is taken off or given beside them."""
    values = reason.values
    if values.get("gifts"):
        gifts = _(", ").join([names.name("product", code) for code in values["gifts"].split(",")])
        words = {"offer": offer, "gifts": gifts, "given": given_beside_goods(reason, names)}
        if words["given"]:
            return _("Hand over %(gifts)s: “%(offer)s”. It gives %(given)s too.") % words
        return _("Hand over %(gifts)s: “%(offer)s”.") % words
    words = {"offer": offer, "given": given_words(reason, names)}
    if "money" in values:
        return _("%(offer)s is taken off: %(given)s.") % words
    return _("%(offer)s gives %(given)s.") % words


def _for_auditor(reason: Reason, company: CompanyFacts, names: CompanyNames) -> str:
    """Everything, with the code of the rule and the sums by line."""
    text = sentence(reason, company, names)
    values = reason.values
    details = []
    if reason.rule and reason.code.startswith(("offer.", "coupon.", "earn.")):
        details.append(reason.rule)
    if reason.code == "offer.applied":
        if values.get("lines"):
            parts = [part.split(":") for part in values["lines"].split(",")]
            details += [
                _("line %(number)s: %(money)s") % {"number": number, "money": sum_of(names, amount)}
                for number, amount in parts
            ]
        if values.get("units") and values["units"] != "0":
            one = values["units"] == "1"
            details.append(
                _("1 unit discounted") if one else _("%(units)s units discounted") % {"units": values["units"]}
            )
    elif reason.code == "offer.lost" and values.get("to"):
        details.append(_("lost to %(code)s") % {"code": values["to"]})
    elif reason.code == "offer.missed":
        details.append(_("failed: %(condition)s") % {"condition": values.get("is", "")})
    return _("%(text)s (%(details)s)") % {"text": text, "details": _("; ").join(details)} if details else text
