-- What budgets say is used, against what offers gave and reservations hold. Budgets of offers that had several versions may
-- have begun later than the offer: they never hold more than it gave.
WITH given AS (
    SELECT award.offer_id, coalesce(sold.station_id, sale.station_id) AS station_id,
           coalesce(sold.business_date, award.business_date) AS business_date,
           sum(award.discount) AS money, sum(award.quantity) AS volume, sum(award.uses) AS uses, sum(award.points) AS points
    FROM sales_award AS award
    JOIN sales_sale AS sale
      ON sale.customer_id = award.customer_id AND sale.business_date = award.business_date AND sale.id = award.sale_id
    LEFT JOIN sales_claim AS sold ON sold.sale_id = sale.refund_of
    WHERE award.offer_id IN (SELECT offer_id FROM offers_slot)
    GROUP BY 1, 2, 3
), held AS (
    SELECT spend.key AS budget, sum((spend.value ->> 0)::numeric) AS amount
    FROM sales_reservation AS reservation, jsonb_each(reservation.promise -> 'spends') AS spend
    WHERE reservation.ended_at IS NULL GROUP BY spend.key
), kept AS (
    SELECT budget, offer_id, split_part(budget, ':', 2) AS measure, split_part(budget, ':', 3) AS per,
           split_part(budget, ':', 4) AS first, split_part(budget, ':', 5) AS second, sum(used) AS used
    FROM offers_slot GROUP BY budget, offer_id
), due AS (
    SELECT kept.budget, kept.offer_id, kept.used,
           coalesce(sum(CASE kept.measure WHEN 'money' THEN given.money WHEN 'volume' THEN given.volume
                                          WHEN 'uses' THEN given.uses ELSE given.points END), 0) AS given
    FROM kept
    LEFT JOIN given
      ON given.offer_id = kept.offer_id
     AND CASE kept.per
             WHEN 'total' THEN true
             WHEN 'day' THEN given.business_date = kept.first::date
             WHEN 'station' THEN given.station_id = substr(kept.first, 2)::bigint
             ELSE given.station_id = substr(kept.first, 2)::bigint AND given.business_date = kept.second::date
         END
    GROUP BY kept.budget, kept.offer_id, kept.used
)
SELECT 'budget ' || due.budget, due.used::text, (due.given + coalesce(held.amount, 0))::text
FROM due
LEFT JOIN held ON held.budget = due.budget
WHERE due.used > due.given + coalesce(held.amount, 0)
   OR (due.used <> due.given + coalesce(held.amount, 0)
       AND (SELECT count(*) FROM offers_offerversion AS version
            WHERE version.offer_id = due.offer_id AND version.body IS NOT NULL AND version.body <> 'null'::jsonb) = 1)
