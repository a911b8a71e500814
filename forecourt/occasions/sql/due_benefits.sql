-- Who is in a tier and has neither its coupon of this period nor any that a higher tier brought, from behind a number.
SELECT customer.id
FROM loyalty_balance AS balance
JOIN customers_customer AS customer
    ON customer.id = balance.customer_id AND customer.merged_into_id IS NULL AND NOT customer.is_blocked
WHERE balance.tier = %(tier)s AND balance.customer_id > %(after)s
  AND NOT EXISTS (
        SELECT FROM occasions_benefit AS benefit
        WHERE (benefit.customer_id = customer.id OR benefit.customer_id IN (
                SELECT id FROM customers_customer WHERE merged_into_id = customer.id))
          AND benefit.every = %(every)s AND benefit.period = %(period)s
          AND (benefit.tier = %(tier)s AND benefit.template = %(template)s OR benefit.tier = ANY(%(higher)s::text[])))
ORDER BY balance.customer_id
LIMIT %(limit)s
