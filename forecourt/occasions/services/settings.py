"""The rules of occasions: edited as a draft, and stopped. What puts them in force stands in `reviews`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.coupons.queries import KnownTemplate
from forecourt.kernel import audit, clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.loyalty import queries as loyalty
from forecourt.occasions import permissions, queries
from forecourt.occasions.events import OccasionRulesPublished
from forecourt.occasions.models import OccasionRules, RulesVersionRow
from forecourt.occasions.queries.settings import subject_of
from forecourt.occasions.values import GiftRules, ReferralRules, RulesKind

_MOST: Final = 1_000_000


@transaction.atomic(durable=True)
def save_rules(actor: Actor, kind: RulesKind, rules: GiftRules | ReferralRules) -> None:
    """Keep rules as the draft of their kind; nothing takes effect until it is handed in and approved.

    Conflict while it is in review.
    """
    require_everywhere(actor, permissions.EDIT_RULES)
    if isinstance(rules, ReferralRules) != (kind is RulesKind.REFERRAL):
        raise Invalid.field("kind", _("the rules are of another kind"))
    body, now = _checked(rules), clock.now()
    row, _is_new = OccasionRules.objects.select_for_update().get_or_create(
        kind=kind.value, defaults={"draft": body, "edited_at": now, "edited_by": actor.label}
    )
    reviews.require_none(subject_of(kind))
    row.draft, row.edited_at, row.edited_by = body, now, actor.label
    row.save(update_fields=["draft", "edited_at", "edited_by"])
    audit.record(actor, "occasion.edit", subject_of(kind))


@transaction.atomic(durable=True)
def stop_rules(actor: Actor, kind: RulesKind, reason: str = "") -> int:
    """Give nothing more of this kind, at once, and nothing of what was to begin later; returns the version that says so.

    Referrals that were made keep the terms they were made under. What is in review is withdrawn: its draft stays.
    """
    require_everywhere(actor, permissions.EDIT_RULES)
    row = locked(kind)
    if row is None or not queries.rules_of(kind).may_stop:
        raise Conflict(_("Nothing is given by these rules, so there is nothing to stop."))
    why = reviews.plain_text("reason", reason)
    version = add_version(actor, kind, None, clock.now(), note=why)
    reviews.let_drop(actor, subject_of(kind), _("Giving was stopped."))
    audit.record(actor, "occasion.stop", subject_of(kind), reason=why, detail={"version": version})
    return version


def locked(kind: RulesKind) -> OccasionRules | None:
    """The rules of a kind, locked until the transaction ends; None when nobody edited any yet."""
    return OccasionRules.objects.select_for_update().filter(kind=kind.value).first()


def next_version(kind: RulesKind) -> int:
    """The number of the version to come. Callers hold the lock of the kind."""
    newest = RulesVersionRow.objects.filter(kind=kind.value).order_by("-version").first()
    return newest.version + 1 if newest else 1


def add_version(
    actor: Actor,
    kind: RulesKind,
    rules: GiftRules | ReferralRules | None,
    valid_from: datetime,
    *,
    note: str,
    submitted_by: str = "",
) -> int:
    """Add a version, in the caller's transaction, under the lock of the kind; returns its number."""
    now, version = clock.now(), next_version(kind)
    RulesVersionRow.objects.create(
        kind=kind.value,
        version=version,
        valid_from=valid_from,
        body=None if rules is None else _checked(rules),
        note=note,
        submitted_by=submitted_by or actor.label,
        published_at=now,
        published_by=actor.label,
    )
    publish([OccasionRulesPublished(occurred_at=now, kind=kind.value, version=version)])
    return version


def require_everywhere(actor: Actor, permission: str) -> None:
    """NotAllowed without the permission, or for who works for some stations only."""
    actor.require(permission)
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


def check(rules: GiftRules | ReferralRules, moment: datetime) -> None:
    """Invalid where rules give nothing, or name what is not there at that moment."""
    if isinstance(rules, GiftRules):
        wanted = {"template": rules.template}
        if not rules.points and not rules.template:
            raise Invalid.field("points", _("nothing is given; name points, a coupon, or both"))
        known = {tier.code for tier in loyalty.programme_at(moment).tiers}
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
    _require_good_days(rules, known_templates)
    for path, code in wanted.items():
        found = known_templates.get(code)
        if code and (found is None or not found.is_issued):
            raise Invalid.field(
                path, _("%(code)r is not a coupon template that is issued one by one; make it first") % {"code": code}
            )


def _require_good_days(rules: GiftRules | ReferralRules, known: Mapping[str, KnownTemplate]) -> None:
    """Invalid where a gift's coupon would end before it is good: it is given on its day, and its template delays it."""
    if not isinstance(rules, GiftRules) or rules.template not in known:
        return
    delay, lasts = known[rules.template].template.delay_days, rules.days_before + rules.days_after
    if delay > lasts:
        raise Invalid.field(
            "template",
            _(
                "%(code)r is good only %(delay)s days after it is given, and this gift ends after %(lasts)s; let the gift last "
                "longer, or choose another"
            )
            % {"code": rules.template, "delay": delay, "lasts": lasts},
        )
