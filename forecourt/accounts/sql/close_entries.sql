-- What the ledger recorded since the last close.
CREATE TEMP TABLE closing_entry ON COMMIT DROP AS
SELECT customer_id, id, business_date, kind, points, coalesce(earned_at, occurred_at) AS earned_at, recorded_at, expires_on, sale_id
FROM loyalty_entry
WHERE recorded_at >= %(since)s::timestamptz AND recorded_at < %(until)s::timestamptz
