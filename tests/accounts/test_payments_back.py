"""Points that a sale took for things brought back, and that paid for it, come back on other days: the books prove each day."""

from decimal import Decimal

import pytest

from forecourt.sales import services
from forecourt.sales.values import NewRefund, NewTender, RefundLine
from tests.accounts.scenes import Books
from tests.accounts.test_closing import prove
from tests.sales.scenes import HEAD_OFFICE, WATER, a_line, lots, water


@pytest.mark.parametrize("first", [1, 2, None])
def test_points_taken_and_points_that_paid_come_back_into_books_that_prove(books: Books, first):
    who = books.ids[0]
    books.sell(1, water(20))
    books.close()
    books.sell(1, water(10))
    books.close()
    held = lots(who)
    tenders = (NewTender(kind="points", amount=Decimal("1.40")), NewTender(kind="cash", amount=Decimal("25.10")))
    sold = books.sell(1, a_line("92", "10", "76.50"), a_line(WATER, "-10", "-50.00"), tenders=tenders)
    books.close()
    assert lots(who) == [(-30, None)]
    prove()
    if first is not None:
        lines = (RefundLine(line=first, quantity=Decimal(10 if first == 1 else -10)),)
        services.refund_sale(HEAD_OFFICE, sold.id, NewRefund(source_ref="r1", lines=lines))
        books.close()
        prove()
    services.refund_sale(HEAD_OFFICE, sold.id, NewRefund(source_ref="r2"))
    books.close()
    assert lots(who) == held
    prove()
