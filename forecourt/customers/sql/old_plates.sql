-- Plates indexed under one older key.
SELECT id, customer_id, 'plate', plate_sealed FROM customers_vehicle
WHERE plate_index >= %(low)s AND plate_index < %(high)s ORDER BY plate_index LIMIT %(limit)s FOR UPDATE SKIP LOCKED
