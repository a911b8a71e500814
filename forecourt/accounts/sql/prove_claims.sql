-- Claims that were sent against their frozen rows and costs.
SELECT 'claim ' || claim.id, claim.discount || ' + ' || claim.points_value || ' + ' || claim.gifts || ' + ' || claim.costs,
       coalesce(held.discount, 0) || ' + ' || coalesce(held.points_value, 0) || ' + ' || coalesce(held.gifts, 0) || ' + '
       || coalesce(cost.amount, 0)
FROM accounts_claim AS claim
LEFT JOIN (
    SELECT claim_id, sum(discount) AS discount, sum(points_value) AS points_value, sum(gifts) AS gifts
    FROM accounts_claim_row GROUP BY claim_id
) AS held ON held.claim_id = claim.id
LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM accounts_claim_cost GROUP BY claim_id) AS cost
  ON cost.claim_id = claim.id
WHERE claim.state <> 'draft'
  AND (claim.discount <> coalesce(held.discount, 0) OR claim.points_value <> coalesce(held.points_value, 0)
       OR claim.gifts <> coalesce(held.gifts, 0) OR claim.costs <> coalesce(cost.amount, 0))
