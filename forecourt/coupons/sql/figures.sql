-- What became of the coupons of templates: issued, seen, used, given back, void, ended unused. Those of batches, which may be
-- a million, are not counted one by one: a batch says how many it made. Coupons of voided batches stand as active; what they
-- come to is counted by batch.
SELECT template.id, batched.issued + loose.issued, seen.count, used.used, used.restored, void.count + voided.count,
       expired.count - voided.expired, used.last_used_at
FROM unnest(%(ids)s::bigint[]) AS template (id)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(made), 0)::bigint AS issued FROM coupons_couponbatch WHERE template_id = template.id
) AS batched
CROSS JOIN LATERAL (
    SELECT count(*) AS issued FROM coupons_coupon WHERE template_id = template.id AND batch_id IS NULL
) AS loose
CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM coupons_coupon WHERE template_id = template.id AND status = 'void'
) AS void
CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM coupons_coupon
    WHERE template_id = template.id AND status IN ('active', 'reserved') AND expires_on < %(today)s::date
) AS expired
CROSS JOIN LATERAL (
    SELECT coalesce(sum(unused.count), 0)::bigint AS count, coalesce(sum(unused.expired), 0)::bigint AS expired
    FROM coupons_couponbatch AS batch
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, count(*) FILTER (WHERE expires_on < %(today)s::date) AS expired
        FROM coupons_coupon WHERE batch_id = batch.id AND status IN ('active', 'reserved')
    ) AS unused
    WHERE batch.template_id = template.id AND batch.voided_at IS NOT NULL
) AS voided
CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM coupons_coupon WHERE template_id = template.id AND seen_at IS NOT NULL
) AS seen
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE restored_at IS NULL) AS used, count(*) FILTER (WHERE restored_at IS NOT NULL) AS restored,
           max(used_at) AS last_used_at
    FROM coupons_couponuse WHERE template_id = template.id
) AS used
WHERE batched.issued + loose.issued > 0
