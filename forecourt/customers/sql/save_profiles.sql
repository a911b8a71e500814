-- Put profiles in place of those that stand.
INSERT INTO customers_profile AS profile (
    customer_id, first_sale_at, last_sale_at, sales_count, sales_year, fuel_total, fuel_year, spend_total, spend_year,
    shop_year, interval_days, home_station_id, main_grade, refreshed_at
)
SELECT *, %(refreshed_at)s
FROM unnest(
    %(customer_id)s::bigint[], %(first_sale_at)s::timestamptz[], %(last_sale_at)s::timestamptz[],
    %(sales_count)s::int[], %(sales_year)s::int[], %(fuel_total)s::numeric[], %(fuel_year)s::numeric[],
    %(spend_total)s::numeric[], %(spend_year)s::numeric[], %(shop_year)s::numeric[], %(interval_days)s::numeric[],
    %(home_station_id)s::bigint[], %(main_grade)s::text[]
)
ON CONFLICT (customer_id) DO UPDATE SET
    first_sale_at = excluded.first_sale_at,
    last_sale_at = excluded.last_sale_at,
    sales_count = excluded.sales_count,
    sales_year = excluded.sales_year,
    fuel_total = excluded.fuel_total,
    fuel_year = excluded.fuel_year,
    spend_total = excluded.spend_total,
    spend_year = excluded.spend_year,
    shop_year = excluded.shop_year,
    interval_days = excluded.interval_days,
    home_station_id = excluded.home_station_id,
    main_grade = excluded.main_grade,
    refreshed_at = excluded.refreshed_at
