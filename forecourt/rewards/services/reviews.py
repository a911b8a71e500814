"""Rewards handed in for review, and what a second person decides."""

from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions
from forecourt.rewards.models import RewardRow
from forecourt.rewards.services.catalogue import check, edited_of, locked, put_in_place, subject_of
from forecourt.rewards.values import Reward, RewardState


@transaction.atomic(durable=True)
def submit_reward(actor: Actor, code: str, note: str = "") -> int:
    """Hand in what a reward is to be, for review; returns the review's id. It cannot be edited until that is decided.

    Conflict when it is in review already, or live and nothing was changed.
    """
    actor.require_everywhere(permissions.EDIT_REWARDS)
    row = locked(code)
    reward = edited_of(row)
    check(reward, row)
    if row.state == RewardState.LIVE and row.draft is None:
        raise Conflict(_("%(code)s is live as it stands; change something first.") % {"code": code})
    before = None if row.state == RewardState.DRAFT else row.body
    body = msgspec.to_builtins(reward)
    return reviews.hand_in(actor, subject_of(code), body, note, before=before, detail=_points(row, reward))


@transaction.atomic(durable=True)
def approve_reward(actor: Actor, code: str) -> None:
    """Let members redeem what was handed in, from now on and within its dates; those that were made keep their price.

    NotAllowed for who handed it in themselves, unless the company lets one person do both.
    """
    actor.require_everywhere(permissions.APPROVE_REWARDS)
    row = locked(code)
    detail = _points(row, edited_of(row))
    review = reviews.approve(actor, subject_of(code), is_alone=organisation.company().solo_approval, detail=detail)
    reward = msgspec.convert(review.body, Reward)
    check(reward, row)
    put_in_place(row, reward)
    row.state = RewardState.LIVE
    row.save()


@transaction.atomic(durable=True)
def refuse_reward(actor: Actor, code: str, reason: str) -> None:
    """Send it back to who handed it in, saying why; what is live stays as it is."""
    actor.require_everywhere(permissions.APPROVE_REWARDS)
    locked(code)
    reviews.refuse(actor, subject_of(code), reason)


@transaction.atomic(durable=True)
def withdraw_reward(actor: Actor, code: str) -> None:
    """Take it back before it is decided; it can be edited again."""
    actor.require_everywhere(permissions.EDIT_REWARDS)
    locked(code)
    reviews.withdraw(actor, subject_of(code))


def _points(row: RewardRow, reward: Reward) -> dict[str, Any]:
    before = {} if row.state == RewardState.DRAFT else {"points_before": msgspec.convert(row.body, Reward).points}
    return {"points": reward.points, **before}
