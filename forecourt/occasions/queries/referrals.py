"""Referral codes, referrals, and what they came to."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from forecourt import occasions
from forecourt.coupons import queries as coupons
from forecourt.customers import queries as customers
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import NotFound
from forecourt.loyalty import queries as loyalty
from forecourt.occasions.models import Referral, ReferralCode
from forecourt.occasions.queries.families import survivor_ids
from forecourt.occasions.rules import FriendSale, normal_code
from forecourt.occasions.values import Flag, ReferralRules, ReferralState, ReferralView, ReferrerLine

FRIEND_SALES: Final = sql.load(occasions.__file__, "friend_sales")
REFERRER_SALES: Final = sql.load(occasions.__file__, "referrer_sales")
FACTS: Final = sql.load(occasions.__file__, "referral_facts")
REWARDS_HAD: Final = sql.load(occasions.__file__, "rewards_had")
REPORT: Final = sql.load(occasions.__file__, "referral_report")


class Facts(NamedTuple):
    """Who the two are today, and what speaks against the referral as it stands."""

    referrer_id: int
    referred_id: int
    flags: tuple[Flag, ...]


def code_of(customer_id: int) -> str:
    """A member's referral code, "" while it has none; of a merged one its survivor's, else the first of the family's."""
    family = customers.family_ids(customer_id)
    known = dict(ReferralCode.objects.filter(customer_id__in=family).values_list("customer_id", "code"))
    return next((known[one] for one in family if one in known), "")


def owner_of_code(code: str) -> int | None:
    """Whose referral code this is, a merged one's survivor; None when it is nobody's."""
    owner = ReferralCode.objects.filter(code=normal_code(code)).values_list("customer_id", flat=True).first()
    return None if owner is None else survivor_ids([owner]).get(owner)


def referral(referral_id: int) -> ReferralView:
    """One referral; NotFound when there is none."""
    row = Referral.objects.filter(id=referral_id).first()
    if row is None:
        raise NotFound(_("There is no referral %(id)s.") % {"id": referral_id})
    return _views([row])[0]


def referrals_of(family: Collection[int]) -> tuple[ReferralView | None, list[ReferralView]]:
    """Who brought this customer (its family), and whom it brought, the latest first."""
    ids = list(family)
    rows = list(Referral.objects.filter(Q(referred_id__in=ids) | Q(referrer_id__in=ids)).order_by("-id")[:101])
    views = _views(rows)
    brought_by = next((view for view in views if view.referred_id in ids), None)
    return brought_by, [view for view in views if view.referrer_id in ids]


def referrals(
    *,
    states: Sequence[str] = (),
    is_flagged: bool | None = None,
    customer_ids: Sequence[int] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ReferralView]:
    """A page of referrals, the latest first; `is_flagged`: with flags that nobody has accepted yet, and not ended."""
    rows = Referral.objects.order_by("-id")
    if states:
        rows = rows.filter(state__in=states)
    if is_flagged is not None:
        waiting = Q(state__in=["pending", "qualified"]) & ~Q(flags__contained_by=F("accepted"))
        rows = rows.filter(waiting if is_flagged else ~waiting)
    if customer_ids is not None:
        rows = rows.filter(Q(referrer_id__in=customer_ids) | Q(referred_id__in=customer_ids))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _views(list(rows[:limit]))


def state_counts(since: datetime, until: datetime) -> dict[str, int]:
    """How many referrals that were made in a period are in which state; "made" are all, "flagged" wait for a person."""
    rows = Referral.objects.filter(made_at__gte=since, made_at__lt=until)
    counts = Counter(dict(rows.values_list("state").annotate(count=Count("id")).values_list("state", "count")))
    counts["made"] = sum(counts.values())
    waiting = Referral.objects.filter(state__in=["pending", "qualified"]).exclude(flags__contained_by=F("accepted"))
    counts["flagged"] = waiting.count()
    return dict(counts)


def friend_sales(referral_ids: Collection[int]) -> dict[int, list[FriendSale]]:
    """The new members' sales, by referral. One statement."""
    found: dict[int, list[FriendSale]] = {}
    for referral_id, *sale in sql.rows(FRIEND_SALES, {"ids": list(referral_ids)}):
        found.setdefault(referral_id, []).append(FriendSale(*sale))
    return found


def referrer_sales(referral_ids: Collection[int]) -> dict[int, list[tuple[int, datetime]]]:
    """Where (station) and when the referrers bought, by referral. One statement."""
    found: dict[int, list[tuple[int, datetime]]] = {}
    for referral_id, station_id, at in sql.rows(REFERRER_SALES, {"ids": list(referral_ids)}):
        found.setdefault(referral_id, []).append((station_id, at))
    return found


def referral_facts(referral_ids: Collection[int]) -> dict[int, Facts]:
    """Who the two of each referral are today, and what of their details speaks against it. One statement."""
    found = {}
    for referral_id, referrer_id, referred_id, *said in sql.rows(FACTS, {"ids": list(referral_ids)}):
        flags = [flag for flag, holds in zip(_DETAIL_FLAGS, said, strict=True) if holds]
        if referrer_id == referred_id:
            flags = [Flag.SAME_PERSON]
        found[referral_id] = Facts(referrer_id, referred_id, tuple(flags))
    return found


_DETAIL_FLAGS: Final = (Flag.HOUSEHOLD, Flag.ALIKE, Flag.STAFF, Flag.BURST, Flag.BLOCKED)


def rewards_had(customer_ids: Collection[int], month: datetime, year: datetime) -> dict[int, tuple[int, int]]:
    """How many rewards referrers (survivors) had since the beginning of the month and of the year. One statement."""
    found = sql.rows(REWARDS_HAD, {"ids": list(customer_ids), "month": month, "year": year})
    return {row[0]: (row[1], row[2]) for row in found}


def referral_report(since: datetime, until: datetime, limit: int = 1000) -> list[ReferrerLine]:
    """What members' referrals of a period came to, and what they cost; those with most rewards first."""
    rows = sql.dicts(REPORT, {"since": since, "until": until, "limit": limit})
    templates = coupons.templates({code for row in rows for code in row["templates"] if code})
    worth = {code: known.template.worth for code, known in templates.items()}
    value = loyalty.programme_at(clock.now()).point_value
    lines = []
    for row in rows:
        given = [code for code in row["templates"] if code]
        lines.append(
            ReferrerLine(
                referrer_id=row["referrer_id"],
                name=row["name"],
                made=row["made"],
                qualified=row["qualified"],
                rewarded=row["rewarded"],
                points=row["points"],
                coupons=len(given),
                cost=row["points"] * value + sum((worth.get(code, Decimal(0)) for code in given), Decimal(0)),
                spend=row["spend"],
            )
        )
    return lines


def terms_of(row: Referral) -> ReferralRules:
    """The rules under which a referral was made."""
    return msgspec.convert(row.terms, ReferralRules, strict=False)


def _views(rows: Sequence[Referral]) -> list[ReferralView]:
    today = survivor_ids({one for row in rows for one in (row.referrer_id, row.referred_id)})
    names = customers.names(set(today.values()))
    views = []
    for row in rows:
        referrer_id = today.get(row.referrer_id, row.referrer_id)
        referred_id = today.get(row.referred_id, row.referred_id)
        views.append(
            ReferralView(
                id=row.pk,
                referrer_id=referrer_id,
                referred_id=referred_id,
                code=row.code,
                state=ReferralState(row.state),
                flags=tuple(map(Flag, row.flags)),
                open_flags=tuple(Flag(flag) for flag in row.flags if flag not in row.accepted),
                made_at=row.made_at,
                made_by=row.made_by,
                joined_at=row.joined_at,
                qualified_at=row.qualified_at,
                sale_id=row.sale_id,
                due_at=row.due_at,
                rewarded_at=row.rewarded_at,
                ended_at=row.ended_at,
                reason=row.reason,
                decided_by=row.decided_by,
                decided_at=row.decided_at,
                terms=terms_of(row),
                referrer_name=names.get(referrer_id, ""),
                referred_name=names.get(referred_id, ""),
            )
        )
    return views
