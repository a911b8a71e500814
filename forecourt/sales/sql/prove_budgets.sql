-- What budgets say is used, against what offers gave and reservations hold: an award counts to the budgets that its version of the
-- offer has, of the station and the trading day of its sale, which refunds give back to. Their quotas, in all, are what a version
-- said that has begun: which, whoever meets the budget next makes sure of; one that was lowered below what is used is in between.
WITH counted AS (
    SELECT version.offer_id, version.number AS version, budget ->> 'measure' AS measure, coalesce(budget ->> 'per', 'total') AS per,
           version.valid_from, round((budget ->> 'limit')::numeric, 4) AS most
    FROM offers_offerversion AS version
    CROSS JOIN jsonb_array_elements(coalesce(version.body -> 'budgets', '[]'::jsonb)) AS budget
    WHERE coalesce(budget ->> 'per', 'total') NOT LIKE 'customer%'
), given AS (
    SELECT award.offer_id, award.version, coalesce(sold.station_id, award.station_id) AS station_id,
           coalesce(sold.business_date, award.business_date) AS business_date,
           sum(award.discount) AS money, sum(award.quantity) AS volume, sum(award.uses) AS uses, sum(award.points) AS points
    FROM sales_award AS award
    LEFT JOIN sales_sale AS refund
      ON refund.customer_id = award.customer_id AND refund.business_date = award.business_date AND refund.id = award.sale_id
     AND refund.refund_of IS NOT NULL
    LEFT JOIN sales_claim AS sold ON sold.sale_id = refund.refund_of
    WHERE award.offer_id IN (SELECT offer_id FROM counted)
    GROUP BY 1, 2, 3, 4
), due AS (
    SELECT spent.budget, sum(spent.amount) AS amount
    FROM (
        SELECT concat_ws(':', counted.offer_id, counted.measure, counted.per,
                         CASE WHEN counted.per LIKE 'station%' THEN 'S' || given.station_id END,
                         CASE WHEN counted.per LIKE '%day' THEN given.business_date END) AS budget,
               CASE counted.measure WHEN 'money' THEN given.money WHEN 'volume' THEN given.volume WHEN 'uses' THEN given.uses
                                    ELSE given.points END AS amount
        FROM given
        JOIN counted ON counted.offer_id = given.offer_id AND counted.version = given.version
        UNION ALL
        SELECT spend.key, (spend.value ->> 0)::numeric
        FROM sales_reservation AS reservation, jsonb_each(reservation.promise -> 'spends') AS spend
        WHERE reservation.ended_at IS NULL
    ) AS spent
    GROUP BY spent.budget
), kept AS (
    SELECT budget, sum(used) AS used, sum(quota) AS quota FROM offers_slot GROUP BY budget
), begun AS (
    SELECT concat_ws(':', offer_id, measure, per) AS name, min(most) AS least, max(most) AS most
    FROM counted
    WHERE valid_from <= clock_timestamp()
    GROUP BY 1
)
SELECT 'budget ' || budget, coalesce(kept.used, 0)::text, coalesce(due.amount, 0)::text
FROM kept FULL JOIN due USING (budget)
WHERE coalesce(kept.used, 0) <> coalesce(due.amount, 0)
UNION ALL
SELECT 'limit of budget ' || kept.budget, kept.quota::text,
       CASE WHEN begun.least = begun.most THEN begun.most::text ELSE begun.least || ' to ' || begun.most END
FROM kept
JOIN begun ON begun.name = concat_ws(':', split_part(kept.budget, ':', 1), split_part(kept.budget, ':', 2), split_part(kept.budget, ':', 3))
WHERE kept.quota NOT BETWEEN begun.least AND begun.most
