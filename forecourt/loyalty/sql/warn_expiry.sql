-- Note whom a warning is due; returns those who had none yet for points that lapse in that month.
INSERT INTO loyalty_expirywarning (customer_id, month, warned_at)
SELECT customer_id, month, %(now)s::timestamptz
FROM unnest(%(customer_ids)s::bigint[], %(months)s::date[]) AS due (customer_id, month)
ON CONFLICT (customer_id, month) DO NOTHING
RETURNING customer_id, month
