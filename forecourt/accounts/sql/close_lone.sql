CREATE TEMP TABLE closing_lone ON COMMIT DROP AS
SELECT credit.*,
       round(credit.points * %(value)s::numeric
             * coalesce((%(cohort_percents)s::jsonb ->> to_char(credit.cohort, 'YYYY-MM'))::numeric, %(percent)s::numeric)
             / 100 / (1 + %(tax)s::numeric / 100), %(digits)s) AS amount
FROM closing_credit AS credit
WHERE credit.kind = 'transfer'
  AND NOT EXISTS (SELECT 1 FROM accounts_lot AS known
                  WHERE known.customer_id = credit.customer_id AND known.lot_id = credit.id)
