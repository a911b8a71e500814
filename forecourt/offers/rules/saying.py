"""Offers in words: what one says as a whole, and why one was not given."""

from collections.abc import Mapping
from datetime import datetime

from forecourt.kernel import clock
from forecourt.kernel.words import say as _
from forecourt.offers.rules.conditions import CONDITIONS
from forecourt.offers.rules.offer import Offer
from forecourt.offers.rules.speaking import Names, called, listed, measured, money, points, times
from forecourt.offers.values import Budget, Measure


def words(offer: Offer, names: Names) -> str:
    """The whole offer in a sentence or two: "When they fill at least 30 L of 95 and it is a weekend: ¥0.30 off each L of 95,
    up to 60 L. At most once for each customer a day." Chinese sentences stand without blanks between them.
    """
    then = _("; ").join([effect.words(names) for effect in offer.then])
    when = offer.when.words(names)
    said = [
        _("When %(when)s: %(then)s.") % {"when": when, "then": then}
        if when
        else _("In every sale: %(then)s.") % {"then": then}
    ]
    said += [budget_words(budget, names) for budget in offer.budgets]
    if offer.starts is not None or offer.ends is not None:
        said.append(_time_words(offer, names))
    if offer.alone:
        said.append(_("It goes with no other offer."))
    if offer.funding:
        said.append(
            _("Paid for by %(funders)s.")
            % {
                "funders": listed(
                    [
                        _("%(funder)s (%(percent)s%%)")
                        % {"funder": names.name("funder", share.funder), "percent": f"{share.percent.normalize():f}"}
                        for share in offer.funding
                    ],
                    _(", "),
                )
            }
        )
    return "".join([part if part.endswith("。") else f"{part} " for part in said]).strip()


def _time_words(offer: Offer, names: Names) -> str:
    said = {"starts": _moment(offer.starts, names), "ends": _moment(offer.ends, names)}
    if offer.ends is None:
        return _("From %(starts)s.") % said
    if offer.starts is None:
        return _("Until %(ends)s.") % said
    return _("From %(starts)s until %(ends)s.") % said


def _moment(moment: datetime | None, names: Names) -> str:
    """A moment on the company's clock; as it was written where that is not known."""
    if moment is None:
        return ""
    zone = names.name("zone", "")
    return f"{moment.astimezone(clock.zone(zone)) if zone else moment:%Y-%m-%d %H:%M}"


def budget_words(budget: Budget, names: Names) -> str:
    """A budget as a sentence: "At most ¥10,000 in all."."""
    match budget.measure:
        case Measure.MONEY:
            limit = money(names, budget.limit)
        case Measure.VOLUME:
            limit = measured(names, budget.limit, "volume")
        case Measure.USES:
            limit = times(int(budget.limit))
        case _:
            limit = points(int(budget.limit))
    return _("At most %(limit)s %(per)s.") % {"limit": limit, "per": called(names, "per", budget.per)}


def missing(condition: str, values: Mapping[str, str], names: Names) -> str:
    """Why an offer was not given, for the customer, from what a receipt keeps: the tag of a miss and its figures."""
    kind = CONDITIONS.get(condition)
    if kind is not None:
        return kind.missing(values, names)
    match condition:
        case "short":
            return CONDITIONS["bought"].missing(values, names)
        case "nothing":
            return _("there is nothing in this sale that it is for")
        case "final":
            return _("the price was paid as it stood, so nothing could come off")
        case "unknown":
            return _("what stood in its way is not known any more")
        case "over":
            return _("goods are handed over only while it is being sold")
        case "budget" if values.get("per", "").startswith("customer"):
            return _("you have had it as often as it is given (%(per)s)") % {"per": called(names, "per", values["per"])}
        case "budget":
            return _("it is used up (%(per)s)") % {"per": called(names, "per", values.get("per", "total"))}
    return _("it is not for sales like this one")
