"""Complete Journey in small: a folder of the same files with a handful of rows."""

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecourt.catalogue import queries as catalogue
from forecourt.connectors.pos.broken import Broken
from forecourt.connectors.pos.journey import baskets, loading
from forecourt.connectors.pos.journey.loading import import_complete_journey
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel.problems import Conflict
from forecourt.organisation import queries as organisation
from forecourt.sales import queries as sales

pytestmark = pytest.mark.django_db

ROWS = [
    # household, store, basket, product, quantity, sales_value, retail_disc, coupon_match_disc, time
    (900, 330, 31, 1, 1, 0.50, 0.00, 0.00, datetime(2017, 1, 1, 11, 53, 26)),
    (900, 330, 30, 2, 12345, 26.17, 0.00, 0.00, datetime(2017, 1, 1, 12, 10, 28)),
    (900, 330, 30, 3, 2, 5.29, 0.10, 0.05, datetime(2017, 1, 1, 12, 10, 28)),
    (7, 406, 33, 77, 0, 0.00, 0.00, 0.00, datetime(2017, 3, 12, 2, 30, 0)),
]


def write(folder, rows):
    names = ["household_id", "store_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc"]
    names += ["coupon_match_disc", "transaction_timestamp"]
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    table = pa.table(columns | {"coupon_disc": [0.0] * len(rows), "week": [1] * len(rows)})
    stamps = table.column("transaction_timestamp").cast(pa.timestamp("ns"))
    table = table.set_column(table.column_names.index("transaction_timestamp"), "transaction_timestamp", stamps)
    pq.write_table(table, folder / "transactions.parquet")
    products = {
        "product_id": [1, 2, 3],
        "manufacturer_id": [2, 69, 69],
        "department": ["GROCERY", "FUEL", "MISC/OTHER"],
        "brand": ["National", "Private", None],
        "product_category": ["FRZN ICE", "COUPON/MISC ITEMS", None],
        "product_type": ["ICE - CRUSHED/CUBED", "GASOLINE-REG UNLEADED", None],
        "package_size": ["22 LB", None, None],
    }
    pq.write_table(pa.table(products), folder / "products.parquet")
    about = {"household_id": [900], "age": ["65+"], "income": ["35-49K"]}
    about |= {name: pa.array([None], pa.string()) for name in loading._ABOUT[2:]}
    pq.write_table(pa.table(about), folder / "demographics.parquet")
    return folder


def test_everything_is_loaded_and_reconciles(tmp_path, head_office):
    folder = write(tmp_path, ROWS)
    summary = import_complete_journey(head_office, folder=folder)
    assert (summary.read, summary.posted, summary.lines, summary.net) == (3, 3, 4, "31.96")
    company = organisation.company()
    assert (company.currency, company.volume_unit, company.zone) == ("USD", "gallon", "America/New_York")
    found = {sale.source_ref: sales.sale(head_office, sale.id) for sale in sales.list_sales(head_office)}
    fuel, tea = found["30"].lines
    assert (fuel.kind, fuel.quantity, fuel.amount) == ("fuel", Decimal("12.345"), Decimal("26.17"))
    assert (tea.quantity, tea.discount) == (Decimal(2), Decimal("0.15"))
    assert found["30"].net == Decimal("31.46")
    assert found["30"].occurred_at.isoformat() == "2017-01-01T12:10:28+00:00"
    assert found["33"].business_date.isoformat() == "2017-03-11"  # half past nine in the evening in New York
    products = catalogue.products_by_code(["1", "2", "77"])
    assert products["1"].categories[0] == "GROCERY/FRZN ICE/ICE - CRUSHED-CUBED"
    assert products["2"].family == "petrol"
    [known] = customers.resolve([CustomerClaim(card=baskets.card_of(900))])
    card = customers.customer_card(known.customer_id)
    assert card.tags == ("age: 65+", "income: 35-49K")
    assert found["30"].customer_id == known.customer_id


def test_again_replays_all_and_changes_nothing(tmp_path, head_office):
    folder = write(tmp_path, ROWS)
    import_complete_journey(head_office, folder=folder)
    again = import_complete_journey(head_office, folder=folder)
    assert (again.posted, again.replayed, again.lines, again.net) == (0, 3, 4, "31.96")
    assert (again.more, again.stations_made, again.products_made) == ({"customers_made": 0}, 0, 0)


def test_side_by_side_comes_to_the_same(tmp_path, head_office, committed):
    folder = write(tmp_path, ROWS)
    summary = import_complete_journey(head_office, folder=folder, lanes=2)
    assert (summary.posted, summary.lines, summary.net) == (3, 4, "31.96")
    assert import_complete_journey(head_office, folder=folder, lanes=2).replayed == 3


def test_a_company_with_sales_in_yuan_is_left_alone(tmp_path, head_office, client_sale):
    folder = write(tmp_path, ROWS)
    with pytest.raises(Conflict, match="CNY"):
        import_complete_journey(head_office, folder=folder)
    assert import_complete_journey(head_office, folder=folder, force=True).posted == 3
    assert organisation.company().currency == "CNY"


def test_baskets_span_batches_of_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(baskets, "_ROWS", 2)
    folder = write(tmp_path, ROWS)
    found = [
        sale for built in baskets.Baskets(folder / "transactions.parquet", frozenset({2})).sales() for sale in built
    ]
    assert [(sale.source_ref, len(sale.lines)) for sale in found] == [("31", 1), ("30", 2), ("33", 1)]


def test_scattered_baskets_are_noticed(tmp_path):
    folder = write(tmp_path, [ROWS[1], ROWS[0], ROWS[2]])
    with pytest.raises(Broken):
        list(baskets.Baskets(folder / "transactions.parquet", frozenset()).sales())


@pytest.fixture
def client_sale(station, grades, head_office):
    """One sale in yuan."""
    from forecourt.kernel import clock
    from forecourt.sales import services
    from forecourt.sales.values import NewLine, NewSale

    line = NewLine(product="92", quantity=Decimal(1), amount=Decimal("7.65"))
    sale = NewSale(station="S001", source="t", source_ref="1", occurred_at=clock.now(), lines=(line,))
    return services.post_sales(head_office, [sale])
