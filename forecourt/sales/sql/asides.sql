-- What past sales that are not simulated changed for those that are, from the span's first day on, in the order of trading days
-- and time: sales of other stations; sales that were repaired, and went from one customer to another by it; refunds of these
-- and of sales before the span. Of one share of the customers. Trading day, moment, whose, where, the sale's own day, when it
-- occurred, visits more, what offers gave (as text: offer, version, money, quantity, uses, points), how often that is given, whether
-- budgets of everybody paid it, whether it is a repaired sale of the span.
WITH alias AS (
    SELECT * FROM unnest(%(aliases)s::bigint[], %(roots)s::bigint[]) AS alias (id, root_id)
), mended AS (
    SELECT sale.id, sale.customer_id, sale.business_date, sale.occurred_at, sale.station_id, sale.net,
           coalesce(repair.booked_customer_id, sale.customer_id) AS booked_id, repair.repaired_at
    FROM sales_repair AS repair
    JOIN sales_sale AS sale ON sale.customer_id = repair.customer_id AND sale.business_date = repair.business_date
                           AND sale.id = repair.sale_id
    WHERE repair.repaired_at IS NOT NULL
), refund AS (
    SELECT refund.id, refund.customer_id, refund.business_date, refund.occurred_at, refund.gross, sold.sale_id,
           sold.customer_id AS sold_to, sold.business_date AS sold_on, sold.station_id
    FROM sales_sale AS refund
    JOIN sales_claim AS sold ON sold.sale_id = refund.refund_of
    WHERE refund.refund_of IS NOT NULL AND refund.business_date >= %(since)s::date
      AND (sold.business_date < %(since)s::date OR sold.sale_id IN (SELECT id FROM mended)
           OR (%(station_ids)s::bigint[] IS NOT NULL AND NOT sold.station_id = ANY(%(station_ids)s::bigint[])))
), aside AS (
    SELECT business_date AS day, occurred_at AS moment, booked_id AS customer_id, station_id, business_date AS sold_on,
           occurred_at, CASE WHEN net >= 0 THEN 1 ELSE 0 END AS visits, 1 AS times, true AS pays,
           (%(station_ids)s::bigint[] IS NULL OR station_id = ANY(%(station_ids)s::bigint[])) AS is_repaired,
           id AS giving_id, customer_id AS giver_id, business_date AS given_on
    FROM mended WHERE business_date BETWEEN %(since)s::date AND %(until)s::date
    UNION ALL
    SELECT (repaired_at AT TIME ZONE %(zone)s)::date, repaired_at, moved.customer_id, station_id, business_date, occurred_at,
           CASE WHEN net >= 0 THEN moved.times ELSE 0 END, moved.times, false, false, id, mended.customer_id, business_date
    FROM mended CROSS JOIN LATERAL (VALUES (booked_id, -1), (mended.customer_id, 1)) AS moved (customer_id, times)
    WHERE booked_id <> mended.customer_id AND (repaired_at AT TIME ZONE %(zone)s)::date >= %(since)s::date
    UNION ALL
    SELECT business_date, occurred_at, customer_id, station_id, business_date, occurred_at, 1, 1, true, false, id, customer_id,
           business_date
    FROM sales_sale
    WHERE %(station_ids)s::bigint[] IS NOT NULL AND NOT station_id = ANY(%(station_ids)s::bigint[]) AND refund_of IS NULL
      AND net >= 0 AND business_date BETWEEN %(since)s::date AND %(until)s::date AND id NOT IN (SELECT id FROM mended)
    UNION ALL
    SELECT refund.business_date, refund.occurred_at, refund.sold_to, refund.station_id, refund.sold_on, refund.occurred_at,
           CASE WHEN sale.net >= 0 AND sale.gross + (
               SELECT sum(other.gross) FROM sales_sale AS other
               WHERE other.customer_id IN (refund.customer_id, refund.sold_to) AND other.refund_of = refund.sale_id
                 AND (other.recorded_at, other.id) <= (SELECT own.recorded_at, own.id FROM sales_sale AS own
                      WHERE own.customer_id = refund.customer_id AND own.business_date = refund.business_date
                        AND own.id = refund.id)) = 0 THEN -1 ELSE 0 END,
           1, true, false, refund.id, refund.customer_id, refund.business_date
    FROM refund
    JOIN sales_sale AS sale ON sale.customer_id = refund.sold_to AND sale.business_date = refund.sold_on
                           AND sale.id = refund.sale_id
)
SELECT aside.day, aside.moment, aside.customer_id, aside.station_id, aside.sold_on, aside.occurred_at, aside.visits,
       (SELECT string_agg(award.offer_id || '|' || award.version || '|' || award.discount || '|' || award.quantity || '|'
                          || award.uses || '|' || award.points, ';')
        FROM sales_award AS award
        WHERE award.customer_id = aside.giver_id AND award.business_date = aside.given_on AND award.sale_id = aside.giving_id),
       aside.times, aside.pays, aside.is_repaired
FROM aside
LEFT JOIN alias ON alias.id = aside.giver_id
WHERE mod(abs(coalesce(alias.root_id, aside.giver_id)), %(shares)s::int) = %(share)s::int
ORDER BY aside.day, aside.moment, aside.giving_id, aside.times
