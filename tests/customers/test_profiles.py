"""Profiles are written in lists and read with their customers."""

from datetime import UTC, datetime
from decimal import Decimal

from forecourt.customers import queries, records
from forecourt.customers.values import ProfileFigures
from forecourt.kernel import sql


def test_a_list_of_profiles_takes_one_statement_and_the_later_counts(enrol, clerk):
    first, second = enrol("一"), enrol("二")
    full = ProfileFigures(
        customer_id=first,
        first_sale_at=datetime(2025, 1, 1, tzinfo=UTC),
        last_sale_at=datetime(2026, 1, 1, tzinfo=UTC),
        sales_count=12,
        sales_year=11,
        fuel_total=Decimal("480.125"),
        fuel_year=Decimal("440.000"),
        spend_total=Decimal("3600.5000"),
        spend_year=Decimal("3300.0000"),
        shop_year=Decimal("120.0000"),
        interval_days=Decimal("8.25"),
        home_station_id=7,
        main_grade="95",
    )
    with sql.watching() as statements:
        records.save_profiles([ProfileFigures(customer_id=first), ProfileFigures(customer_id=second), full])
    assert len(statements) == 1
    assert queries.profile([first, second, 999]) == {
        first: full,
        second: ProfileFigures(customer_id=second),
        999: ProfileFigures(customer_id=999),
    }
    assert queries.search(clerk, "一").items[0].profile == full
    assert queries.customer_card(first).profile == full
    records.save_profiles([ProfileFigures(customer_id=first, sales_count=1)])
    assert queries.profile([first])[first].sales_count == 1
    records.save_profiles([])
