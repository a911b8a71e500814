"""Rewards: the catalogue for those who keep it, and as one customer sees it."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from forecourt import rewards
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import clock, reviews, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Review
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions, rules
from forecourt.rewards.queries.stock import left
from forecourt.rewards.values import (
    Asking,
    Choice,
    KnownReward,
    Reward,
    RewardKind,
    RewardLine,
    RewardState,
    StockKind,
    Taken,
)

CATALOGUE: Final = sql.load(rewards.__file__, "catalogue")
TAKEN: Final = sql.load(rewards.__file__, "taken")
KNOWN: Final = """
SELECT id, state, body::text, edited_at, edited_by, draft::text FROM rewards_reward
WHERE (%(codes)s::text[] IS NULL OR code = ANY(%(codes)s::text[])) AND (%(state)s::text IS NULL OR state = %(state)s::text)
ORDER BY position, code
LIMIT %(limit)s
"""
MOST: Final = 1000
"""Rewards in a catalogue that are shown at once."""


def known_rewards(codes: Collection[str] | None = None, state: RewardState | None = None) -> list[KnownReward]:
    """Rewards in the order of the catalogue: those of these codes, or of this state. One statement."""
    asked = None if codes is None else sql.text_array(sorted(code for code in codes if "\0" not in code))
    found = sql.rows(KNOWN, {"codes": asked, "state": state.value if state else None, "limit": MOST})
    return [_known(*row) for row in found]


def by_code(code: str) -> KnownReward:
    """The reward of that code; NotFound when there is none."""
    found = known_rewards([code])
    if not found:
        raise NotFound(_("There is no reward %(code)s.") % {"code": code})
    return found[0]


def reward(actor: Actor, code: str) -> RewardLine:
    """A reward with its figures; NotFound when there is none."""
    actor.require(permissions.VIEW_REWARDS)
    known = by_code(code)
    return next(line for line in _lines(actor, text=known.reward.code) if line.known.id == known.id)


def decided(actor: Actor, code: str) -> list[Review]:
    """What was decided about a reward, the latest first; NotFound when there is none."""
    actor.require(permissions.VIEW_REWARDS)
    return reviews.decided(f"reward:{by_code(code).reward.code}")


def catalogue(
    actor: Actor, *, text: str = "", state: RewardState | None = None, kind: RewardKind | None = None
) -> list[RewardLine]:
    """The whole catalogue with what is left, open and redeemed this month; stations' stocks are those in scope."""
    actor.require(permissions.VIEW_REWARDS)
    return _lines(actor, text=text, state=state, kind=kind)


def _lines(
    actor: Actor, *, text: str = "", state: RewardState | None = None, kind: RewardKind | None = None
) -> list[RewardLine]:
    if "\0" in text:
        return []
    rows = sql.dicts(
        CATALOGUE,
        {
            "stations": None if actor.stations is None else sql.array(sorted(actor.stations)),
            "since": clock.month_of(organisation.company_day()),
            "state": state.value if state else None,
            "kind": kind.value if kind else None,
            "text": text,
            "pattern": f"%{sql.like(text)}%",
            "limit": MOST,
        },
    )
    waiting = {review.key: review for review in reviews.open_reviews("reward")}
    return [_line(row, waiting.get(row["code"])) for row in rows]


def _line(row: dict[str, Any], review: Review | None) -> RewardLine:
    known = _known(row["id"], row["state"], row["body"], row["edited_at"], row["edited_by"], row["draft"])
    return RewardLine(
        known=known,
        left=None if known.reward.stock is StockKind.ANY else row["pieces"],
        open=row["open"],
        redeemed_month=row["month"],
        points_month=row["points"],
        review=review,
    )


def _known(reward_id: int, state: str, body: str, edited_at: Any, edited_by: str, draft: str | None) -> KnownReward:
    return KnownReward(
        id=reward_id,
        state=RewardState(state),
        reward=msgspec.json.decode(body, type=Reward),
        edited_at=edited_at,
        edited_by=edited_by,
        draft=msgspec.json.decode(draft, type=Reward) if draft else None,
    )


def choices(actor: Actor, customer_id: int, station: str = "") -> list[Choice]:
    """The live rewards as a customer sees them: what can be redeemed, what is missing, what is in the way.

    `station` is the code of where it will be collected. NotFound when there is no such customer or station.
    """
    actor.require(permissions.VIEW_REWARDS)
    found = customers.resolve([CustomerClaim(id=customer_id)])[0]
    if found is None:
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    place = organisation.station_facts([station]).get(station) if station else None
    if station and place is None:
        raise NotFound(_("There is no station %(code)s.") % {"code": station})
    live = known_rewards(state=RewardState.LIVE)
    family = customers.family_ids(found.customer_id)
    counted = taken(family)
    pieces = left([known for known in live], place.id if place else 0)
    asking = Asking(
        today=organisation.company_day(),
        tier=loyalty.balance(found.customer_id).tier,
        spendable=spendable(found.customer_id),
        station=station,
        is_blocked=found.is_blocked,
    )
    return [_choice(known, asking, counted.get(known.id, Taken()), pieces.get(known.id)) for known in live]


def _choice(known: KnownReward, asking: Asking, counted: Taken, pieces: int | None) -> Choice:
    asking = msgspec.structs.replace(asking, taken=counted, left=pieces)
    return Choice(
        known=known,
        missing_points=max(0, known.reward.points - asking.spendable),
        refusals=rules.refusals(known.reward, known.state, asking),
        left=pieces,
    )


def taken(family: Sequence[int], reward_id: int | None = None) -> dict[int, Taken]:
    """How many of each reward a family of merged customers has redeemed, by the reward's id; of one reward if given."""
    day = organisation.company_day()
    found = sql.rows(
        TAKEN,
        {"customer_ids": sql.array(family), "today": day, "month": clock.month_of(day), "reward_id": reward_id},
    )
    return {row[0]: Taken(today=row[1], month=row[2], total=row[3]) for row in found}


def spendable(customer_id: int) -> int:
    """Points that the customer can spend today, with those of the household where the programme shares them."""
    return loyalty.spendable([customer_id], loyalty.programme_at(clock.now()))[customer_id]
