"""Commands of loyalty: publish the rules, adjust points, expire them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.kernel import audit, clock, ids, sql, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.loyalty import permissions, queries, records, rules
from forecourt.loyalty.events import PointsAdjusted, PointsExpired, RulebookPublished
from forecourt.loyalty.models import EarnRateDraft, ProgrammeDraft, TierDraft
from forecourt.loyalty.values import EntryKind, PointsEntry, Programme, Standing
from forecourt.organisation import queries as organisation

LARGEST_ADJUSTMENT = 10_000_000
EXPIRY_BATCH = 1000

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


@transaction.atomic(durable=True)
def adjust_points(actor: Actor, customer_id: int, points: int, reason: str) -> Standing:
    """Give points (positive) or take them (negative), with the reason; returns where the customer stands then.

    Taking more than there is follows the programme's policy: the balance goes below zero, or the command is refused.
    """
    actor.require(permissions.ADJUST_POINTS)
    if points == 0 or abs(points) > LARGEST_ADJUSTMENT:
        raise Invalid.field(
            "points",
            _("%(points)s must be other than 0 and at most %(most)s either way")
            % {"points": points, "most": LARGEST_ADJUSTMENT},
        )
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; say why, it stands in the ledger and in the audit trail"))
    customer_id = customer_queries.survivor_of(customer_id)
    if customer_id not in customer_records.lock([customer_id]):
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    now = clock.now()
    programme = queries.programme_at(now)
    records.open_balances([customer_id], rules.tier_for(programme.tiers, ZERO))
    book = queries.books([customer_id])[customer_id]
    if points < 0 and -points > book.available and programme.negative_balance == "forgive":
        raise Invalid.field(
            "points",
            _("%(points)s is more than the %(available)s there are; take at most those")
            % {"points": -points, "available": book.available},
        )
    today = now.astimezone(clock.zone(organisation.company().zone)).date()
    entry = PointsEntry(
        id=ids.uuid7(),
        customer_id=customer_id,
        business_date=today,
        occurred_at=now,
        kind=EntryKind.ADJUST,
        points=points,
        expires_on=rules.expiry_of(today, programme.points_life_months) if points > 0 else None,
        reason=reason.strip(),
        actor=actor.label,
    )
    records.append_entries([book.credit(entry) if points > 0 else book.debit(entry)])
    publish(
        [
            PointsAdjusted(
                customer_id=customer_id, occurred_at=now, points=points, reason=entry.reason, actor=actor.label
            )
        ]
    )
    audit.record(
        actor,
        "points.adjust",
        f"customer:{customer_id}",
        customer_id=customer_id,
        reason=entry.reason,
        detail={"points": points},
    )
    return queries.balance(customer_id)


def expire_points(actor: Actor, day: date) -> int:
    """Take the points whose last day lies before `day` from everybody; returns how many points. Safe to repeat."""
    total = 0
    while customer_ids := queries.customers_with_expired(day, EXPIRY_BATCH):
        total += expire_points_of(actor, customer_ids, day)
    return total


@transaction.atomic(durable=True)
def expire_points_of(actor: Actor, customer_ids: Sequence[int], day: date) -> int:
    """Take the expired points of these customers; returns how many points."""
    actor.require(permissions.EDIT_PROGRAMME)
    customer_records.lock(customer_ids)
    moment = datetime.combine(day, time(0), tzinfo=clock.zone(organisation.company().zone)).astimezone(UTC)
    entries = []
    for customer_id, book in sorted(queries.books(customer_ids).items()):
        entry = PointsEntry(
            id=ids.uuid7(),
            customer_id=customer_id,
            business_date=day,
            occurred_at=moment,
            kind=EntryKind.EXPIRE,
            points=0,
            actor=actor.label,
        )
        entry = book.expire(entry, day)
        if entry.points:
            entries.append(entry)
    records.append_entries(entries)
    publish(
        [PointsExpired(customer_id=entry.customer_id, occurred_at=moment, points=-entry.points) for entry in entries]
    )
    return -sum(entry.points for entry in entries)
