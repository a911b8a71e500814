-- A sale by its id; the claim says at which station and on which day, whoever its customer has become.
SELECT sale.*, sale.explanation::text AS reasons, sale.tenders::text AS payments, customer.name AS customer_name,
       customer.is_blocked, customer.merged_into_id
FROM sales_claim AS claim
JOIN sales_sale AS sale
    ON sale.station_id = claim.station_id AND sale.business_date = claim.business_date AND sale.id = claim.sale_id
LEFT JOIN customers_customer AS customer ON customer.id = sale.customer_id
WHERE claim.sale_id = %(sale_id)s AND sale.station_id = ANY(%(stations)s)
