"""The catalogue: rewards made, their drafts changed, and ended. What puts them in force stands in `reviews`."""

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.kernel import audit, clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions, rules
from forecourt.rewards.models import RewardRow
from forecourt.rewards.values import Reward, RewardState


@transaction.atomic(durable=True)
def make_reward(actor: Actor, reward: Reward) -> int:
    """Add a reward to the catalogue, as a draft; returns its id. Conflict when the code is taken."""
    actor.require_everywhere(permissions.EDIT_REWARDS)
    check(reward)
    now = clock.now()
    row = RewardRow(
        code=reward.code,
        state=RewardState.DRAFT,
        created_at=now,
        created_by=actor.label,
        edited_at=now,
        edited_by=actor.label,
    )
    put_in_place(row, reward)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        text = _("%(code)s is taken; give the new reward a code of its own") % {"code": reward.code}
        raise Conflict(text, fields={"code": text}) from None
    audit.record(actor, "reward.make", subject_of(reward.code), detail={"points": reward.points})
    return int(row.pk)


@transaction.atomic(durable=True)
def change_reward(actor: Actor, code: str, reward: Reward) -> None:
    """Put this in the place of a reward's draft. What is live stays as it is until the draft is handed in and approved.

    Invalid when the code differs or the kind of a reward that was redeemed changes; Conflict while it is in review.
    """
    actor.require_everywhere(permissions.EDIT_REWARDS)
    row = locked(code)
    reviews.require_none(subject_of(code))
    if reward.code != code:
        raise Invalid.field("code", _("stays %(code)s: redemptions bear it") % {"code": code})
    check(reward, row)
    known, before = msgspec.convert(row.body, Reward), edited_of(row)
    if row.state == RewardState.DRAFT:
        put_in_place(row, reward)
    else:
        row.draft = None if reward == known else msgspec.to_builtins(reward)
    row.edited_at, row.edited_by = clock.now(), actor.label
    row.save()
    changed = [name for name in Reward.__struct_fields__ if getattr(before, name) != getattr(reward, name)]
    detail = {"fields": changed, "points": reward.points, "points_before": before.points}
    audit.record(actor, "reward.change", subject_of(code), detail=detail)


@transaction.atomic(durable=True)
def discard_reward_draft(actor: Actor, code: str) -> None:
    """Throw away what a draft says other than what is live or ended; without such nothing changes.

    Conflict while it is in review, and for a reward that was never live: there is nothing that it could be again.
    """
    actor.require_everywhere(permissions.EDIT_REWARDS)
    row = locked(code)
    reviews.require_none(subject_of(code))
    if row.state == RewardState.DRAFT:
        raise Conflict(_("%(code)s was never live; change it as a whole.") % {"code": code})
    if row.draft is None:
        return
    live, edited = msgspec.convert(row.body, Reward), edited_of(row)
    row.draft = None
    row.edited_at, row.edited_by = clock.now(), actor.label
    row.save()
    changed = [name for name in Reward.__struct_fields__ if getattr(edited, name) != getattr(live, name)]
    detail = {"fields": changed, "points": live.points, "points_before": edited.points}
    audit.record(actor, "reward.change", subject_of(code), detail=detail)


@transaction.atomic(durable=True)
def end_reward(actor: Actor, code: str, reason: str = "") -> None:
    """Take it out of the catalogue at once. What was redeemed can still be collected; handed in again, it can come back.

    A change of it that is in review is withdrawn: its draft stays.
    """
    actor.require_everywhere(permissions.EDIT_REWARDS)
    row = locked(code)
    if row.state != RewardState.LIVE:
        raise Conflict(_("%(code)s is not live.") % {"code": code})
    row.state = RewardState.ENDED
    row.edited_at, row.edited_by = clock.now(), actor.label
    row.save()
    reviews.let_drop(actor, subject_of(code), _("The reward was ended."))
    audit.record(actor, "reward.end", subject_of(code), reason=reason.strip())


def subject_of(code: str) -> str:
    """How the audit trail and reviews name a reward."""
    return f"reward:{code}"


def locked(code: str) -> RewardRow:
    """The reward of that code, locked until the transaction ends; NotFound when there is none."""
    row = RewardRow.objects.select_for_update().filter(code=code).first() if "\0" not in code else None
    if row is None:
        raise NotFound(_("There is no reward %(code)s.") % {"code": code})
    return row


def edited_of(row: RewardRow) -> Reward:
    """What is edited and handed in."""
    return msgspec.convert(row.draft or row.body, Reward)


def put_in_place(row: RewardRow, reward: Reward) -> None:
    """Make this what the reward says; not saved yet."""
    row.name, row.kind, row.position = reward.name, reward.kind, reward.position
    row.body, row.draft = msgspec.to_builtins(reward), None


def check(reward: Reward, row: RewardRow | None = None) -> None:
    """Refuse a reward that could not be given, that names what is not there, or that `row` cannot become."""
    if row is not None and reward.kind != row.kind and row.redemptions.exists():
        raise Invalid.field("kind", _("stays as it is, for it was redeemed; make another reward"))
    rules.check_reward(reward)
    unknown = sorted(set(reward.stations) - organisation.station_facts(reward.stations).keys())
    if unknown:
        raise Invalid.field(
            "stations", _("%(codes)s are no stations; name them by their codes") % {"codes": ", ".join(unknown)}
        )
    strange = sorted(set(reward.tiers) - loyalty.tier_codes()) if reward.tiers else []
    if strange:
        raise Invalid.field(
            "tiers", _("the programme in force has no tier %(tier)r; take it off") % {"tier": strange[0]}
        )
    if reward.template:
        known = coupons.templates({reward.template}).get(reward.template)
        if known is None or not known.is_issued:
            raise Invalid.field(
                "template",
                _("%(code)s is not a coupon template that is issued; make it first") % {"code": reward.template},
            )
