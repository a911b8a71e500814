"""An explanation in words, in the reader's language. The stored reasons hold codes and figures only."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.loyalty.values import Programme
from forecourt.organisation.values import CompanyFacts
from forecourt.sales.models import FLAG_NAMES
from forecourt.sales.values import Flag, Reason


def explanation(reasons: Iterable[Reason], company: CompanyFacts, programme: Programme) -> list[tuple[Reason, str]]:
    """Each reason with its sentence."""
    tiers = {tier.code: tier.name for tier in programme.tiers}
    return [(reason, sentence(reason, company, tiers)) for reason in reasons]


def sentence(reason: Reason, company: CompanyFacts, tiers: dict[str, str]) -> str:  # noqa: C901 - one case a code
    """One reason as a sentence. `tiers` gives names by code."""
    if reason.code.startswith("flag."):
        return flag_sentence(reason.code.removeprefix("flag."))
    values = reason.values
    words = {
        "rule": reason.rule,
        "points": reason.points,
        "tier": tiers.get(reason.rule, reason.rule),
        "currency": symbol(company.currency),
        "counted": values.get("counted", ""),
        "rate": values.get("rate", ""),
        "percent": values.get("percent", "100"),
        "reason": values.get("reason", ""),
    }
    match reason.code:
        case "earn.unit":
            return _("%(rule)s: %(counted)s × %(rate)s points = %(points)s") % words
        case "earn.currency":
            return _("%(rule)s: %(currency)s%(counted)s × %(rate)s points = %(points)s") % words
        case "earn.none":
            return _no_rate(values.get("lines", ""))
        case "tier.multiplier":
            return _("Tier %(tier)s: points × %(percent)s%%, rounded down: %(points)s") % words
        case "points.no_member":
            return _("No member was recognised, so no points were earned.")
        case "points.no_programme":
            return _("No programme was in force at that time, so no points were earned.")
        case "points.forgiven":
            return _("%(points)s points could not be taken back: the balance stops at zero.") % words
        case "refund.of" if values.get("reason"):
            return _("Refund of an earlier sale: %(reason)s") % words
        case "refund.of":
            return _("Refund of an earlier sale.")
    return reason.code


def _no_rate(lines: str) -> str:
    count = len(lines.split(","))
    return ngettext(
        "Line %(lines)s earns no points: no rate covers it.",
        "Lines %(lines)s earn no points: no rate covers them.",
        count,
    ) % {"lines": lines.replace(",", ", ")}


def flag_sentence(flag: str) -> str:
    """What a flag means, and what to do about it."""
    match flag:
        case Flag.UNKNOWN_PRODUCT:
            return _(
                "A product code is not in the catalogue. Add the product, or give its code to one, then rate anew."
            )
        case Flag.UNKNOWN_CUSTOMER:
            return _("Nobody is known by what the till sent. Enrol or find the customer, then rate anew.")
        case Flag.BLOCKED_CUSTOMER:
            return _("The customer is blocked, so no points were earned. Unblock and rate anew, or accept as it is.")
        case Flag.CLOCK_OFF:
            return _("The till's clock or business date is off. Correct the till, then accept as it is.")
        case Flag.AMOUNT_MISMATCH:
            return _("Quantity times price does not give the amount. Check the till's record, then accept as it is.")
        case Flag.TENDER_MISMATCH:
            return _("The payments do not add up to the total. Check the till's record, then accept as it is.")
    return str(FLAG_NAMES.get(Flag(flag), flag))


def symbol(currency: str) -> str:
    """The sign of a currency, its code where it has none here."""
    return {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}.get(currency, f"{currency} ")
