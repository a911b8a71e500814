"""The back office's list of sales: a page and its count are narrowed alike."""

import pytest

from forecourt.faces.backoffice.queries import sales as queries
from forecourt.sales import services
from forecourt.sales.values import NewRefund
from tests.sales.scenes import HEAD_OFFICE, a_line, a_sale, ago, day_of, open_chain, water


@pytest.mark.parametrize(
    ("narrowed", "references"),
    [
        ({}, {"1", "2", "3", "4", "5", "back"}),
        ({"since": day_of(ago(1))}, {"1", "2", "3", "5", "back"}),
        ({"status": "flagged"}, {"3"}),
        ({"member": "yes"}, {"1", "5", "back"}),
        ({"member": "no"}, {"2", "3", "4"}),
        ({"refunds": "yes"}, {"back"}),
        ({"grade": "92", "member": "no"}, {"2", "4"}),
        ({"grade": "95"}, set()),
    ],
)
def test_a_page_holds_what_its_count_says(db, narrowed, references):
    chain = open_chain()
    chain.enrol()
    (first, *_others) = chain.post(
        a_sale("1", 1),
        a_sale("2", None),
        a_sale("3", None, a_line("nothing")),
        a_sale("4", None, occurred_at=ago(6)),
        a_sale("5", 1, water(2)),
    )
    services.refund_sale(HEAD_OFFICE, first.id, NewRefund(source_ref="back"))
    wanted = queries.Filter(**{"since": day_of(ago(9)), "until": day_of(ago(0))} | narrowed)
    assert {row["source_ref"] for row in queries.page(HEAD_OFFICE, wanted)} == references
    assert queries.how_many(HEAD_OFFICE, wanted).count == len(references)
