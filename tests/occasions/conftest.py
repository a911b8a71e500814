"""A chain with members, coupon templates and rules of occasions that hold."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from forecourt.coupons import services as coupon_services
from forecourt.coupons.values import Template
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.occasions import services
from forecourt.occasions.values import GiftRules, NewMemberEvent, ReferralRules, Reward, RulesKind
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, Chain, open_chain

CHIEF = Actor(kind="staff", id=9, name="chief", everything=True)
REFERRAL = ReferralRules(
    referrer=Reward(points=300, template="wash"),
    friend=Reward(points=200, template="coffee"),
    minimum_amount=Decimal(100),
    within_days=30,
    cooling_days=7,
    most_a_month=3,
    most_a_year=5,
)


@pytest.fixture
def chain(db) -> Chain:
    return furnished()


def furnished() -> Chain:
    """A chain with the templates wash, coffee and cake, and referral rules that hold."""
    chain = open_chain()
    for code in ("wash", "coffee", "cake"):
        coupon_services.create_template(HEAD_OFFICE, Template(code=code, name=code, valid_days=30, worth=Decimal(20)))
    hold(RulesKind.REFERRAL, REFERRAL)
    return chain


def hold(kind: RulesKind, rules: GiftRules | ReferralRules) -> int:
    """Have these rules hold, as if they had for years; returns their version."""
    version = begin_to_hold(kind, rules)
    set_back("occasions_rulesversion", "valid_from", 3000, version=version)
    return version


def begin_to_hold(kind: RulesKind, rules: GiftRules | ReferralRules, valid_from: datetime | None = None) -> int:
    """Have these rules hold from now on, or from then."""
    services.save_rules(HEAD_OFFICE, kind, rules)
    services.submit_rules(HEAD_OFFICE, kind, valid_from=valid_from)
    return services.approve_rules(CHIEF, kind)


def coupons_of(customer_id: int) -> list[tuple[str, str]]:
    """(template, origin) of a customer's coupons, in their order."""
    return sql.rows(
        "SELECT template.code, coupon.origin FROM coupons_coupon AS coupon "
        "JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id "
        "WHERE coupon.customer_id = %(id)s ORDER BY coupon.issued_at, coupon.id",
        {"id": customer_id},
    )


def an_event(**changes) -> NewMemberEvent:
    """An event in three days, for two hours, at a place."""
    begins = changes.pop("starts_at", clock.now() + timedelta(days=3))
    fields = {"title": "车主亲子日", "place": "深圳湾公园", "starts_at": begins, "ends_at": begins + timedelta(hours=2)}
    return NewMemberEvent(**fields | changes)


def opened(**changes) -> int:
    """An announced event."""
    event_id = services.make_event(HEAD_OFFICE, an_event(**changes))
    announce(event_id)
    return event_id


def announce(event_id: int) -> None:
    """Hand an event in, and have it approved by somebody else."""
    services.submit_event(HEAD_OFFICE, event_id)
    services.approve_event(CHIEF, event_id)


def with_coupons(tier: str, *coupons):
    """The sample programme with coupons for one of its tiers."""
    tiers = tuple(
        msgspec.structs.replace(one, coupons=tuple(coupons)) if one.code == tier else one for one in PROGRAMME.tiers
    )
    return msgspec.structs.replace(PROGRAMME, tiers=tiers)


def serving_first(*codes: str):
    """The sample programme where members of these tiers are served first."""
    tiers = tuple(msgspec.structs.replace(one, is_priority=one.code in codes) for one in PROGRAMME.tiers)
    return msgspec.structs.replace(PROGRAMME, tiers=tiers)


def set_back(table: str, column: str, days: float, **where: int) -> None:
    """Make what stands in a table older by so many days."""
    conditions = " AND ".join(f"{name} = {int(value)}" for name, value in where.items()) or "true"
    sql.run(f"UPDATE {table} SET {column} = {column} - %(by)s::interval WHERE {conditions}", {"by": f"{days} days"})


def day_of(moment: datetime):
    return moment.astimezone(clock.zone("Asia/Shanghai")).date()
