-- Batches of a template, or one of them, with what became of their coupons so far. Coupons nobody touched are not looked at.
SELECT batch.id, template.code, template.name, batch.name, batch.count, batch.made, batch.created_at, batch.created_by,
       batch.finished_at, batch.voided_at, figures.used, figures.seen, figures.claimed, figures.void
FROM coupons_couponbatch AS batch
JOIN coupons_coupontemplate AS template ON template.id = batch.template_id
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE uses_left < uses) AS used, count(*) FILTER (WHERE seen_at IS NOT NULL) AS seen,
           count(*) FILTER (WHERE customer_id IS NOT NULL) AS claimed, count(*) FILTER (WHERE status = 'void') AS void
    FROM coupons_coupon
    WHERE batch_id = batch.id AND (customer_id IS NOT NULL OR seen_at IS NOT NULL OR uses_left < uses OR status = 'void')
) AS figures ON %(with_figures)s
WHERE batch.id = ANY(%(ids)s::bigint[])
ORDER BY batch.id DESC
