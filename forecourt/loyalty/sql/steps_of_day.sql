-- Where the tiers stood before a day, of those whose last step was on that day.
SELECT step.customer_id, step.before_tier, step.before_since, step.before_until, step.before_warned_on
FROM loyalty_tierstep AS step
WHERE step.day = %(day)s::date
  AND NOT EXISTS (
    SELECT 1 FROM loyalty_tierstep AS later
    WHERE later.customer_id = step.customer_id AND later.review_id > step.review_id
  )
