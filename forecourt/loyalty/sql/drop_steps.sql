-- A day that is reviewed again takes the place of what its last review noted.
DELETE FROM loyalty_tierstep AS step
WHERE step.customer_id = ANY(%(customer_ids)s::bigint[]) AND step.day = %(day)s::date
  AND NOT EXISTS (
    SELECT 1 FROM loyalty_tierstep AS later
    WHERE later.customer_id = step.customer_id AND later.review_id > step.review_id
  )
