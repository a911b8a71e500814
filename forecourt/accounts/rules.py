"""Points as a performance obligation (IFRS 15 / CAS 14): what is deferred, and when it becomes revenue."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from forecourt.accounts.values import (
    Change,
    Cost,
    Figures,
    Kind,
    PartOfLiability,
    Policy,
    Posting,
    Role,
    SimulatedLiability,
    Unit,
)
from forecourt.kernel.money import ZERO, rounded

_HUNDRED: Final = Decimal(100)
ALL: Final = _HUNDRED
"""Every point is redeemed, in percent."""


def worth(points: int, policy: Policy, percent: Decimal) -> Decimal:
    """What so many points are worth: their stand-alone price, as far as they are expected to be redeemed. Tax included."""
    return points * policy.point_value * percent / _HUNDRED


def deferred(net: Decimal, points: int, policy: Policy, percent: Decimal, digits: int) -> Decimal:
    """What of a sale's price is for its points: the relative stand-alone prices of goods and points share the price.

    `net` is what was paid in money, tax included; the result is net of tax, rounded to the currency's digits.
    """
    share = worth(points, policy, percent)
    if net <= 0 or share <= 0:
        return rounded(ZERO, digits)
    return rounded(net * share / (net + share) / (1 + policy.tax_percent / _HUNDRED), digits)


def provided(points: int, policy: Policy, percent: Decimal, digits: int) -> Decimal:
    """What points given without a sale are expected to cost: a provision, net of tax."""
    return rounded(worth(points, policy, percent) / (1 + policy.tax_percent / _HUNDRED), digits)


def percent_of_span(policy: Policy, since: date, until: date) -> Decimal:
    """The share of the points of these days expected to be redeemed: the months' own where they agree, else the policy's."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    percents = {policy.percent_of(date(month // 12, month % 12 + 1, 1)) for month in range(first, last + 1)}
    return percents.pop() if len(percents) == 1 else policy.redemption_percent


PointsOf = Mapping[str, tuple[int, int]]
"""Points as it was and as it would have been, by the code of a station, a tier or who pays."""


def simulated_liability(
    points_before: int,
    points_after: int,
    policy: Policy,
    percent: Decimal,
    digits: int,
    parts: Mapping[str, PointsOf] = MappingProxyType({}),
) -> SimulatedLiability:
    """What so many points are worth as a liability, before and after, net of tax, to the currency's digits.

    A provision for all of them. The books defer a little less for points of sales: goods and points share each sale's price.
    `parts` are points by "stations", "tiers" and "funders".
    """

    def told(points: PointsOf) -> tuple[PartOfLiability, ...]:
        return tuple(
            PartOfLiability(
                name=name,
                points_before=before,
                points_after=after,
                before=provided(before, policy, percent, digits),
                after=provided(after, policy, percent, digits),
            )
            for name, (before, after) in points.items()
        )

    return SimulatedLiability(
        points_before=points_before,
        points_after=points_after,
        before=provided(points_before, policy, percent, digits),
        after=provided(points_after, policy, percent, digits),
        point_value=policy.point_value,
        redemption_percent=percent,
        tax_percent=policy.tax_percent,
        policy=policy.version or None,
        **{kind: told(points) for kind, points in parts.items()},
    )


def expected_redeemed(points: int, redeemed: int, expired: int, percent: Decimal) -> Decimal:
    """How many of the points will have been redeemed in the end.

    The estimate, but never fewer than were redeemed already nor more than can be: once no point is open it is what was.
    """
    return min(max(points * percent / _HUNDRED, Decimal(redeemed)), Decimal(points - expired))


def recognised(allocated: Decimal, redeemed: int, expected: Decimal | int, digits: int) -> Decimal:
    """Revenue to date: allocated x redeemed to date / expected in total; all of it where nothing is expected any more.

    Source: IFRS 15, B44 to B47 and example 52.
    """
    if redeemed >= expected:
        return allocated
    return rounded(allocated * max(redeemed, 0) / expected, digits)


def advanced(before: Figures, change: Change, percent: Decimal, digits: int) -> Figures:
    """A unit after a day: revenue is what the cumulative formula says, the difference told by its cause.

    First what was redeemed, with the estimate as it was: the redeemed points' own share is `spent`, the share of the points
    that nobody is expected to redeem is `breakage`. Then what expired. Then a change of the estimate, cumulatively.
    """
    points, allocated = before.points + change.points, before.allocated + change.allocated
    redeemed, expired = before.redeemed + change.redeemed, before.expired + change.expired
    estimate = percent if before.points == 0 and before.allocated == 0 else before.percent

    def total(past: int, at: Decimal) -> Decimal:
        return recognised(allocated, redeemed, expected_redeemed(points, redeemed, past, at), digits)

    own = rounded(allocated * redeemed / points, digits) if points > 0 else ZERO
    after_spending = total(min(before.expired, points - redeemed), estimate)
    after_expiry = total(expired, estimate)
    after_estimate = total(expired, percent)
    return replace(
        before,
        points=points,
        allocated=allocated,
        redeemed=redeemed,
        expired=expired,
        percent=percent,
        spent_amount=own,
        breakage_amount=before.breakage_amount + after_spending - before.recognised - (own - before.spent_amount),
        expired_amount=before.expired_amount + after_expiry - after_spending,
        estimate_amount=before.estimate_amount + after_estimate - after_expiry,
    )


def movements(before: Figures, after: Figures) -> dict[Kind, Decimal]:
    """What became revenue between two states, by cause."""
    return {
        Kind.SPENT: after.spent_amount - before.spent_amount,
        Kind.BREAKAGE: after.breakage_amount - before.breakage_amount,
        Kind.EXPIRED: after.expired_amount - before.expired_amount,
        Kind.ESTIMATE: after.estimate_amount - before.estimate_amount,
    }


_COUNTERPARTS: Final = {
    # is a gift, causes: the account that stands against the liability
    False: dict.fromkeys(Kind, Role.REVENUE),
    True: dict.fromkeys(Kind, Role.MARKETING_EXPENSE)
    | {Kind.SPENT: Role.PROMOTION_RELEASE, Kind.BREAKAGE: Role.PROMOTION_RELEASE},
}


def postings(
    unit: Unit, owed_more: Mapping[Kind, Decimal], earned: Mapping[Kind, Decimal], policy: Policy
) -> list[Posting]:
    """The journal of a unit's day, two lines for each cause: what the liability grew by, and what of it was earned.

    Amounts below zero go the other way round, so that no line bears a negative figure.
    """
    liability = Role.PROMOTION_LIABILITY if unit.is_gift else Role.CONTRACT_LIABILITY
    lines = []
    for kind, amount in [*owed_more.items(), *((kind, -amount) for kind, amount in earned.items())]:
        if amount == 0:
            continue
        other = _COUNTERPARTS[unit.is_gift][kind]
        debited, credited = (other, liability) if amount > 0 else (liability, other)
        for role, debit, credit in ((debited, abs(amount), ZERO), (credited, ZERO, abs(amount))):
            lines.append(
                Posting(
                    entity_id=unit.entity_id,
                    cohort=unit.cohort,
                    is_gift=unit.is_gift,
                    kind=kind,
                    role=role,
                    account=policy.account(role),
                    debit=debit,
                    credit=credit,
                )
            )
    return lines


def balanced(lines: Sequence[Posting]) -> bool:
    return sum((line.debit for line in lines), ZERO) == sum((line.credit for line in lines), ZERO)


def in_force(policies: Sequence[Policy], day: date) -> Policy | None:
    """The policy that holds on a day: the latest that has begun, of several from one day the newest."""
    begun = [policy for policy in policies if policy.valid_from <= day]
    return max(begun, key=lambda policy: (policy.valid_from, policy.version), default=None)


def still_due(costs: Iterable[Cost], claimed: Iterable[Cost], since: date) -> list[Cost]:
    """What is due of each origin beyond what earlier claims hold of it, by day; negative where they hold more.

    A correction is of an origin that was claimed before, or of a day before `since`, the claim's first.
    """
    due = {cost.origin: cost for cost in costs}
    known = {cost.origin: cost for cost in claimed}
    found = []
    for origin, cost in (known | due).items():
        before = known.get(origin)
        amount, uses = (cost.amount, cost.uses) if origin in due else (ZERO, 0)
        left = replace(
            cost,
            amount=amount - before.amount if before else amount,
            uses=uses - before.uses if before else uses,
            is_correction=before is not None or cost.day < since,
        )
        if left.amount or left.uses:
            found.append(left)
    return sorted(found, key=lambda cost: (cost.day, cost.origin))
