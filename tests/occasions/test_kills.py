"""kill -9 in the middle of gifts, sign-ups, moving up and rewards: what stands is whole, and running on gives nothing twice."""

from datetime import date

import msgspec
import pytest

from forecourt.customers import services as customers
from forecourt.customers.values import CustomerChanges
from forecourt.kernel import sql
from forecourt.kernel.actors import SYSTEM
from forecourt.loyalty import services as loyalty
from forecourt.occasions import queries, services
from forecourt.occasions.values import GiftRules, RulesKind
from tests.bench.victims import Victim
from tests.occasions.conftest import REFERRAL, furnished, hold, opened
from tests.occasions.killed import be_busy
from tests.sales.scenes import HEAD_OFFICE, a_sale, ago, catch_up, everything_proves

pytestmark = pytest.mark.slow

MEMBERS, KILLS = 60, 6


def test_killed_anywhere_the_books_agree_and_everything_was_given_once(committed):
    chain = furnished()
    hold(
        RulesKind.REFERRAL, msgspec.structs.replace(REFERRAL, minutes=0, cooling_days=0, most_a_month=0, most_a_year=0)
    )
    hold(RulesKind.BIRTHDAY, GiftRules(points=100, template="cake", active_days=0))
    members = chain.enrol(MEMBERS)
    for one in members:
        customers.update_customer(HEAD_OFFICE, one, CustomerChanges(birthday="11-22"))
        loyalty.adjust_points(HEAD_OFFICE, one, 1000, "测试")
    code = services.referral_code(HEAD_OFFICE, members[0])
    for one in members[1:]:
        services.make_referral(HEAD_OFFICE, one, code)
    chain.post(*(a_sale(f"s{number}", number, occurred_at=ago(0.001)) for number in range(2, MEMBERS + 1)))
    event = opened(places=5, cost=10)
    for kill in range(KILLS):
        Victim(be_busy, event, members).killed_after(0.05 + kill * 0.35)
    catch_up()
    services.give_gifts(SYSTEM, RulesKind.BIRTHDAY, date(2026, 11, 22))
    services.reward_referrals(SYSTEM)
    catch_up()
    given = dict(sql.rows("SELECT origin, count(*) FROM loyalty_entry WHERE points > 0 GROUP BY origin"))
    assert given["birthday:2026"] == MEMBERS
    referrals = [count for origin, count in given.items() if origin.startswith("referral:")]
    assert referrals == [2] * (MEMBERS - 1)
    assert sql.rows("SELECT count(*) FROM coupons_coupon")[0][0] == MEMBERS + 2 * (MEMBERS - 1)
    assert queries.member_event(event).going <= 5
    everything_proves()
