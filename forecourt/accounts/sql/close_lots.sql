-- Lots with what is allocated to them. A sale's price is shared between its goods and all its points by relative stand-alone
-- price; a lot that comes later (rated anew) gets the difference. Points without a sale are a provision at their worth.
INSERT INTO accounts_lot (customer_id, lot_id, sale_id, cohort, station_id, entity_id, is_gift, earned_at, expires_on,
                          points, amount, first_points, first_amount, day)
WITH rated AS (
    SELECT credit.*, sale.paid, coalesce(sale.station_id, 0) AS station_id, coalesce(sale.entity_id, 0) AS entity_id,
           credit.kind NOT IN ('earn', 'rerate', 'refund') OR coalesce(sale.paid, 0) <= 0 AS is_gift,
           %(value)s::numeric
               * coalesce((%(cohort_percents)s::jsonb ->> to_char(credit.cohort, 'YYYY-MM'))::numeric, %(percent)s::numeric)
               / 100 AS worth,
           sum(credit.points) OVER of_sale AS sale_points,
           sum(credit.points) OVER (of_sale ORDER BY credit.id) AS running_points
    FROM closing_credit AS credit
    LEFT JOIN closing_sale AS sale ON sale.id = credit.sale_id
    WHERE credit.kind <> 'transfer'
    WINDOW of_sale AS (PARTITION BY coalesce(credit.sale_id, credit.id))
), earlier AS (
    SELECT lot.sale_id, sum(lot.points) AS points, sum(lot.amount) AS amount
    FROM (SELECT DISTINCT customer_id, sale_id FROM closing_credit WHERE kind = 'rerate') AS again
    JOIN accounts_lot AS lot ON lot.customer_id = again.customer_id AND lot.sale_id = again.sale_id
    WHERE NOT lot.is_gift
    GROUP BY lot.sale_id
), shared AS (
    SELECT rated.*,
           CASE WHEN is_gift THEN round(rated.points * worth / (1 + %(tax)s::numeric / 100), %(digits)s)
                ELSE greatest(0, round(
                    paid * ((coalesce(earlier.points, 0) + sale_points) * worth)
                    / (paid + (coalesce(earlier.points, 0) + sale_points) * worth) / (1 + %(tax)s::numeric / 100),
                    %(digits)s) - coalesce(earlier.amount, 0))
           END AS whole
    FROM rated
    LEFT JOIN earlier ON earlier.sale_id = rated.sale_id
), booked AS (
    SELECT shared.*,
           CASE WHEN is_gift THEN whole
                ELSE round(whole * running_points / sale_points, %(digits)s)
                     - round(whole * (running_points - points) / sale_points, %(digits)s)
           END AS amount
    FROM shared
)
SELECT customer_id, id, sale_id, cohort, station_id, entity_id, is_gift, earned_at, expires_on,
       points, amount, points, amount, %(day)s::date
FROM booked
