-- Habits of these customers and of those merged into them, from all their sales.
WITH survivor AS (
    SELECT DISTINCT coalesce(merged_into_id, id) AS id FROM customers_customer WHERE id = ANY(%(customer_ids)s::bigint[])
), family AS (
    SELECT survivor.id AS customer_id, survivor.id AS member_id FROM survivor
    UNION ALL
    SELECT survivor.id, alias.id FROM survivor JOIN customers_customer AS alias ON alias.merged_into_id = survivor.id
), sold AS (
    SELECT family.customer_id, sale.id, sale.business_date, sale.station_id, sale.occurred_at, sale.net,
           sale.fuel_quantity, sale.fuel_amount, sale.refund_of,
           sale.business_date > %(today)s::date - 365 AS is_recent
    FROM family JOIN sales_sale AS sale ON sale.customer_id = family.member_id
), totals AS (
    SELECT customer_id,
           min(occurred_at) FILTER (WHERE refund_of IS NULL) AS first_sale_at,
           max(occurred_at) FILTER (WHERE refund_of IS NULL) AS last_sale_at,
           count(*) FILTER (WHERE refund_of IS NULL) AS sales_count,
           count(*) FILTER (WHERE refund_of IS NULL AND is_recent) AS sales_year,
           sum(fuel_quantity) AS fuel_total,
           coalesce(sum(fuel_quantity) FILTER (WHERE is_recent), 0) AS fuel_year,
           sum(net) AS spend_total,
           coalesce(sum(net) FILTER (WHERE is_recent), 0) AS spend_year,
           coalesce(sum(net - fuel_amount) FILTER (WHERE is_recent), 0) AS shop_year,
           count(DISTINCT business_date) FILTER (WHERE refund_of IS NULL) AS days,
           max(business_date) FILTER (WHERE refund_of IS NULL)
             - min(business_date) FILTER (WHERE refund_of IS NULL) AS span
    FROM sold GROUP BY customer_id
), stations AS (
    SELECT DISTINCT ON (customer_id) customer_id, station_id
    FROM (SELECT customer_id, station_id, count(*) AS visits, max(occurred_at) AS latest
          FROM sold WHERE refund_of IS NULL GROUP BY customer_id, station_id) AS visited
    ORDER BY customer_id, visits DESC, latest DESC, station_id
), grades AS (
    SELECT DISTINCT ON (customer_id) customer_id, code
    FROM (SELECT family.customer_id, product.code, sum(line.quantity) AS quantity
          FROM family
          JOIN sales_line AS line ON line.customer_id = family.member_id AND line.kind = 'fuel'
          JOIN catalogue_product AS product ON product.id = line.product_id
          GROUP BY family.customer_id, product.code) AS filled
    ORDER BY customer_id, quantity DESC, code
)
SELECT totals.customer_id, first_sale_at, last_sale_at, sales_count, sales_year, fuel_total, fuel_year, spend_total,
       spend_year, shop_year,
       CASE WHEN days > 1 THEN round(span::numeric / (days - 1), 2) END AS interval_days,
       stations.station_id AS home_station_id, coalesce(grades.code, '') AS main_grade
FROM totals
LEFT JOIN stations ON stations.customer_id = totals.customer_id
LEFT JOIN grades ON grades.customer_id = totals.customer_id
