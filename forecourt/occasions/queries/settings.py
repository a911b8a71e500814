"""The rules of occasions: as edited, as they hold, as they held, and every version of them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import msgspec

from forecourt.kernel import clock, reviews
from forecourt.kernel.values import Review
from forecourt.occasions.models import OccasionRules, RulesVersionRow
from forecourt.occasions.values import (
    GiftRules,
    HeldRules,
    ReferralRules,
    RulesKind,
    RulesProposal,
    RulesVersion,
    RulesView,
)
from forecourt.organisation import queries as organisation

TYPES: Final[dict[RulesKind, type[GiftRules] | type[ReferralRules]]] = {
    RulesKind.BIRTHDAY: GiftRules,
    RulesKind.ANNIVERSARY: GiftRules,
    RulesKind.REFERRAL: ReferralRules,
}


def rules_of(kind: RulesKind) -> RulesView:
    """The rules of one kind; those that nobody edited yet are the usual ones, and hold nowhere."""
    row = OccasionRules.objects.filter(kind=kind).first()
    now = clock.now()
    versions = rules_versions(kind)
    held = next((one for one in versions if one.is_in_force(now)), None)
    return RulesView(
        kind=kind,
        draft=read_rules(kind, row.draft) if row else TYPES[kind](),
        live=held.rules if held else None,
        version=held.version if held else 0,
        since=held.valid_from if held else None,
        edited_at=row.edited_at if row else None,
        edited_by=row.edited_by if row else "",
        coming=tuple(
            sorted((one for one in versions if one.is_coming(now)), key=lambda one: (one.valid_from, one.version))
        ),
        review=reviews.open_review(subject_of(kind)),
    )


def rules_versions(kind: RulesKind) -> list[RulesVersion]:
    """Every version of one kind, the newest first."""
    rows = list(RulesVersionRow.objects.filter(kind=kind).order_by("version"))
    return [_version(kind, row, rows[:place], rows[place + 1 :]) for place, row in enumerate(rows)][::-1]


def rules_at(kind: RulesKind, moment: datetime) -> RulesVersion | None:
    """The version in force at a moment; None before the first one began."""
    return next((one for one in rules_versions(kind) if one.is_in_force(moment)), None)


def decided_rules(kind: RulesKind) -> list[Review]:
    """What was decided about the rules of one kind, the latest first."""
    return reviews.decided(subject_of(kind))


def live_referral_rules() -> ReferralRules | None:
    """The rules of referrals as they hold; None while nothing does."""
    (found,) = _bodies(RulesKind.REFERRAL, [clock.now()])
    return msgspec.convert(found[1], ReferralRules, strict=False) if found and found[1] is not None else None


def gift_rules_on(kind: RulesKind, days: Sequence[date]) -> list[HeldRules | None]:
    """The rules of birthday or anniversary gifts in force on days of the company's clock; None for a day without any.

    Of a day on which they changed those of its evening; of today, and of days to come, those that hold now. One statement.
    """
    now, zone = clock.now(), organisation.company_zone()
    evenings = [datetime.combine(day + timedelta(days=1), time(0), zone) - timedelta.resolution for day in days]
    return [
        HeldRules(version=found[0], rules=msgspec.convert(found[1], GiftRules, strict=False))
        if found and found[1] is not None
        else None
        for found in _bodies(kind, [min(now, evening) for evening in evenings])
    ]


def subject_of(kind: RulesKind) -> str:
    """How the audit trail and reviews name rules."""
    return f"occasion:{kind.value}"


def proposal_of(kind: RulesKind, review: Review) -> RulesProposal:
    """What was handed in."""
    valid_from = review.body["valid_from"]
    return RulesProposal(
        rules=read_rules(kind, review.body["rules"]),
        valid_from=datetime.fromisoformat(valid_from) if valid_from else None,
    )


def read_rules(kind: RulesKind, body: Any) -> GiftRules | ReferralRules:
    """Rules as they are stored."""
    return msgspec.convert(body, TYPES[kind], strict=False)


def _bodies(kind: RulesKind, moments: Collection[datetime]) -> list[tuple[int, Any] | None]:
    """(version, rules as stored) in force at each moment: of those that had begun the one with the highest number."""
    rows = list(
        RulesVersionRow.objects.filter(kind=kind, valid_from__lte=max(moments))
        .order_by("-version")
        .values_list("version", "valid_from", "body")
    )
    return [next(((row[0], row[2]) for row in rows if row[1] <= moment), None) for moment in moments]


def _version(
    kind: RulesKind, row: RulesVersionRow, earlier: Sequence[RulesVersionRow], later: Sequence[RulesVersionRow]
) -> RulesVersion:
    before = next((one for one in reversed(earlier) if one.valid_from <= row.valid_from), None)
    return RulesVersion(
        kind=kind,
        version=row.version,
        rules=None if row.body is None else read_rules(kind, row.body),
        valid_from=row.valid_from,
        valid_until=min((one.valid_from for one in later), default=None),
        before=None if before is None or before.body is None else read_rules(kind, before.body),
        note=row.note,
        submitted_by=row.submitted_by,
        published_at=row.published_at,
        published_by=row.published_by,
    )
