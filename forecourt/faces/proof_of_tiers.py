"""Proof of the tiers: what the last review counted, counted anew, and every step of every tier taken again.

What a review makes of a tier depends on where it stood before (grace), so a review notes each step it takes: from where,
by which value, to where. Each step must follow from its own beginning, by the value and the rulebook of its review, and
begin where the one before it ended; the last ends where the tier stands. Beside that, what the last review counted is
counted anew from the sales, and the step it took, or did not take, follows from that.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from forecourt.kernel import sql
from forecourt.kernel.money import ZERO
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.queries import Rulebooks, StepTaken
from forecourt.loyalty.rules import entry_tier, next_state
from forecourt.loyalty.values import Programme, TierState
from forecourt.sales import queries as sales
from forecourt.sales.queries import TierValue

Wrong = tuple[str, str, str]
"""Where, what is recorded, what was computed."""

_CHANGED_SINCE: Final = """
SELECT customer_id, coalesce(body ->> 'merged_id', body ->> 'previous_customer_id')::bigint
FROM kernel_event
WHERE (name IN ('customer.merged.v1', 'customer.unmerged.v1', 'sale.repaired.v1')
       OR (name = 'customer.changed.v1' AND body ->> 'fields' LIKE '%%"kind"%%'))
  AND recorded_at >= %(cut_at)s::timestamptz - interval '1 minute' -- what committed after the cut may bear an earlier time
"""


class _Count(NamedTuple):
    """What a review counted, counted anew: the value of each customer."""

    review_id: int
    day: date
    programme: Programme
    members: dict[int, TierValue]


def wrong_tiers() -> tuple[int, list[Wrong]]:
    """How many members and steps were looked at, and where the books disagree.

    Whoever was merged, changed kind or had a sale repaired since the last review has other figures now than it saw: of
    those only the steps are proven, and the next review will tell. While a review is under way, or after one was killed,
    a member stands as the last one left it or as this one does.
    """
    rulebooks = loyalty.rulebooks()
    last: dict[int, StepTaken] = {}
    found: list[Wrong] = []
    checked = 0
    for taken in loyalty.steps():
        customer_id = taken.step.customer_id
        found += _wrong_step(taken, last.get(customer_id), rulebooks)
        last[customer_id] = taken
        checked += 1
    counts = list(_counts(rulebooks))
    if not counts:
        return checked, found
    entries = _entries(rulebooks)
    changed_since = _changed_since()
    for member in counts[0].members.values():
        checked += 1
        wrong = _wrong_end(member, last.get(member.customer_id), entries)
        if wrong is None and member.customer_id not in changed_since:
            wrong = _wrong_count(member, last.get(member.customer_id), counts)
        if wrong is not None:
            found.append((f"customer {member.customer_id}", f"{_said(member.state)} at {member.stored}", wrong))
    return checked, found


def _entries(rulebooks: Rulebooks) -> set[str]:
    """The tiers that members who joined under any of the rulebooks may be in before their first review."""
    programmes = [rules.programme for rules in rulebooks.by_version.values()]
    return {"", *(entry_tier(one) for one in programmes), *(entry_tier(one, is_business=True) for one in programmes)}


def _changed_since() -> set[int]:
    review = loyalty.last_review()
    if review is None:
        return set()
    return {number for row in sql.rows(_CHANGED_SINCE, {"cut_at": review.cut_at}) for number in row if number}


def _counts(rulebooks: Rulebooks) -> Iterator[_Count]:
    """The last review, and one under way, counted anew."""
    finished, unfinished = loyalty.last_review(), loyalty.unfinished_review()
    if finished is None:
        return
    for review in filter(None, (finished, unfinished)):
        programme = rulebooks.version(review.rulebook).programme
        members = {one.customer_id: one for one in sales.tier_values(programme, review.day, review.cut_at)}
        yield _Count(review.pk, review.day, programme, members)


def _wrong_step(taken: StepTaken, previous: StepTaken | None, rulebooks: Rulebooks) -> list[Wrong]:
    step = taken.step
    place = f"customer {step.customer_id} review {taken.review_id}"
    if taken.rulebook is None:
        return [(place, "a step", "no such review")]
    programme = rulebooks.version(taken.rulebook).programme
    due = next_state(step.before, step.value, taken.day, programme, is_business=step.is_business, kept=step.kept)
    wrong = []
    if due != step.after:
        wrong.append((place, _said(step.after), _said(due)))
    if previous is not None and previous.step.after != step.before:
        wrong.append((place, f"from {_said(step.before)}", f"from {_said(previous.step.after)}"))
    return wrong


def _wrong_end(member: TierValue, last: StepTaken | None, entries: set[str]) -> str | None:
    """Where a tier should stand by its last step, when it does not."""
    if last is not None:
        return None if member.state == last.step.after else _said(last.step.after)
    is_entry = member.state.tier in entries and member.state == TierState(tier=member.state.tier)
    return None if is_entry else "no review moved it"


def _wrong_count(member: TierValue, last: StepTaken | None, counts: list[_Count]) -> str | None:
    """What the review should have made of a member, when it is neither that nor what the one under way would make."""
    if (
        last is None
        and member.stored == ZERO
        and all(
            count.members[member.customer_id].value == ZERO for count in counts if member.customer_id in count.members
        )
    ):
        return None  # joined since, under whatever rulebook was in force then
    said = ""
    for count in counts:
        counted = count.members.get(member.customer_id)
        if counted is None:
            continue
        start = last.step.before if last is not None and last.review_id == count.review_id else member.state
        due = next_state(
            start, counted.value, count.day, count.programme, is_business=member.is_business, kept=counted.kept
        )
        if (due, counted.value, counted.kept) == (member.state, member.stored, member.stored_kept):
            return None
        said = said or f"{_said(due)} at {counted.value}"
    return said


def _said(state: TierState) -> str:
    more = [f"since {state.since}" if state.since else "", f"until {state.until}" if state.until else ""]
    return " ".join(part for part in (state.tier or "no tier", *more) if part)
