"""The rules of occasions, as edited and as they hold."""

from typing import Any, Final, TypeVar

import msgspec

from forecourt.occasions.models import OccasionRules
from forecourt.occasions.values import GiftRules, ReferralRules, RulesKind, RulesView

T = TypeVar("T", GiftRules, ReferralRules)

TYPES: Final[dict[RulesKind, type[GiftRules] | type[ReferralRules]]] = {
    RulesKind.BIRTHDAY: GiftRules,
    RulesKind.ANNIVERSARY: GiftRules,
    RulesKind.REFERRAL: ReferralRules,
}


def rules_of(kind: RulesKind) -> RulesView:
    """The rules of one kind; those that nobody edited yet are the usual ones, and hold nowhere."""
    row = OccasionRules.objects.filter(kind=kind).first()
    if row is None:
        return RulesView(kind=kind, draft=TYPES[kind](), live=None, version=0)
    return RulesView(
        kind=kind,
        draft=_read(kind, row.draft),
        live=None if row.live is None else _read(kind, row.live),
        version=row.version,
        edited_at=row.edited_at,
        edited_by=row.edited_by,
        published_at=row.published_at,
        published_by=row.published_by,
    )


def live_gift_rules(kind: RulesKind) -> GiftRules | None:
    """The rules of birthday or anniversary gifts as they hold; None while nothing does."""
    return _live(kind, GiftRules)


def live_referral_rules() -> ReferralRules | None:
    """The rules of referrals as they hold; None while nothing does."""
    return _live(RulesKind.REFERRAL, ReferralRules)


def _live(kind: RulesKind, expected: type[T]) -> T | None:
    body = OccasionRules.objects.filter(kind=kind).values_list("live", flat=True).first()
    return None if body is None else msgspec.convert(body, expected, strict=False)


def _read(kind: RulesKind, body: Any) -> GiftRules | ReferralRules:
    return msgspec.convert(body, TYPES[kind], strict=False)
