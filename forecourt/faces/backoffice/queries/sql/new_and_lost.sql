-- Members who joined, and members whose last visit turned 90 days old, by week (Monday) since a day.
SELECT week, sum(joined)::int AS joined, sum(lost)::int AS lost
FROM (
    SELECT date_trunc('week', joined_at AT TIME ZONE %(zone)s)::date AS week, 1 AS joined, 0 AS lost
    FROM customers_customer
    WHERE joined_at >= %(since)s AND merged_into_id IS NULL
        AND (%(all)s OR joined_station_id = ANY(%(stations)s))
    UNION ALL
    SELECT date_trunc('week', (last_sale_at AT TIME ZONE %(zone)s) + interval '90 days')::date, 0, 1
    FROM customers_profile
    WHERE last_sale_at >= %(since)s - interval '90 days' AND last_sale_at < %(until)s - interval '90 days'
        AND (%(all)s OR home_station_id = ANY(%(stations)s))
) AS both_kinds
GROUP BY week
ORDER BY week
