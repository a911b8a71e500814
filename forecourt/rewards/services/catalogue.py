"""The catalogue: rewards made, changed, published and ended."""

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions, rules
from forecourt.rewards.models import RewardRow
from forecourt.rewards.values import Reward, RewardState


@transaction.atomic(durable=True)
def make_reward(actor: Actor, reward: Reward) -> int:
    """Add a reward to the catalogue, as a draft; returns its id. Conflict when the code is taken."""
    actor.require(permissions.EDIT_REWARDS)
    _check(reward)
    now = clock.now()
    try:
        with transaction.atomic():
            row = RewardRow.objects.create(
                code=reward.code,
                state=RewardState.DRAFT,
                created_at=now,
                created_by=actor.label,
                edited_at=now,
                edited_by=actor.label,
                **_columns(reward),
            )
    except IntegrityError:
        text = _("%(code)s is taken; give the new reward a code of its own") % {"code": reward.code}
        raise Conflict(text, fields={"code": text}) from None
    audit.record(actor, "reward.make", f"reward:{reward.code}", detail={"points": reward.points})
    return int(row.pk)


@transaction.atomic(durable=True)
def change_reward(actor: Actor, code: str, reward: Reward) -> None:
    """Put this in the reward's place, for redemptions from now on; those that were made keep their price.

    Invalid when the code differs or the kind of a reward that was redeemed changes.
    """
    actor.require(permissions.EDIT_REWARDS)
    row = _locked(code)
    before = msgspec.convert(row.body, Reward)
    if reward.code != code:
        raise Invalid.field("code", _("stays %(code)s: redemptions bear it") % {"code": code})
    if reward.kind is not before.kind and row.redemptions.exists():
        raise Invalid.field("kind", _("stays as it is, for it was redeemed; make another reward"))
    _check(reward)
    changed = [name for name in Reward.__struct_fields__ if getattr(before, name) != getattr(reward, name)]
    for name, value in _columns(reward).items():
        setattr(row, name, value)
    _save(actor, row)
    detail = {"fields": changed, "points": reward.points, "points_before": before.points}
    audit.record(actor, "reward.change", f"reward:{code}", detail=detail)


@transaction.atomic(durable=True)
def publish_reward(actor: Actor, code: str) -> None:
    """Let members redeem it from now on, within its dates."""
    actor.require(permissions.EDIT_REWARDS)
    row = _locked(code)
    if row.state == RewardState.LIVE:
        raise Conflict(_("%(code)s is live already.") % {"code": code})
    reward = msgspec.convert(row.body, Reward)
    _check(reward)
    row.state = RewardState.LIVE
    _save(actor, row)
    audit.record(actor, "reward.publish", f"reward:{code}", detail={"points": reward.points})


@transaction.atomic(durable=True)
def end_reward(actor: Actor, code: str, reason: str = "") -> None:
    """Take it out of the catalogue. What was redeemed can still be collected; it can be published again."""
    actor.require(permissions.EDIT_REWARDS)
    row = _locked(code)
    if row.state != RewardState.LIVE:
        raise Conflict(_("%(code)s is not live.") % {"code": code})
    row.state = RewardState.ENDED
    _save(actor, row)
    audit.record(actor, "reward.end", f"reward:{code}", reason=reason.strip())


def _locked(code: str) -> RewardRow:
    row = RewardRow.objects.select_for_update().filter(code=code).first() if "\0" not in code else None
    if row is None:
        raise NotFound(_("There is no reward %(code)s.") % {"code": code})
    return row


def _columns(reward: Reward) -> dict[str, object]:
    body = msgspec.to_builtins(reward)
    return {"name": reward.name, "kind": reward.kind, "position": reward.position, "body": body}


def _save(actor: Actor, row: RewardRow) -> None:
    row.edited_at, row.edited_by = clock.now(), actor.label
    row.save()


def _check(reward: Reward) -> None:
    """Refuse a reward that could not be given, or that names what is not there."""
    rules.check_reward(reward)
    unknown = sorted(set(reward.stations) - organisation.station_facts(reward.stations).keys())
    if unknown:
        raise Invalid.field(
            "stations", _("%(codes)s are no stations; name them by their codes") % {"codes": ", ".join(unknown)}
        )
    if reward.template:
        known = coupons.templates({reward.template}).get(reward.template)
        if known is None or not known.is_live:
            raise Invalid.field(
                "template",
                _("%(code)s is not a coupon template that is issued; make it first") % {"code": reward.template},
            )
