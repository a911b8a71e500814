"""Tiers under a draft of the programme: as if it had been in force, with a review each night."""

import random
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.customers.values import IdentityKind, NewCustomer, NewIdentity
from forecourt.kernel import clock, sql
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import services as loyalty_services
from forecourt.loyalty.queries import programme as programme_queries
from forecourt.loyalty.values import Tier, TierBasis
from forecourt.sales import services
from forecourt.sales.services import simulating
from forecourt.sales.values import NewRefund, RefundLine, SimulationAsked
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, a_line, a_sale, ago, open_chain, phone, water

ZONE = clock.zone("Asia/Shanghai")
BEFORE, SPAN = 24, 16
THRESHOLDS = {TierBasis.SPEND: (300, 800), TierBasis.VOLUME: (40, 100), TierBasis.VISITS: (2, 5)}


@pytest.fixture
def chain(db):
    return open_chain()


def draft_of(basis: TierBasis, window: int):
    silver, gold = map(Decimal, THRESHOLDS[basis])
    return replace(
        PROGRAMME,
        tiers=(
            Tier(code="basic", name="普通", threshold=Decimal(0)),
            Tier(code="silver", name="银卡", threshold=silver, keep=silver * 3 / 4, multiplier_percent=130),
            Tier(code="platinum", name="白金", threshold=gold, multiplier_percent=170, fuel_discount=Decimal("0.20")),
        ),
        tier_basis=basis,
        tier_window_days=window,
        grace_days=3,
        business_tier="silver",
    )


def noon(days_ago: int) -> datetime:
    return datetime.combine(today(-days_ago), time(12), ZONE)


def today(days: int = 0):
    return clock.now().astimezone(ZONE).date() + timedelta(days=days)


def enrol(chain) -> None:
    """Five members of long ago, one of them a business, and one who joins in the span."""
    long_ago = [
        NewCustomer(
            name=f"会员{number}",
            kind="business" if number == 4 else "person",
            identities=(NewIdentity(kind=IdentityKind.PHONE, value=phone(number)),),
            joined_at=ago(100) if number < 6 else noon(SPAN // 2),
        )
        for number in range(1, 7)
    ]
    customer_services.create_customers(HEAD_OFFICE, long_ago)


def trade(chain, first: int, last: int) -> None:
    """Days from so many ago to so many ago: each begins with its review, and ends with a refund now and then."""
    for days_ago in range(first, last - 1, -1):
        services.review_tiers(HEAD_OFFICE, today(-days_ago))
        chance = random.Random(days_ago)
        for number in range(3):
            litres = chance.randrange(8, 40)
            who = chance.choice([1, 1, 2, 3, 4, 5, None] + [6] * (days_ago < SPAN // 2))
            lines = (a_line("92", str(litres), f"{litres * 7}.50"), water(2))
            (receipt,) = chain.post(
                a_sale(
                    f"{days_ago}-{number}",
                    who,
                    *lines,
                    occurred_at=noon(days_ago) + timedelta(minutes=number),
                    tenders=(),
                )
            )
            if chance.random() < 0.2:
                part = (RefundLine(line=1, quantity=Decimal(litres) / 2),) if chance.random() < 0.5 else None
                late = noon(max(days_ago - 2, 1)) + timedelta(hours=2)
                refund = NewRefund(source_ref=f"r{days_ago}-{number}", lines=part, occurred_at=late)
                services.refund_sale(HEAD_OFFICE, receipt.id, refund)


def books() -> tuple:
    """What the span came to, and how many members stand in which tier."""
    row = sql.rows(
        "SELECT sum(sale.discount), sum(sale.points_earned) FROM sales_sale AS sale "
        "LEFT JOIN sales_sale AS sold ON sold.id = sale.refund_of "
        "WHERE coalesce(sold.business_date, sale.business_date) >= %(since)s",
        {"since": today(-SPAN)},
    )[0]
    return (float(row[0]), int(row[1]), tiers())


def tiers() -> dict[str, int]:
    return dict(sql.rows("SELECT tier, count(*) FROM loyalty_balance GROUP BY 1"))


@pytest.mark.parametrize("basis", list(TierBasis))
@pytest.mark.parametrize("window", [6, 20])
def test_it_equals_publishing_the_draft_and_posting_afresh(chain, basis, window):
    equals_posting_afresh(chain, draft_of(basis, window))


@pytest.mark.parametrize(
    ("basis", "window", "keep_basis", "keep_window"),
    [(TierBasis.SPEND, 20, TierBasis.VISITS, 4), (TierBasis.VISITS, 5, TierBasis.VOLUME, 12)],
)
def test_so_it_does_where_a_rule_of_its_own_keeps_tiers(chain, basis, window, keep_basis, keep_window):
    silver, gold = map(Decimal, THRESHOLDS[keep_basis])
    draft = draft_of(basis, window)
    basic, *above = draft.tiers
    kept = [replace(tier, keep=keep) for tier, keep in zip(above, (silver / 2, gold / 2), strict=True)]
    equals_posting_afresh(
        chain, replace(draft, tiers=(basic, *kept), keep_basis=keep_basis, keep_window_days=keep_window)
    )


def equals_posting_afresh(chain, draft) -> None:
    enrol(chain)
    trade(chain, BEFORE + SPAN, SPAN + 1)
    before = transaction.savepoint()
    chain.publish(draft, valid_from=noon(SPAN) - timedelta(hours=12))
    trade(chain, SPAN, 1)
    afresh = books()
    transaction.savepoint_rollback(before)
    programme_queries.forget()
    loyalty_services.draft_programme(HEAD_OFFICE, draft)
    trade(chain, SPAN, 1)
    found = simulating.simulate(SimulationAsked(since=today(-SPAN), until=today(-1), programme="draft"))
    total, moves = found["total"], found["tier_moves"]
    after = {}
    was = {}
    for row in moves["rows"]:
        after[row["after"]] = after.get(row["after"], 0) + row["members"]
        was[row["before"]] = was.get(row["before"], 0) + row["members"]
    assert (float(total["discount_after"]), int(total["points_after"]), after) == afresh
    assert was == tiers()
    assert moves["up"] + moves["down"] + moves["same"] == 6
    assert loyalty.programme_at(clock.now()).tiers == PROGRAMME.tiers


def test_the_programme_in_force_leaves_tiers_as_they_were(chain):
    enrol(chain)
    trade(chain, SPAN, 1)
    found = simulating.simulate(SimulationAsked(since=today(-SPAN), until=today(-1)))
    assert found["tier_moves"] is None
    assert found["total"]["points_before"] == found["total"]["points_after"]
