"""Set-based writes of tier reviews: what they make of the balances, and the steps they took. Callers hold the locks."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from forecourt import loyalty
from forecourt.kernel import clock, sql
from forecourt.loyalty.models import TierReview
from forecourt.loyalty.values import TierState, TierStep

SAVE_TIERS: Final = sql.load(loyalty.__file__, "save_tiers")
DROP_STEPS: Final = sql.load(loyalty.__file__, "drop_steps")
STEP_COLUMNS: Final = (
    "customer_id",
    "review_id",
    "day",
    "is_business",
    "value",
    "kept",
    "before_tier",
    "before_since",
    "before_until",
    "before_warned_on",
    "after_tier",
    "after_since",
    "after_until",
    "after_warned_on",
)


def begin_review(day: date, cut_at: datetime, rulebook: int) -> int:
    """Note a tier review that begins; returns its id."""
    return TierReview.objects.create(day=day, cut_at=cut_at, rulebook=rulebook).pk


def finish_review(review_id: int, changed: int) -> None:
    """Note that a tier review is done, with how many tiers changed."""
    TierReview.objects.filter(pk=review_id).update(changed=changed, finished_at=clock.now())


def save_tiers(review_id: int, day: date, steps: Sequence[TierStep]) -> list[TierStep]:
    """Carry a tier review's result into the balances and note the steps; returns those that were carried.

    A balance that no longer stands as the review found it, because a rival review was quicker, is left alone.
    """
    columns = {
        "customer_ids": [step.customer_id for step in steps],
        "tiers": [step.after.tier for step in steps],
        "since": [step.after.since for step in steps],
        "until": [step.after.until for step in steps],
        "warned_on": [step.after.warned_on for step in steps],
        "values": [step.value for step in steps],
        "kept": [step.kept for step in steps],
        "found_tiers": [step.found.tier for step in steps],
        "found_until": [step.found.until for step in steps],
        "counted": [step.counted for step in steps],
    }
    saved = {row[0] for row in sql.rows(SAVE_TIERS, columns)}
    carried = [step for step in steps if step.customer_id in saved]
    sql.run(DROP_STEPS, {"customer_ids": sorted(saved), "day": day})
    sql.copy_in(
        "loyalty_tierstep",
        STEP_COLUMNS,
        [
            sql.copy_line(
                step.customer_id,
                review_id,
                day,
                step.is_business,
                step.value,
                step.kept,
                *_state(step.before),
                *_state(step.after),
            )
            for step in carried
            if step.before != step.after
        ],
    )
    return carried


def _state(state: TierState) -> tuple[str, date | None, date | None, date | None]:
    return (state.tier, state.since, state.until, state.warned_on)
