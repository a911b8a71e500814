-- Volume of fuel by product and period ("day", "week", "month"). Summed by day first: one key of two plain columns is
-- hashed, where the period and the product's words would be sorted row by row.
SELECT date_trunc(%(period)s, daily.business_date)::date AS period, product.code, product.name, product.family,
       sum(daily.volume) AS volume
FROM (
    SELECT business_date, product_id, sum(quantity) AS volume
    FROM sales_rollup
    WHERE station_id = ANY(%(stations)s)
        AND product_id = ANY(ARRAY(SELECT id FROM catalogue_product WHERE kind = 'fuel' AND unit = 'volume'))
        AND business_date BETWEEN %(since)s AND %(until)s
    GROUP BY business_date, product_id
) AS daily
JOIN catalogue_product AS product ON product.id = daily.product_id
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2
