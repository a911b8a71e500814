-- What a list of sales `s` is narrowed to: the page and its count use this same text.
s.station_id = ANY(%(stations)s) AND s.business_date BETWEEN %(since)s AND %(until)s
    AND (%(status)s = '' OR s.status = %(status)s)
    AND (%(member)s = '' OR (%(member)s = 'yes') = (s.customer_id > 0))
    AND (%(refunds)s = '' OR s.net < 0)
    AND (%(grade)s = '' OR EXISTS (
        SELECT 1 FROM sales_line AS line
        WHERE line.customer_id = s.customer_id AND line.business_date = s.business_date AND line.sale_id = s.id
            AND line.product_id = (SELECT id FROM catalogue_product WHERE code = %(grade)s)))
