"""Which of the offers that a sale missed it came nearest to. No database."""

from hypothesis import given
from hypothesis import strategies as st

from forecourt.offers.rules.matching import Book, nearness_of
from forecourt.offers.rules.nearing import nearness
from tests.offers.test_laws import NOW
from tests.offers.worlds import lives, offers, sales


@given(sales(), st.lists(offers(), max_size=6))
def test_every_miss_has_a_place(sale, found):
    looked = Book(lives(found)).look(sale.facts(), NOW)
    ranks = [nearness_of(missed)[0] for missed in (*looked.missed, *looked.never)]
    assert all(0 <= rank <= 5 for rank in ranks)
    assert list(map(nearness_of, looked.never)) == sorted(map(nearness_of, looked.never))


def test_what_can_be_done_about_it_comes_before_how_much_is_missing():
    said = [
        ("final", {}),
        ("volume", {"more": "2", "least": "40"}),
        ("amount", {"more": "20", "least": "200"}),
        ("quantity", {"more": "1", "least": "2"}),
        ("bought", {"what": "products"}),
        ("tender", {"tenders": "app", "percent": "100"}),
        ("hours", {"ended": "09:00", "minutes": "10"}),
        ("hours", {"begins": "22:00", "minutes": "600"}),
        ("weekdays", {"next": "mon", "days": "1"}),
        ("dates", {"ended": "2026-01-01"}),
        ("visit", {"more": "1"}),
        ("tier", {"least": "gold"}),
        ("volume", {"most": "60"}),
    ]
    found = [nearness(condition, values) for condition, values in said]
    assert found == sorted(found)


def test_older_receipts_tell_no_part_and_come_after_those_that_do():
    assert nearness("volume", {"more": "2"}) > nearness("volume", {"more": "39", "least": "40"})
