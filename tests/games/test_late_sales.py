"""Sales that reach a draw late, and what refunds leave of them: their tickets are those of the day they occurred on."""

from datetime import timedelta
from decimal import Decimal

from forecourt.games.values import SaleChances
from forecourt.kernel import clock, sql
from forecourt.sales import services as sales
from forecourt.sales.values import NewRefund, NewSale, RefundLine
from tests.games.scenes import a_draw, put_up
from tests.games.test_playing import give_back
from tests.sales.scenes import HEAD_OFFICE, a_line, a_sale, ago, catch_up

EVERY_FIVE = SaleChances(volume=Decimal(5), each=True)


def tickets_of_days(game_id: int) -> list[int]:
    """How many tickets that hold each day has."""
    found = sql.rows(
        "SELECT count(*) FROM games_ticket WHERE game_id = %(id)s AND voided_at IS NULL GROUP BY day ORDER BY day",
        {"id": game_id},
    )
    return [row[0] for row in found]


def twenty(ref: str, days: float) -> NewSale:
    """20 litres, so many days ago: four tickets where every five litres give one."""
    return a_sale(ref, 1, a_line("92", "20", "153.00"), occurred_at=ago(days))


def test_sales_that_come_late_have_the_tickets_of_their_own_days(real_chain):
    chain = real_chain
    chain.enrol()
    game = a_draw(sale_chances=EVERY_FIVE, starts_at=clock.now() - timedelta(days=5), per_day=4, in_all=10)
    game_id = put_up(game)
    chain.post(
        *[twenty(f"late-{days}-{turn}", days) for days in (3, 2) for turn in range(3)],
        twenty("before", 6),
    )
    catch_up()
    assert tickets_of_days(game_id) == [4, 4]
    (receipt,) = chain.post(twenty("today", 0.001))
    catch_up()
    assert tickets_of_days(game_id) == [4, 4, 2]
    give_back(receipt)
    catch_up()
    (again,) = chain.post(twenty("late again", 3))
    catch_up()
    assert tickets_of_days(game_id) == [4, 4], "their day has all that it may"
    assert again.flags == receipt.flags


def test_a_part_taken_back_later_gives_no_tickets_that_its_day_did_not_leave(real_chain):
    chain = real_chain
    chain.enrol()
    game_id = put_up(a_draw(sale_chances=EVERY_FIVE, starts_at=clock.now() - timedelta(days=5), per_day=2))
    (receipt,) = chain.post(twenty("yesterday", 1.5))
    catch_up()
    assert tickets_of_days(game_id) == [2]
    refund = NewRefund(source_ref="r1", lines=(RefundLine(line=1, quantity=Decimal(1)),))
    with clock.as_of(clock.now() + timedelta(days=1)):
        sales.refund_sale(HEAD_OFFICE, receipt.id, refund)
        catch_up()
    assert tickets_of_days(game_id) == [2]
