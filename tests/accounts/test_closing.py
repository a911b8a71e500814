"""The daily close: what the ledger did becomes lots, a roll-forward and a journal, once and for good."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecourt.accounts import queries, rules, services, tasks
from forecourt.accounts.values import By
from forecourt.customers import records as customer_records
from forecourt.faces import proofs
from forecourt.kernel import clock, partitions, sql
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.loyalty import handlers
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import services as loyalty_services
from forecourt.organisation.models import LegalEntity, Station
from forecourt.sales import services as sales_services
from forecourt.sales.values import NewRefund, RefundLine
from tests.accounts.scenes import ANALYST, FIRST, ZONE, Books, a_policy, approve, journal, owed
from tests.sales.scenes import HEAD_OFFICE, a_line, a_return, a_sale, flat_books_agree, open_chain, points, water

MONTH = f"{FIRST:%Y-%m}"
SALE = (MONTH, False)
GIFT = (f"{clock.now().astimezone(ZONE):%Y-%m}", True)


def prove():
    flat_books_agree()
    figures = queries.figures()
    last = queries.last_close()
    assert owed() == sum((state.liability for state in figures.values()), ZERO) == last.liability
    first, until = queries.months() or (clock.month_of(FIRST), clock.month_of(FIRST))
    for by in By:
        lines = queries.roll_forward(HEAD_OFFICE, first, until, by)
        total = lines[-1]
        assert total.points.closing == last.open_points, by
        assert total.money.closing == last.liability, by
        if by is not By.MONTH:
            assert sum(line.money.closing for line in lines[:-1]) == total.money.closing, by
            assert sum(line.points.closing for line in lines[:-1]) == total.points.closing, by


def test_a_sale_defers_the_price_of_its_points(books: Books):
    books.sell(1)  # 20 litres for 153.00: 20 points worth 0.10 at 80%
    close = books.close()
    due = rules.deferred(Decimal("153.00"), 20, a_policy(), Decimal(80), 2)
    assert due == Decimal("1.58")
    assert journal(FIRST) == [("earned", "6001", due, ZERO), ("earned", "2203", ZERO, due)]
    assert (close.liability, close.open_points, close.entries) == (due, 20, 1)
    prove()


def test_redeeming_recognises_by_the_cumulative_formula_and_expiry_of_nothing_open_the_rest(books: Books):
    books.sell(1, a_line("92", "500.000", "3825.00"))
    books.close()
    deferred = books.figures[SALE].allocated
    books.spend(1, 300)
    books.close()
    state = books.figures[SALE]
    assert state.recognised == rules.recognised(deferred, 300, 400, 2)
    assert state.spent_amount == rules.rounded(deferred * 300 / 500, 2)
    prove()
    books.spend(1, 200)
    books.close()
    assert books.figures[SALE].recognised == deferred
    assert books.closes[-1].liability == 0
    prove()


def test_expiry_releases_what_is_left(books: Books):
    books.sell(1, a_line("92", "500.000", "3825.00"))
    books.spend(1, 100)
    books.close()
    deferred = books.figures[SALE].allocated
    sql.run("UPDATE loyalty_entry SET expires_on = %(day)s WHERE points > 0", {"day": FIRST})
    loyalty_services.expire_points(HEAD_OFFICE, clock.now().date())
    books.close()
    state = books.figures[SALE]
    assert (state.expired, state.open) == (400, 0)
    assert state.recognised == deferred
    assert {line[0] for line in journal(books.day - timedelta(days=1))} == {"expired"}
    prove()


def test_points_given_free_are_marketing_cost(books: Books):
    books.give(1, 500)
    books.close()
    assert journal(FIRST) == [("given", "6601", Decimal("40.00"), ZERO), ("given", "2801", ZERO, Decimal("40.00"))]
    books.spend(1, 400)
    books.close()
    assert ("spent", "6001", ZERO, Decimal("32.00")) in journal(books.day - timedelta(days=1))
    assert books.figures[GIFT].liability == 0
    prove()


def test_a_refund_takes_back_in_proportion_and_a_whole_one_all_of_it(books: Books):
    sale = books.sell(1, a_line("92", "33.330", "254.97"), water(7))
    books.close()
    deferred = books.figures[SALE].allocated
    sales_services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r1", lines=(RefundLine(line=2),)))
    books.close()
    assert 0 < books.figures[SALE].allocated < deferred
    prove()
    sales_services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r2", lines=(RefundLine(line=1),)))
    books.close()
    state = books.figures[SALE]
    assert (state.points, state.allocated, state.liability) == (0, ZERO, ZERO)
    prove()


def test_points_owed_are_taken_from_the_lot_that_pays_them(books: Books):
    sale = books.sell(1)
    books.spend(1, 20)
    books.close()
    sales_services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r"))
    books.close()
    assert books.closes[-1].open_points == 0
    books.sell(1)
    books.close()
    state = books.figures[SALE]
    assert (state.points, state.redeemed, state.open) == (20, 20, 0)
    prove()


def test_what_is_given_back_opens_the_cohort_again(books: Books):
    books.sell(1, a_line("92", "500.000", "3825.00"))
    origin = books.spend(1, 300)
    books.close()
    recognised = books.figures[SALE].recognised
    assert recognised > 0
    books.give_back(1, origin)
    books.close()
    assert books.figures[SALE].recognised == 0
    assert books.figures[SALE].redeemed == 0
    prove()


def test_a_change_of_estimate_adjusts_cumulatively_from_its_day_on(books: Books):
    books.sell(1, a_line("92", "500.000", "3825.00"))
    books.spend(1, 200)
    books.close()
    before = books.figures[SALE]
    approve(a_policy(valid_from=books.day + timedelta(days=1), redemption_percent=Decimal(50)), "fewer came back")
    books.close()
    assert books.figures[SALE] == before
    books.close()
    state = books.figures[SALE]
    assert state.recognised == rules.recognised(before.allocated, 200, 250, 2)
    assert state.estimate_amount == state.recognised - before.recognised
    assert {line[0] for line in journal(books.day - timedelta(days=1))} == {"estimate"}
    prove()


def test_merging_and_parting_move_nothing(books: Books):
    books.sell(1, a_line("92", "500.000", "3825.00"))
    books.sell(2, water(30))
    books.give(1, 70)
    books.spend(1, 120)
    books.close()
    before = books.figures
    customer_records.lock(books.ids)
    one, two = books.ids
    handlers._transfer(one, two, "merge 1 into 2")
    books.close()
    assert books.figures == before
    assert journal(books.day - timedelta(days=1)) == []
    prove()
    handlers._transfer(two, one, "part 1 from 2")
    handlers._transfer(one, two, "merge 1 into 2 again")
    books.close()
    assert books.figures == before
    books.spend(2, 400)
    books.close()
    assert sum(state.open for state in books.figures.values()) == 500 + 150 + 70 - 120 - 400
    prove()


def test_a_lot_earned_and_handed_over_on_one_day_and_then_refunded(books: Books):
    one, two = books.ids
    sale = books.sell(1)
    books.sell(2)
    handlers._transfer(one, two, "merge 1 into 2")
    books.close()
    assert books.figures[SALE].allocated == 2 * Decimal("1.58")
    sales_services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r"))
    books.sell(1)
    books.close()
    prove()


def test_adjustments_and_returns_without_a_sale(books: Books):
    loyalty_services.adjust_points(HEAD_OFFICE, books.ids[0], 100, "sorry")
    books.sell(1, water(20))
    books.post(a_return("back", 1, 5))
    books.close()
    prove()
    loyalty_services.adjust_points(HEAD_OFFICE, books.ids[0], -80, "by mistake")
    books.close()
    assert ("adjusted", "2801") in {line[:2] for line in journal(books.day - timedelta(days=1))}
    prove()


def test_late_sales_are_booked_on_the_day_they_are_recorded(books: Books):
    books.sell(1)
    books.close()
    closed = journal(FIRST)
    long_ago = datetime.combine(FIRST - timedelta(days=40), datetime.min.time(), tzinfo=clock.UTC)
    books.sell(1, occurred_at=long_ago)
    books.close()
    assert journal(FIRST) == closed
    assert [line[:2] for line in journal(books.day - timedelta(days=1))] == [("earned", "6001"), ("earned", "2203")]
    assert len({key[0] for key in books.figures}) == 2
    prove()


def test_closing_again_changes_nothing_and_days_are_closed_in_turn(books: Books):
    books.sell(1)
    first = books.close()
    assert services.close_day(HEAD_OFFICE, FIRST) == first
    with pytest.raises(Conflict, match=f"{FIRST + timedelta(days=1)}"):
        services.close_day(HEAD_OFFICE, FIRST + timedelta(days=5))
    with pytest.raises(Conflict):
        services.close_day(HEAD_OFFICE, FIRST - timedelta(days=1))
    prove()


def test_the_schedule_closes_what_is_over_and_no_more(books: Books):
    closed = tasks.close_days(0)
    today = clock.now().astimezone(clock.zone("Asia/Shanghai")).date()
    assert closed in {29, 30}
    assert queries.last_close().day in {today - timedelta(days=1), today - timedelta(days=2)}
    assert tasks.close_days(0) == 0
    if queries.last_close().day == today - timedelta(days=1):
        with pytest.raises(Conflict, match="not over"):
            services.close_day(HEAD_OFFICE, today)


def test_nothing_is_closed_without_a_policy(db):
    open_chain()
    assert queries.days_to_close(HEAD_OFFICE, clock.now()) == []
    with pytest.raises(Conflict, match="policy"):
        services.close_day(HEAD_OFFICE, FIRST)


def test_the_first_close_takes_over_the_ledger_as_it_is(db):
    chain = open_chain()
    ids = chain.enrol(1)
    chain.post(*[a_sale(f"{number}", 1, occurred_at=clock.now() - timedelta(days=300)) for number in range(3)])
    approve(a_policy())
    books = Books(chain, ids)
    books.close()
    assert books.closes[-1].open_points == 60
    prove()


def test_the_database_refuses_to_change_closed_books(books: Books):
    books.sell(1)
    books.close()
    for statement in (
        "UPDATE accounts_journal SET debit = debit + 1 WHERE debit > 0",
        "DELETE FROM accounts_journal",
        "INSERT INTO accounts_journal (day, entity_id, cohort, is_gift, kind, role, account, account_name, debit, credit) "
        "SELECT day, 0, cohort, false, 'earned', role, account, '', debit, credit FROM accounts_journal",
        "UPDATE accounts_close SET debit = debit + 1, credit = credit + 1",
        "UPDATE accounts_close SET debit = debit + 1",
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            sql.run(statement)


def test_a_month_is_closed_when_all_its_days_are(books: Books):
    month = clock.month_of(FIRST)
    with pytest.raises(Conflict):
        services.close_period(HEAD_OFFICE, month)
    while books.day < clock.next_month(month):
        books.close()
    services.close_period(HEAD_OFFICE, month)
    services.close_period(HEAD_OFFICE, month)
    assert [period.month for period in queries.closed_periods()] == [month]
    with pytest.raises(Invalid):
        services.close_period(HEAD_OFFICE, month + timedelta(days=1))


def test_the_policy_goes_through_a_second_person_and_begins_on_an_open_day(books: Books):
    books.close()
    own = services.draft_policy(HEAD_OFFICE, a_policy(valid_from=books.day), "mine")
    services.submit_policy(HEAD_OFFICE, own)
    with pytest.raises(NotAllowed, match="second person"):
        services.approve_policy(HEAD_OFFICE, own)
    with pytest.raises(NotAllowed):
        services.approve_policy(ANALYST, own)
    with pytest.raises(Invalid, match="note"):
        services.refuse_policy(HEAD_OFFICE, own, " ")
    services.refuse_policy(HEAD_OFFICE, own, "no evidence")
    with pytest.raises(Conflict):
        services.approve_policy(HEAD_OFFICE, own)
    with pytest.raises(Invalid, match="later day"):
        services.draft_policy(ANALYST, a_policy(valid_from=FIRST), "back then")
    for changes, field in (
        ({"point_value": ZERO}, "point_value"),
        ({"redemption_percent": Decimal(101)}, "redemption_percent"),
        ({"cohort_percents": {"2026-13": Decimal(50)}}, "cohort_percents"),
        ({"tax_percent": Decimal(-1)}, "tax_percent"),
    ):
        with pytest.raises(Invalid) as problem:
            services.draft_policy(ANALYST, a_policy(valid_from=books.day, **changes), "x")
        assert field in problem.value.fields


def test_the_books_of_legal_entities_balance_each(books: Books):
    entities = [LegalEntity.objects.create(name=name) for name in ("甲石油有限公司", "乙石油有限公司")]
    Station.objects.filter(code="S001").update(legal_entity=entities[0])
    books.sell(1)
    books.give(1, 10)
    books.close()
    Station.objects.filter(code="S001").update(legal_entity=entities[1])
    books.sell(1)
    books.close()
    month = clock.month_of(FIRST)
    lines = queries.roll_forward(HEAD_OFFICE, month, clock.next_month(month), By.ENTITY)
    assert {line.name: line.points.closing for line in lines[:-1]} == {
        "甲石油有限公司": 20,
        "乙石油有限公司": 20,
        "No legal entity": 10,
    }
    prove()


def test_whoever_is_limited_to_stations_sees_no_books(books: Books):
    from msgspec.structs import replace

    limited = replace(ANALYST, stations=frozenset({1}))
    for read in (
        lambda: queries.journal(limited, FIRST, FIRST),
        lambda: queries.roll_forward(limited, FIRST, FIRST),
        lambda: queries.claims(limited),
    ):
        with pytest.raises(NotAllowed):
            read()


SEVERAL = st.lists(
    st.tuples(
        st.sampled_from(["sell", "sell", "give", "spend", "return", "refund", "hand", "adjust", "estimate", "close"]),
        st.integers(1, 2),
        st.integers(1, 60),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SEVERAL)
@pytest.mark.slow
def test_any_course_of_the_real_ledger_closes_into_books_that_prove(books: Books, course):
    before = transaction.savepoint()
    try:
        _play(Books(books.chain, books.ids), course)
    finally:
        transaction.savepoint_rollback(before)
        loyalty.forget()
        partitions.forget()


def _play(books: Books, course):
    """Play a course on the real ledger, close, prove; then let everything expire, and nothing may be owed."""
    _act(books, course)
    books.close()
    prove()
    sql.run("UPDATE loyalty_entry SET expires_on = %(day)s WHERE points > 0", {"day": FIRST})
    loyalty_services.expire_points(HEAD_OFFICE, clock.now().date())
    books.close()
    prove()
    assert books.closes[-1].open_points == 0
    assert books.closes[-1].liability == 0


def _act(books: Books, course):  # noqa: C901
    spent, sales = [], []
    for what, who, size in course:
        if what == "sell":
            sales.append(books.sell(who, a_line("92", f"{size}.370", "153.00"), water(size % 7 + 1)))
        elif what == "give":
            books.give(who, size)
        elif what == "spend" and points(books.ids[who - 1]) >= size:
            spent.append((who, books.spend(who, size)))
        elif what == "return" and spent:
            books.give_back(*spent.pop())
        elif what == "refund" and sales:
            books.refs += 1
            sales_services.refund_sale(HEAD_OFFICE, sales.pop().id, NewRefund(source_ref=f"r{books.refs}"))
        elif what == "hand":
            handlers._transfer(books.ids[who - 1], books.ids[2 - who], f"merge {size}")
        elif what == "adjust":
            loyalty_services.adjust_points(HEAD_OFFICE, books.ids[who - 1], size - 30 or 1, "by hand")
        elif what == "estimate":
            approve(a_policy(valid_from=books.day, redemption_percent=Decimal(size)))
        elif what == "close":
            books.close()
            prove()


TAMPERING = {
    "roll-forward of points": "UPDATE accounts_movement SET points = points + 1",
    "liability of points": "UPDATE accounts_lot SET amount = amount + 1",
}


@pytest.mark.parametrize("name", TAMPERING)
def test_the_proofs_find_what_was_tampered_with(books: Books, name):
    books.sell(1)
    books.close()
    check = next(check for check in proofs.CHECKS if check.name == name)
    assert sql.rows(check.statement) == []
    sql.run(TAMPERING[name])
    assert len(sql.rows(check.statement)) == 1
