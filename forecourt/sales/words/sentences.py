"""Reasons as sentences that hold for anybody. What is stored are codes and figures only."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.kernel.money import sign
from forecourt.offers.rules import saying
from forecourt.offers.rules.speaking import figure, sum_of, with_digits
from forecourt.offers.rules.speaking import points as so_many_points
from forecourt.organisation.values import CompanyFacts
from forecourt.sales.models import FLAG_NAMES
from forecourt.sales.values import Flag, Reason
from forecourt.sales.words.names import CompanyNames


def sentence(reason: Reason, company: CompanyFacts, names: CompanyNames) -> str:  # noqa: C901 - one case a code
    """One reason as a sentence."""
    if reason.code.startswith("flag."):
        return flag_sentence(reason.code.removeprefix("flag."))
    if reason.code.startswith("offer."):
        return _offer_sentence(reason, names)
    if reason.code.startswith("coupon."):
        return _coupon_sentence(reason, names)
    values = reason.values
    words = {
        "rule": values.get("name") or reason.rule,
        "points": reason.points,
        "tier": names.name("tier", reason.rule),
        "currency": sign(company.currency),
        "counted": _counted(reason, company),
        "rate": values.get("rate", ""),
        "percent": values.get("percent", "100"),
        "reason": values.get("reason", ""),
    }
    if reason.code.startswith("points."):
        return _points_sentence(reason, names)
    match reason.code:
        case "earn.unit":
            return _("%(rule)s: %(counted)s × %(rate)s points = %(points)s") % words
        case "earn.currency":
            return _("%(rule)s: %(currency)s%(counted)s × %(rate)s points = %(points)s") % words
        case "earn.none":
            return _no_rate(values.get("lines", ""))
        case "tier.multiplier":
            return _("Tier %(tier)s: points × %(percent)s%%, rounded down: %(points)s") % words
        case "offers.kept":
            return _("The sale was rated anew. What offers gave when it was sold stands; they give nothing more.")
        case "refund.of" if values.get("reason"):
            return _("Refund of an earlier sale: %(reason)s") % words
        case "refund.of":
            return _("Refund of an earlier sale.")
    return reason.code


def _counted(reason: Reason, company: CompanyFacts) -> str:
    """What a rate counted: money as on the receipt, litres and other units with all that was counted of them."""
    counted = reason.values.get("counted", "0")
    if reason.code == "earn.currency":
        return with_digits(counted, company.digits)
    return figure(counted) if Decimal(counted) == int(Decimal(counted)) else with_digits(counted, 2)


def _points_sentence(reason: Reason, names: CompanyNames) -> str:
    """Why points did not move, or which came back."""
    words = {"points": reason.points}
    match reason.code:
        case "points.no_member":
            return _("No member was recognised, so no points were earned.")
        case "points.no_programme":
            return _("No programme was in force at that time, so no points were earned.")
        case "points.forgiven":
            return _("%(points)s points could not be taken back: the balance stops at zero.") % words
        case "points.returned":
            words |= {name: sum_of(names, reason.values[name]) for name in ("worth", "money")}
            if Decimal(reason.values["money"]) > 0:
                return _("%(points)s points worth %(worth)s came back; give %(money)s back in money.") % words
            return _("%(points)s points worth %(worth)s came back.") % words
    return reason.code


def _offer_sentence(reason: Reason, names: CompanyNames) -> str:
    """What became of an offer: what it gave, to which it lost, what was missing."""
    values = reason.values
    words = {"offer": values.get("name") or names.offer(reason.rule), "other": names.offer(values.get("to", ""))}
    match reason.code:
        case "offer.applied":
            return _("%(offer)s: %(given)s.") % (words | {"given": given_words(reason, names)})
        case "offer.missed":
            return _("%(offer)s: %(missing)s.") % (words | {"missing": saying.missing(values["is"], values, names)})
        case "offer.more":
            return _("%(count)s more offers were looked at and not met.") % {"count": values.get("count", "")}
    lost = _lost_words(values.get("why", ""), words)
    given, got = compared_words(reason, names)
    if not given:
        return lost
    if not got:
        return _("%(lost)s By itself it would have given %(given)s.") % {"lost": lost, "given": given}
    words |= {"lost": lost, "given": given, "got": got}
    return _("%(lost)s By itself it would have given %(given)s; %(other)s gave %(got)s.") % words


def _lost_words(why: str, words: dict[str, str]) -> str:
    match why:
        case "group":
            return _("%(offer)s: %(other)s was worth more, and only one of the two is given.") % words
        case "alone":
            return _("%(offer)s: not given together with %(other)s.") % words
        case "most_offers":
            return _("%(offer)s: a sale gets no more offers than it has.") % words
        case "floor":
            return _("%(offer)s: the price cannot go lower.") % words
    return _("%(offer)s: there was nothing left to take it off.") % words


def given_words(reason: Reason, names: CompanyNames) -> str:
    """What an offer gave, in words. Where it gave nothing, what it multiplied came to less than a point."""
    return _given(reason.values, reason.points, names) or _("less than a point")


def given_beside_goods(reason: Reason, names: CompanyNames) -> str:
    """What an offer gave beside the goods it hands over, in words; "" for nothing else."""
    values = {name: text for name, text in reason.values.items() if name != "gifts"}
    return _given(values, reason.points, names) if reason.points or values.keys() & {"money", "coupons"} else ""


def compared_words(reason: Reason, names: CompanyNames) -> tuple[str, str]:
    """What an offer that lost would have given, and what the one gave to which it lost; "" where that is not stored."""
    values = reason.values
    other = {name.removeprefix("to_"): text for name, text in values.items() if name.startswith("to_")}
    return _given(values, values.get("points", ""), names), _given(other, other.get("points", ""), names)


def _given(values: Mapping[str, str], points: str, names: CompanyNames) -> str:
    parts = []
    if "money" in values:
        parts.append(_("%(money)s off") % {"money": sum_of(names, values["money"])})
    if points:
        parts.append(so_many_points(int(points)))
    parts += [names.name("product", code) for code in values.get("gifts", "").split(",") if code]
    for code, count in Counter(filter(None, values.get("coupons", "").split(","))).items():
        said = {"name": names.name("template", code), "count": count}
        parts.append(_("coupon %(name)s") % said if count == 1 else _("%(count)s coupons %(name)s") % said)
    given = _(", ").join(parts)
    match values.get("cut"):
        case "budget":
            return _("%(given)s (cut: its budget is nearly used up)") % {"given": given}
        case "cap":
            return _("%(given)s (cut: the price cannot go lower)") % {"given": given}
        case "over":
            return _("%(given)s (without goods: they are handed over only while it is being sold)") % {"given": given}
    return given


def _coupon_sentence(reason: Reason, names: CompanyNames) -> str:
    words = {
        "coupon": names.name("template", reason.rule) if reason.rule else _("Coupon"),
        "code": reason.values.get("code", ""),
        "from": reason.values.get("from", ""),
        "until": reason.values.get("until", ""),
        "count": reason.values.get("count", ""),
    }
    match reason.code:
        case "coupon.used":
            return _("%(coupon)s %(code)s was used.") % words
        case "coupon.issued" if words["until"]:
            return _("%(coupon)s for next time: %(code)s, good from %(from)s to %(until)s.") % words
        case "coupon.issued":
            return _("%(coupon)s for next time: %(code)s, good from %(from)s.") % words
        case "coupon.none_left":
            return _("%(coupon)s for next time: %(count)s fewer, no more of them are given out.") % words
    words |= {"why": why_not_words(reason.values.get("why", ""))}
    if reason.code == "coupon.unused":
        return _("%(coupon)s %(code)s was not used and stays good: %(why)s.") % words
    return _("%(coupon)s %(code)s was not taken: %(why)s.") % words


def why_not_words(why: str) -> str:
    """Why a coupon was not taken, to stand after a colon."""
    return {
        "void": _("it was voided"),
        "used": _("it was used before"),
        "limit": _("it was used as often as it can be"),
        "reserved": _("another sale under way holds it"),
        "not_yours": _("it belongs to another member"),
        "blocked": _("the member is blocked"),
        "not_yet": _("it is not good yet"),
        "expired": _("it has expired"),
        "members": _("only members can use it"),
        "customer_limit": _("this member has used as many as one may"),
        "one_of_a_kind": _("only one of a kind is used in a sale"),
        "not_given": _("no offer that takes it was given this time"),
        "handover": _("it is handed over at the counter, without a sale"),
        "no_offer": _("no offer takes it now"),
    }.get(why, _("no coupon has this code"))


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
        case Flag.POINTS_SHORT:
            return _("Points were to pay that were not there. Ask for another payment, then accept as it is.")
        case Flag.POINTS_REFUSED:
            return _(
                "Points of a blocked member, or of one who was not recognised well enough, were to pay; none were taken. "
                "Ask for another payment, then accept as it is."
            )
        case Flag.POINTS_UNEVEN:
            return _(
                "Fewer points paid than the programme lets pay at once, or not in its steps. They were taken; accept as it is."
            )
        case Flag.TENDER_MISMATCH:
            return _("The payments do not add up to the total. Check the till's record, then accept as it is.")
    return str(FLAG_NAMES.get(Flag(flag), flag))
