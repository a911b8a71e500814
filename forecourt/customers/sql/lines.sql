-- Customers with their profiles, for a list.
SELECT customer.id, customer.name, customer.kind, customer.tags, customer.is_blocked, customer.joined_at,
    customer.joined_station_id, profile.*
FROM customers_customer AS customer
LEFT JOIN customers_profile AS profile ON profile.customer_id = customer.id
WHERE customer.id = ANY(%(ids)s::bigint[])
