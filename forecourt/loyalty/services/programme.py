"""The programme: drafted, checked, published."""

from datetime import datetime

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock, sql, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Invalid
from forecourt.loyalty import permissions, queries
from forecourt.loyalty.events import RulebookPublished
from forecourt.loyalty.models import EarnRateDraft, ProgrammeDraft, TierDraft
from forecourt.loyalty.values import Programme

_HEAD_FIELDS = ("name", "tier_basis", "tier_window_days", "points_life_months", "negative_balance")

_PUBLISH = """
INSERT INTO loyalty_rulebook (valid_from, published_at, published_by, body)
VALUES (%(valid_from)s, %(at)s, %(by)s, %(body)s::jsonb) RETURNING version
"""


@transaction.atomic(durable=True)
def draft_programme(actor: Actor, programme: Programme) -> None:
    """Put this programme in the place of the draft; nothing takes effect until it is published."""
    actor.require(permissions.EDIT_PROGRAMME)
    check_programme(programme)
    head = {name: getattr(programme, name) for name in _HEAD_FIELDS}
    ProgrammeDraft.objects.update_or_create(pk=1, defaults=head)
    TierDraft.objects.all().delete()
    EarnRateDraft.objects.all().delete()
    TierDraft.objects.bulk_create(TierDraft(programme_id=1, **msgspec.structs.asdict(tier)) for tier in programme.tiers)
    EarnRateDraft.objects.bulk_create(
        EarnRateDraft(programme_id=1, **(msgspec.structs.asdict(rate) | {"stations": list(rate.stations)}))
        for rate in programme.rates
    )
    audit.record(actor, "programme.draft", "programme")


@transaction.atomic(durable=True)
def publish_programme(actor: Actor, programme: Programme | None = None, *, valid_from: datetime | None = None) -> int:
    """Put the programme in force, from now on or from `valid_from`; returns its version.

    Takes the draft as it is edited unless a programme is given. Sales that occurred before keep the rules they had.
    """
    actor.require(permissions.EDIT_PROGRAMME)
    programme = programme or queries.draft()
    check_programme(programme)
    now = clock.now()
    body = msgspec.json.encode(programme).decode()
    parameters = {"valid_from": valid_from or now, "at": now, "by": actor.label, "body": body}
    version = int(sql.rows(_PUBLISH, parameters)[0][0])
    stamps.bump("loyalty")
    publish([RulebookPublished(occurred_at=now, version=version)])
    audit.record(actor, "programme.publish", f"rulebook:{version}")
    return version


def check_programme(programme: Programme) -> None:
    """Refuse a programme that could not be applied, naming the field and the remedy."""
    if not programme.name.strip():
        raise Invalid.field("name", _("is empty; give the programme a name"))
    codes = [rate.code for rate in programme.rates]
    for code in codes:
        if codes.count(code) > 1:
            raise Invalid.field("rates", _("two earn rates have the code %(code)r; give each its own") % {"code": code})
    for rate in programme.rates:
        if rate.points < 0:
            raise Invalid.field(
                f"rates.{rate.code}.points", _("%(points)s is negative; give zero or more") % {"points": rate.points}
            )
    if programme.tiers:
        thresholds = [tier.threshold for tier in programme.tiers]
        if min(thresholds) != 0:
            raise Invalid.field("tiers", _("no tier begins at 0; give the first one the threshold 0"))
        if len(set(thresholds)) != len(thresholds):
            raise Invalid.field("tiers", _("two tiers have the same threshold; give each its own"))
    if programme.tier_window_days < 1:
        raise Invalid.field("tier_window_days", _("is below 1; give the number of days that count"))
