-- A sale by its id, station and day (from its claim), whoever its customer has become.
SELECT sale.*, sale.explanation::text AS reasons, sale.tenders::text AS payments, customer.name AS customer_name,
       customer.is_blocked, customer.merged_into_id
FROM sales_sale AS sale
LEFT JOIN customers_customer AS customer ON customer.id = sale.customer_id
WHERE sale.station_id = %(station)s AND sale.business_date = %(day)s AND sale.id = %(sale_id)s
