-- What became of the coupons of templates: issued, seen, used, given back, void, ended unused.
-- The counts by status read an index alone; coupons of voided batches, which stand as active, are counted by batch.
WITH by_status AS (
    SELECT template_id, sum(count)::bigint AS issued,
           coalesce(sum(count) FILTER (WHERE status = 'void'), 0)::bigint AS void,
           coalesce(sum(count) FILTER (WHERE status IN ('active', 'reserved') AND is_over), 0)::bigint AS expired
    FROM (
        SELECT template_id, status, expires_on < %(today)s::date AS is_over, count(*) AS count
        FROM coupons_coupon WHERE template_id = ANY(%(ids)s::bigint[])
        GROUP BY template_id, status, expires_on < %(today)s::date
    ) AS counted
    GROUP BY template_id
), voided AS (
    SELECT coupon.template_id, count(*) AS void, count(*) FILTER (WHERE coupon.expires_on < %(today)s::date) AS expired
    FROM coupons_couponbatch AS batch
    JOIN coupons_coupon AS coupon ON coupon.batch_id = batch.id AND coupon.status IN ('active', 'reserved')
    WHERE batch.template_id = ANY(%(ids)s::bigint[]) AND batch.voided_at IS NOT NULL
    GROUP BY coupon.template_id
), seen AS (
    SELECT template_id, count(*) AS seen
    FROM coupons_coupon WHERE template_id = ANY(%(ids)s::bigint[]) AND seen_at IS NOT NULL
    GROUP BY template_id
), used AS (
    SELECT template_id, count(*) FILTER (WHERE restored_at IS NULL) AS used,
           count(*) FILTER (WHERE restored_at IS NOT NULL) AS restored, max(used_at) AS last_used_at
    FROM coupons_couponuse WHERE template_id = ANY(%(ids)s::bigint[])
    GROUP BY template_id
)
SELECT by_status.template_id, by_status.issued, coalesce(seen.seen, 0), coalesce(used.used, 0),
       coalesce(used.restored, 0), by_status.void + coalesce(voided.void, 0),
       by_status.expired - coalesce(voided.expired, 0), used.last_used_at
FROM by_status
LEFT JOIN voided ON voided.template_id = by_status.template_id
LEFT JOIN seen ON seen.template_id = by_status.template_id
LEFT JOIN used ON used.template_id = by_status.template_id
