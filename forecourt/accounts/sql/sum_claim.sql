-- A claim's totals from its rows and costs.
UPDATE accounts_claim AS claim
SET rows = held.rows + cost.rows, uses = held.uses + cost.uses, quantity = held.quantity, discount = held.discount,
    points = held.points, points_value = held.points_value, gifts = held.gifts, costs = cost.amount,
    corrections = held.corrections + cost.corrections
FROM (
    SELECT count(*) AS rows, coalesce(sum(uses), 0) AS uses, coalesce(sum(quantity), 0) AS quantity,
           coalesce(sum(discount), 0) AS discount, coalesce(sum(points), 0) AS points,
           coalesce(sum(points_value), 0) AS points_value, coalesce(sum(gifts), 0) AS gifts,
           coalesce(sum(discount + points_value + gifts) FILTER (WHERE is_correction), 0) AS corrections
    FROM accounts_claim_row WHERE claim_id = %(claim)s
) AS held, (
    SELECT count(*) AS rows, coalesce(sum(uses), 0) AS uses, coalesce(sum(amount), 0) AS amount,
           coalesce(sum(amount) FILTER (WHERE is_correction), 0) AS corrections
    FROM accounts_claim_cost WHERE claim_id = %(claim)s
) AS cost
WHERE claim.id = %(claim)s
