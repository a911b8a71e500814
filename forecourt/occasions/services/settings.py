"""The rules of occasions: edited as a draft, and published to hold."""

from typing import Any, Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.coupons.values import CouponKind
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.loyalty import queries as loyalty
from forecourt.occasions import permissions, queries
from forecourt.occasions.events import OccasionRulesPublished
from forecourt.occasions.models import DailyRun, OccasionRules
from forecourt.occasions.values import GiftRules, ReferralRules, RulesKind

_MOST: Final = 1_000_000


@transaction.atomic(durable=True)
def save_rules(actor: Actor, kind: RulesKind, rules: GiftRules | ReferralRules) -> None:
    """Keep rules as the draft of their kind; nothing takes effect until they are published."""
    _require(actor)
    if isinstance(rules, ReferralRules) != (kind is RulesKind.REFERRAL):
        raise Invalid.field("kind", _("the rules are of another kind"))
    body, now = _checked(rules), clock.now()
    OccasionRules.objects.update_or_create(
        kind=kind.value,
        defaults={"draft": body, "edited_at": now, "edited_by": actor.label},
        create_defaults={"draft": body, "edited_at": now, "edited_by": actor.label},
    )
    audit.record(actor, "occasion.edit", f"occasion:{kind.value}")


@transaction.atomic(durable=True)
def publish_rules(actor: Actor, kind: RulesKind) -> int:
    """Have the draft hold from now on; returns its version. Invalid when it gives nothing, or what is not there."""
    _require(actor)
    row = OccasionRules.objects.select_for_update().filter(kind=kind.value).first()
    if row is None:
        raise Conflict(_("There is no draft to publish; save one first."))
    _check(queries.rules_of(kind).draft)
    row.live, row.version = row.draft, row.version + 1
    row.published_at, row.published_by = clock.now(), actor.label
    row.save()
    DailyRun.objects.filter(name=kind.value).delete()  # so that today's gifts follow today
    publish([OccasionRulesPublished(occurred_at=row.published_at, kind=kind.value, version=row.version)])
    audit.record(actor, "occasion.publish", f"occasion:{kind.value}", detail={"version": row.version})
    version: int = row.version
    return version


@transaction.atomic(durable=True)
def stop_rules(actor: Actor, kind: RulesKind) -> None:
    """Give nothing more of this kind. Referrals that were made keep the terms they were made under."""
    _require(actor)
    if OccasionRules.objects.filter(kind=kind.value, live__isnull=False).update(live=None):
        audit.record(actor, "occasion.stop", f"occasion:{kind.value}")


def _require(actor: Actor) -> None:
    actor.require(permissions.EDIT_RULES)
    if actor.stations is not None:
        raise NotAllowed(_("These rules hold for all stations; ask somebody who works for all of them."))


def _checked(rules: GiftRules | ReferralRules) -> Any:
    """Rules as JSON keeps them; Invalid names the field that is out of range."""
    body = msgspec.json.decode(msgspec.json.encode(rules))
    try:
        msgspec.convert(body, type(rules), strict=False)
    except msgspec.ValidationError as error:
        text, _at, path = str(error).partition(" - at `$.")
        raise Invalid.field(path.rstrip("`") or "rules", text) from None
    for name in ("minimum_amount", "minimum_quantity"):
        figure = getattr(rules, name, ZERO)
        if not (figure.is_finite() and 0 <= figure <= _MOST):
            raise Invalid.field(
                name, _("%(value)s is out of range; give 0 to %(most)s") % {"value": figure, "most": _MOST}
            )
    return body


def _check(rules: GiftRules | ReferralRules) -> None:
    if isinstance(rules, GiftRules):
        wanted = {"template": rules.template}
        if not rules.points and not rules.template:
            raise Invalid.field("points", _("nothing is given; name points, a coupon, or both"))
        known = {tier.code for tier in loyalty.programme_at(clock.now()).tiers}
        for tier in rules.tiers:
            if tier not in known:
                raise Invalid.field(
                    "tiers", _("the programme in force has no tier %(tier)r; take it off") % {"tier": tier}
                )
    else:
        wanted = {"referrer.template": rules.referrer.template, "friend.template": rules.friend.template}
        if not any((rules.referrer.points, rules.referrer.template, rules.friend.points, rules.friend.template)):
            raise Invalid.field("referrer.points", _("nothing is given; name points, a coupon, or both"))
    known_templates = coupons.templates({code for code in wanted.values() if code})
    for path, code in wanted.items():
        found = known_templates.get(code)
        if code and (found is None or not found.is_live or found.template.kind is not CouponKind.SINGLE):
            raise Invalid.field(
                path, _("%(code)r is not a coupon template that is issued one by one; make it first") % {"code": code}
            )
