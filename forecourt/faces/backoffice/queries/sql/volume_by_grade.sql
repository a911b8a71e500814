-- Volume of fuel by product and period ("day", "week", "month").
SELECT date_trunc(%(period)s, rollup.business_date)::date AS period, product.code, product.name, product.family,
       sum(rollup.quantity) AS volume
FROM sales_rollup AS rollup
JOIN catalogue_product AS product ON product.id = rollup.product_id AND product.unit = 'volume'
WHERE rollup.station_id = ANY(%(stations)s) AND rollup.kind = 'fuel'
    AND rollup.product_id = ANY(ARRAY(SELECT id FROM catalogue_product WHERE kind = 'fuel' AND unit = 'volume'))
    AND rollup.business_date BETWEEN %(since)s AND %(until)s
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2
