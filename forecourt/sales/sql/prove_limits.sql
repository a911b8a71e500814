-- What offers gave each customer, refunds taken off, against the limits for each customer: of a day, a month or in all never more
-- than the largest limit of the versions that gave it, where all of them have one. It counts for whoever bought and when; a sale
-- that a repair made another's brought along what it had been given.
WITH own AS (
    SELECT version.offer_id, version.number AS version, budget ->> 'measure' AS measure, budget ->> 'per' AS per,
           (budget ->> 'limit')::numeric AS most
    FROM offers_offerversion AS version
    CROSS JOIN jsonb_array_elements(coalesce(version.body -> 'budgets', '[]'::jsonb)) AS budget
    WHERE budget ->> 'per' LIKE 'customer%'
), given AS (
    SELECT coalesce(sold.customer_id, award.customer_id) AS customer_id, award.offer_id, award.version,
           coalesce(sold.business_date, award.business_date) AS day,
           sum(award.discount) AS money, sum(award.quantity) AS volume, sum(award.uses) AS uses, sum(award.points) AS points
    FROM sales_award AS award
    LEFT JOIN sales_sale AS refund
      ON refund.customer_id = award.customer_id AND refund.business_date = award.business_date AND refund.id = award.sale_id
     AND refund.refund_of IS NOT NULL
    LEFT JOIN sales_claim AS sold ON sold.sale_id = refund.refund_of
    LEFT JOIN sales_repair AS repair
      ON repair.sale_id = coalesce(sold.sale_id, award.sale_id) AND repair.booked_customer_id IS NOT NULL
    WHERE award.customer_id > 0 AND award.offer_id IN (SELECT offer_id FROM own) AND repair.sale_id IS NULL
    GROUP BY 1, 2, 3, 4
), summed AS (
    SELECT given.customer_id, kind.offer_id, kind.measure, kind.per,
           CASE kind.per WHEN 'customer_day' THEN given.day WHEN 'customer_month' THEN date_trunc('month', given.day)::date END AS since,
           sum(CASE kind.measure WHEN 'money' THEN given.money WHEN 'volume' THEN given.volume WHEN 'uses' THEN given.uses
                                 ELSE given.points END) AS had,
           max(own.most) AS most, bool_and(own.most IS NOT NULL) AS all_bound
    FROM given
    JOIN (SELECT DISTINCT offer_id, measure, per FROM own) AS kind ON kind.offer_id = given.offer_id
    LEFT JOIN own ON own.offer_id = given.offer_id AND own.version = given.version AND own.measure = kind.measure
                 AND own.per = kind.per
    GROUP BY 1, 2, 3, 4, 5
)
SELECT concat_ws(' ', 'customer', customer_id, 'offer', offer_id, measure, per, since), had::text, 'at most ' || most
FROM summed
WHERE had < 0 OR all_bound AND had > most
