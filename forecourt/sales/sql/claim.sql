-- Claim the names of sales, given in sorted order; what comes back is new. A rival list that holds one is waited for.
INSERT INTO sales_claim (station_id, source, source_ref, sale_id, customer_id, business_date, body_hash)
SELECT * FROM unnest(
    %(station_ids)s::bigint[], %(sources)s::text[], %(source_refs)s::text[], %(sale_ids)s::uuid[],
    %(customer_ids)s::bigint[], %(business_dates)s::date[], %(body_hashes)s::bytea[]
)
ON CONFLICT (station_id, source, source_ref) DO NOTHING
RETURNING sale_id
