"""What prizes cost those who pay for them, as claims and reports hold it."""

from datetime import timedelta
from decimal import Decimal

import msgspec

from forecourt.accounts import queries as accounts
from forecourt.accounts import services as claims
from forecourt.faces import funding
from forecourt.games import queries, services
from forecourt.kernel import sql
from forecourt.organisation.queries import company_day
from tests.games.scenes import MUG, TEN, always, put_up
from tests.sales.scenes import HEAD_OFFICE

AOKE = "supplier:aoke"
OF_AOKE = msgspec.structs.replace(MUG, funder=AOKE)


def test_goods_cost_who_pays_once_they_are_handed_over_and_points_at_once(chain):
    member, other = chain.enrol(2)
    put_up(always("mug", prizes=(OF_AOKE, TEN)))
    put_up(always("ten", code="second", prizes=(TEN,)))
    kept, left = (services.spin_wheel(HEAD_OFFICE, "wheel", one).won for one in (member, other))
    services.spin_wheel(HEAD_OFFICE, "second", member)
    today = company_day()
    assert [(cost.funder, cost.cost) for cost in queries.costs_by_day(today, today)] == [("brand", Decimal("0.1"))]
    services.collect_claim(HEAD_OFFICE, kept.code, "S001")
    (brand, aoke) = sorted(queries.costs_by_day(today, today), key=lambda cost: cost.funder)
    assert (aoke.game, aoke.prize, aoke.prize_name, aoke.prizes, aoke.cost) == ("wheel", "mug", "保温杯", 1, 40)
    assert (brand.game, brand.prizes, brand.cost) == ("second", 1, Decimal("0.1"))
    totals = funding.totals(today, today)
    assert {payer: (cost.amount, cost.uses) for payer, cost in totals.items()} == {
        "brand": (Decimal("0.1"), 1),
        AOKE: (40, 1),
    }
    assert queries.costs_by_day(today - timedelta(days=1), today - timedelta(days=1)) == []
    sql.run("UPDATE games_claim SET expires_on = expires_on - 400 WHERE code = %(code)s", {"code": left.code})
    services.expire_claims(HEAD_OFFICE, today)
    assert funding.totals(today, today)[AOKE].amount == 40, "nobody has it"


def test_a_claim_holds_the_prizes_that_its_funder_pays_for_and_the_next_one_those_given_later(chain):
    members = chain.enrol(3)
    put_up(always("mug", prizes=(OF_AOKE,)))
    won = [services.spin_wheel(HEAD_OFFICE, "wheel", one).won for one in members]
    today = company_day()

    def claimed() -> tuple[Decimal, int]:
        due = funding.costs_due(AOKE)
        claim = claims.draft_claim(HEAD_OFFICE, AOKE, today, today, costs=due)
        sent = claims.send_claim(HEAD_OFFICE, claim.id, due)
        (cost,) = accounts.claim_costs(HEAD_OFFICE, sent.id)
        assert (cost.origin, cost.text) == (f"prize:wheel:mug:{AOKE}:{today}", "Prize: 加油大转盘 · 保温杯")
        return sent.total, sent.uses

    services.collect_claim(HEAD_OFFICE, won[0].code, "S001")
    assert claimed() == (40, 1)
    for one in won[1:]:
        services.collect_claim(HEAD_OFFICE, one.code, "S001")
    assert claimed() == (80, 2)
