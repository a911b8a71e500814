-- Batches against the coupons there are of them; templates that issued more than their limit, or count what is not there.
-- (A limit that is set while sales give coupons may miss those that were under way.)
SELECT 'batch ' || batch.id, batch.made || ' made', coalesce(there.count, 0)::text
FROM coupons_couponbatch AS batch
LEFT JOIN (SELECT batch_id, count(*) AS count FROM coupons_coupon WHERE batch_id IS NOT NULL GROUP BY batch_id) AS there
  ON there.batch_id = batch.id
WHERE batch.made <> coalesce(there.count, 0) OR batch.made > batch.count
UNION ALL
SELECT 'template ' || template.code, template.issued || ' issued, limit ' || (template.body ->> 'limit'),
       (coalesce(there.count, 0) + coalesce(asked.count, 0))::text
FROM coupons_coupontemplate AS template
LEFT JOIN (
    SELECT template_id, count(*) AS count FROM coupons_coupon WHERE batch_id IS NULL GROUP BY template_id
) AS there ON there.template_id = template.id
LEFT JOIN (SELECT template_id, sum(count) AS count FROM coupons_couponbatch GROUP BY template_id) AS asked
  ON asked.template_id = template.id
WHERE template.kind = 'single' AND (template.body ->> 'limit')::bigint > 0
  AND (template.issued > coalesce(there.count, 0) + coalesce(asked.count, 0)
       OR template.issued > (template.body ->> 'limit')::bigint)
