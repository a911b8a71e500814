"""Reads of tiers: where members stand, the last reviews and their steps."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from forecourt import loyalty
from forecourt.kernel import clock, sql
from forecourt.kernel.money import ZERO
from forecourt.loyalty import rules
from forecourt.loyalty.models import TierReview
from forecourt.loyalty.queries.programme import programme_at
from forecourt.loyalty.values import TierProgress, TierState, TierStep

STEPS: Final = sql.load(loyalty.__file__, "steps")
STEPS_OF_DAY: Final = sql.load(loyalty.__file__, "steps_of_day")
BEFORE_LATER: Final = """
SELECT before_tier FROM loyalty_tierstep WHERE customer_id = %(customer_id)s AND day > %(day)s ORDER BY review_id LIMIT 1
"""
COUNTED: Final = """
SELECT balance.tier, balance.tier_since, balance.tier_until, balance.tier_value, balance.tier_kept, customer.kind = 'business'
FROM loyalty_balance AS balance JOIN customers_customer AS customer ON customer.id = balance.customer_id
WHERE balance.customer_id = %(customer_id)s
"""


def last_review() -> TierReview | None:
    """The last tier review that was finished."""
    return TierReview.objects.filter(finished_at__isnull=False).order_by("-id").first()


def unfinished_review() -> TierReview | None:
    """A review that began after the last one that was finished, and is under way or was killed."""
    newest = TierReview.objects.order_by("-id").first()
    return newest if newest is not None and newest.finished_at is None else None


def progress(customer_id: int) -> TierProgress | None:
    """How far a customer is to the next tier and to keeping this one; None without a balance or without tiers."""
    programme = programme_at(clock.now())
    found = sql.rows(COUNTED, {"customer_id": customer_id})
    if not found or not programme.tiers:
        return None
    tier, since, until, value, counted, is_business = found[0]
    kept = None if programme.keep_basis is None else counted or ZERO
    # before the first review by what keeps tiers nobody has counted it, and nothing is said to be missing
    is_counted = programme.keep_basis is None or counted is not None
    above = rules.next_tier(programme, tier)
    ahead = {}
    if above is not None:
        ahead = {
            "next_tier": above.code,
            "next_name": above.name,
            "next_threshold": above.threshold,
            "missing": max(above.threshold - value, above.threshold * 0),
        }
    return TierProgress(
        customer_id=customer_id,
        tier=tier,
        value=value,
        since=since,
        until=until,
        basis=programme.tier_basis,
        window_days=programme.tier_window_days,
        keep_value=value if kept is None else kept,
        keep_basis=programme.keeping_basis,
        keep_window_days=programme.keeping_window_days,
        keep_missing=rules.missing_to_keep(programme, tier, value, kept, is_business=is_business)
        if is_counted
        else ZERO,
        **ahead,
    )


def tier_codes() -> frozenset[str]:
    """The codes of the tiers of the programme in force."""
    return frozenset(tier.code for tier in programme_at(clock.now()).tiers)


def priority_tiers() -> frozenset[str]:
    """The codes of tiers whose members are served first, by the programme in force."""
    return frozenset(tier.code for tier in programme_at(clock.now()).tiers if tier.is_priority)


def states_before(day: date) -> dict[int, TierState]:
    """Where tiers stood before the reviews of a day, of those whom that day's review moved last: to review it again."""
    return {row[0]: TierState(tier=row[1], since=row[2], until=row[3], warned_on=row[4]) for row in _of(day)}


def _of(day: date) -> list[tuple[int, str, date | None, date | None, date | None]]:
    return sql.rows(STEPS_OF_DAY, {"day": day})


def tier_on(customer_id: int, day: date, now: str) -> str:
    """The tier in which a customer's sales of a trading day were rated, who is in the tier `now` today. One statement."""
    found = sql.rows(BEFORE_LATER, {"customer_id": customer_id, "day": day})
    return str(found[0][0]) if found else now


class StepTaken(NamedTuple):
    """A step as it was noted, with the day and the rulebook of its review."""

    review_id: int
    day: date
    rulebook: int | None
    step: TierStep


def steps() -> Iterator[StepTaken]:
    """Every step of every tier, by customer in the order they were taken."""
    for customer_id, review_id, day, rulebook, is_business, value, kept, *states in sql.rows(STEPS):
        before = TierState(tier=states[0], since=states[1], until=states[2], warned_on=states[3])
        after = TierState(tier=states[4], since=states[5], until=states[6], warned_on=states[7])
        step = TierStep(
            customer_id=customer_id,
            before=before,
            found=before,
            after=after,
            counted=value,
            value=value,
            is_business=is_business,
            kept=kept,
        )
        yield StepTaken(review_id, day, rulebook, step)
