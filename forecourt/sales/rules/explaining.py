"""Why a sale came to what it did: codes and figures, which `words` puts into sentences."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from heapq import nsmallest
from itertools import islice

from forecourt.coupons.rules import normal_code
from forecourt.coupons.values import Coupon
from forecourt.kernel.money import ZERO
from forecourt.loyalty.rules import Earned
from forecourt.loyalty.values import Programme
from forecourt.offers.rules.choosing import Applied, Lost
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.failing import failed
from forecourt.offers.rules.matching import NOTHING, Live, Missed, lacking, nearness_of, nothing_for
from forecourt.offers.rules.speaking import plain
from forecourt.offers.rules.taking import is_taken
from forecourt.sales.rules.offering import Offered, points_bonus
from forecourt.sales.rules.state import Rulings
from forecourt.sales.values import (
    CouponGiven,
    Flag,
    Issue,
    KnownSale,
    LineDiscount,
    OfferGiven,
    Reason,
    Verdict,
)

MOST_MISSED = 40
"""Offers that were looked at and missed, told on one receipt."""


def explained(
    known: KnownSale, flags: Sequence[Flag], tier: str, programme: Programme, earned: Earned | None
) -> tuple[Reason, ...]:
    """Why the points are what they are, step by step."""
    reasons = [Reason(code=f"flag.{flag}", verdict=Verdict.NOT_MET) for flag in flags]
    if earned is None:
        if not known.is_member:
            reasons.append(Reason(code="points.no_member", verdict=Verdict.INFO))
        return tuple(reasons)
    if not programme.version:
        reasons.append(Reason(code="points.no_programme", verdict=Verdict.INFO))
        return tuple(reasons)
    for step in earned.steps:
        reasons.append(
            Reason(
                code=f"earn.{step.rate.per}",
                verdict=Verdict.APPLIED,
                rule=step.rate.code,
                points=plain(step.points),
                values={"counted": plain(step.counted), "rate": plain(step.rate.points)}
                | ({"name": step.rate.name} if step.rate.name else {}),
            )
        )
    if earned.uncovered:
        lines = ",".join(map(str, earned.uncovered))
        reasons.append(Reason(code="earn.none", verdict=Verdict.NOT_MET, values={"lines": lines}))
    if tier:
        reasons.append(
            Reason(
                code="tier.multiplier",
                verdict=Verdict.APPLIED,
                rule=tier,
                points=str(earned.points),
                values={"percent": str(earned.multiplier_percent)},
            )
        )
    return tuple(reasons)


def explained_offers(
    given: Offered,
    by_offer: Sequence[Mapping[int, Decimal]],
    bonuses: Sequence[int],
    issued: Sequence[Issue],
    used: Sequence[Coupon],
    *,
    earns: bool,
) -> tuple[Reason, ...]:
    """Every offer that was looked at: what it gave, to which it lost and by how much, or what was missing; and coupons.

    Of those that were missed the `MOST_MISSED` that the sale came nearest to. `earns`: whether it earns points.
    """
    reasons = []
    for item, lines, points in zip(given.applied, by_offer, bonuses, strict=True):
        values = {"name": item.live.offer.name}
        if lines:
            values["money"] = str(sum(lines.values(), ZERO))
            values["lines"] = ",".join([f"{number}:{money}" for number, money in sorted(lines.items())])
            values["units"] = plain(item.units)
        _add_beside_money(values, item)
        reasons.append(
            Reason(
                code="offer.applied",
                verdict=Verdict.APPLIED,
                rule=item.live.code,
                points=str(points) if points else "",
                values=values,
            )
        )
    if given.lost:
        won = {reason.rule: reason for reason in reasons}
        reasons += [_lost(lost, won.get(lost.to), given.facts, earns=earns) for lost in given.lost]
    missed = [*[_with_lack(one, given.facts) for one in given.missed], *given.never[:MOST_MISSED]]
    if len(missed) > MOST_MISSED:
        missed = nsmallest(MOST_MISSED, missed, key=nearness_of)
    reasons += [one.said or _missed(one) for one in missed]
    if more := len(given.missed) + len(given.never) - len(missed):
        reasons.append(Reason(code="offer.more", verdict=Verdict.NOT_MET, values={"count": str(more)}))
    return (*reasons, *_of_coupons(given, issued, used))


def _add_beside_money(values: dict[str, str], item: Applied) -> None:
    """What an offer gives beside money and points, and what held it down."""
    if item.gifts:
        values["gifts"] = ",".join(item.gifts)
    if item.coupons:
        values["coupons"] = ",".join(item.coupons)
    if item.cut:
        values["cut"] = item.cut


def _lost(lost: Lost, won: Reason | None, facts: Facts, *, earns: bool) -> Reason:
    """To which it lost, what it would have given by itself, and beside it (`to_...`) what the other gave."""
    item = lost.alone
    values = {"to": lost.to, "why": lost.why}
    if item.off:
        values["money"] = str(item.money)
    if (item.points or item.times) and earns and (points := points_bonus(item, facts, item.off)):
        values["points"] = str(points)
    _add_beside_money(values, item)
    if won is not None:
        got = won.values
        if "money" in got:
            values["to_money"] = got["money"]
        if won.points:
            values["to_points"] = won.points
        if "gifts" in got:
            values["to_gifts"] = got["gifts"]
        if "coupons" in got:
            values["to_coupons"] = got["coupons"]
    return Reason(code="offer.lost", verdict=Verdict.LOST, rule=lost.live.code, values=values)


def _with_lack(missed: Missed, facts: Facts) -> Missed:
    """What was missed, with how much more an effect would have wanted: rating does not ask it."""
    return Missed(missed.live, lacking(missed.live.offer, facts)) if missed.miss is NOTHING else missed


def _missed(missed: Missed) -> Reason:
    """What was missing; kept with what is the same for many sales, to be said once."""
    miss = missed.miss
    values = {"is": miss.condition, **miss.values} if miss.values else {"is": miss.condition}
    said = Reason(code="offer.missed", verdict=Verdict.NOT_MET, rule=missed.live.code, values=values)
    missed.said = said
    return said


def told_whole(reasons: Sequence[Reason], given: Offered, others: Iterable[Live]) -> tuple[Reason, ...]:
    """An explanation with every condition that fails of each offer that was missed, one after the other.

    `others` are offers that are told of too, where the sale did not even look at them: at most `MOST_MISSED`.
    """
    missed = {one.live.code: one.live for one in (*given.missed, *given.never)}
    told = {reason.rule for reason in reasons if reason.code.startswith("offer.")}
    found: list[Reason] = []
    for reason in reasons:
        found.append(reason)
        if reason.code == "offer.missed":
            every = _each_missed(missed[reason.rule], given.facts)
            found += [other for other in every if other.values != reason.values]
    far = islice([live for live in others if live.code not in told], MOST_MISSED)
    for live in far:
        found += _each_missed(live, given.facts) or [_missed(Missed(live, nothing_for(live, given.facts)))]
    return tuple(found)


def _each_missed(live: Live, facts: Facts) -> list[Reason]:
    return [_missed(Missed(live, miss)) for miss in failed(live.offer.when, facts)]


def _of_coupons(given: Offered, issued: Sequence[Issue], used: Sequence[Coupon]) -> list[Reason]:
    reasons = [
        Reason(code="coupon.used", verdict=Verdict.APPLIED, rule=coupon.template, values={"code": coupon.code})
        for coupon in used
    ]
    reasons += [
        Reason(
            code="coupon.refused",
            verdict=Verdict.NOT_MET,
            rule=refused.template,
            values={"code": refused.code, "why": refused.why.value},
        )
        for refused in given.refused
    ]
    for issue in issued:
        coupon = issue.coupon
        values = {"code": coupon.code, "from": coupon.active_from.isoformat(), "offer": issue.offer}
        if coupon.expires_on is not None:
            values["until"] = coupon.expires_on.isoformat()
        reasons.append(Reason(code="coupon.issued", verdict=Verdict.INFO, rule=coupon.template, values=values))
    return reasons


def explained_unused(known: KnownSale, given: Offered, used: Sequence[Coupon], rulings: Rulings) -> tuple[Reason, ...]:
    """Coupons that were presented, are good, and were not used: why. They stay good."""
    presented = {normal_code(code): None for code in known.sale.coupons}
    good = {normal_code(coupon.code): coupon for held in given.coupons.values() for coupon in held}
    spent = {normal_code(coupon.code) for coupon in used}
    kinds = {coupon.template for coupon in used}
    reasons = []
    for code in presented:
        coupon = good.get(code)
        if coupon is None or code in spent:
            continue
        template = rulings.templates[coupon.template].template
        if coupon.template in kinds:
            why = "one_of_a_kind"
        elif is_taken(rulings.book.offers, coupon.template, known.rated_at):
            why = "not_given"
        else:
            why = "handover" if template.handover else "no_offer"
        values = {"code": coupon.code, "why": why}
        reasons.append(Reason(code="coupon.unused", verdict=Verdict.NOT_MET, rule=coupon.template, values=values))
    return tuple(reasons)


def explained_shortage(given: Offered, issued: Sequence[Issue]) -> tuple[Reason, ...]:
    """Coupons for next time that offers would give and that are not given out any more."""
    if not any([item.coupons for item in given.applied]):
        return ()
    short = Counter([template for item in given.applied for template in item.coupons])
    short -= Counter([issue.coupon.template for issue in issued])
    return tuple(
        [
            Reason(code="coupon.none_left", verdict=Verdict.NOT_MET, rule=template, values={"count": str(count)})
            for template, count in sorted(short.items())
        ]
    )


def offers_given(reasons: Sequence[Reason]) -> tuple[OfferGiven, ...]:
    """The offers that an explanation says were given, as a receipt shows them."""
    return tuple([_given(reason) for reason in reasons if reason.code == "offer.applied"])


def _given(reason: Reason) -> OfferGiven:
    values = reason.values
    lines = [part.split(":") for part in values["lines"].split(",")] if "lines" in values else []
    return OfferGiven(
        code=reason.rule,
        name=values["name"],
        discount=Decimal(values.get("money", "0")),
        lines=tuple([LineDiscount(line=int(number), amount=Decimal(money)) for number, money in lines]),
        points=int(reason.points or 0),
        gifts=_codes(values.get("gifts")),
        coupons=_codes(values.get("coupons")),
    )


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def coupons_given(reasons: Sequence[Reason]) -> tuple[CouponGiven, ...]:
    """The coupons for next time that an explanation says were given."""
    return tuple(
        [
            CouponGiven(
                template=reason.rule,
                code=reason.values["code"],
                good_from=date.fromisoformat(reason.values["from"]),
                good_until=date.fromisoformat(reason.values["until"]) if "until" in reason.values else None,
            )
            for reason in reasons
            if reason.code == "coupon.issued"
        ]
    )
