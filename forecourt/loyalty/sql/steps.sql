-- Every step of every tier, in its order, with the rulebook of its review and where the tier stands now.
SELECT step.customer_id, step.review_id, step.day, review.rulebook, step.is_business, step.value, step.kept,
       step.before_tier, step.before_since, step.before_until, step.before_warned_on,
       step.after_tier, step.after_since, step.after_until, step.after_warned_on
FROM loyalty_tierstep AS step
LEFT JOIN loyalty_tierreview AS review ON review.id = step.review_id
ORDER BY step.customer_id, step.review_id
