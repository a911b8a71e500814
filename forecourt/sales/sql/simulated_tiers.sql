-- Where tiers stood before a span of trading days, and at its end, by what those tiers were that reviews gave then; what
-- counted towards them and towards keeping them over the windows before the span. Of one share of the members; those without
-- a sale from the windows' beginning to the span's end are counted together, without their ids.
WITH alias AS (
    SELECT * FROM unnest(%(aliases)s::bigint[], %(survivors)s::bigint[], %(roots)s::bigint[])
      AS alias (id, survivor_id, root_id)
), counted AS (
    SELECT coalesce(alias.survivor_id, sale.customer_id) AS customer_id,
           coalesce(sum(CASE %(basis)s::text
               WHEN 'spend' THEN sale.net
               WHEN 'volume' THEN sale.fuel_quantity
               ELSE CASE WHEN sale.net >= 0 AND sale.refund_of IS NULL THEN 1 ELSE 0 END
           END) FILTER (WHERE sale.business_date >= %(entry_begin)s::date AND sale.business_date < %(since)s::date), 0) AS value,
           coalesce(sum(CASE %(keep_basis)s::text
               WHEN 'spend' THEN sale.net
               WHEN 'volume' THEN sale.fuel_quantity
               ELSE CASE WHEN sale.net >= 0 AND sale.refund_of IS NULL THEN 1 ELSE 0 END
           END) FILTER (WHERE sale.business_date >= %(keep_begin)s::date AND sale.business_date < %(since)s::date), 0) AS kept
    FROM sales_sale AS sale
    LEFT JOIN alias ON alias.id = sale.customer_id
    WHERE sale.business_date BETWEEN %(begin)s::date AND %(until)s::date AND sale.customer_id > 0
      AND mod(coalesce(alias.root_id, sale.customer_id), %(shares)s::int) = %(share)s::int
    GROUP BY 1
), step AS (
    SELECT step.customer_id, step.review_id, step.day, step.before_tier, step.before_until, step.after_tier, step.after_until
    FROM loyalty_tierstep AS step
    LEFT JOIN alias ON alias.id = step.customer_id
    WHERE mod(coalesce(alias.root_id, step.customer_id), %(shares)s::int) = %(share)s::int
), earlier AS (
    SELECT DISTINCT ON (customer_id) customer_id, after_tier AS tier, after_until AS until
    FROM step WHERE day < %(since)s::date ORDER BY customer_id, review_id DESC
), later AS (
    SELECT DISTINCT ON (customer_id) customer_id, before_tier AS tier, before_until AS until
    FROM step WHERE day >= %(since)s::date ORDER BY customer_id, review_id
), last AS (
    SELECT DISTINCT ON (customer_id) customer_id, after_tier AS tier
    FROM step WHERE day <= %(until)s::date ORDER BY customer_id, review_id DESC
), after AS (
    SELECT DISTINCT ON (customer_id) customer_id, before_tier AS tier
    FROM step WHERE day > %(until)s::date ORDER BY customer_id, review_id
), member AS (
    SELECT counted.customer_id, customer.kind = 'business' AS is_business,
           customer.joined_at >= %(began_at)s::timestamptz AND earlier.customer_id IS NULL AS is_new,
           coalesce(earlier.tier, later.tier, balance.tier) AS tier,
           CASE WHEN earlier.customer_id IS NOT NULL THEN earlier.until
                WHEN later.customer_id IS NOT NULL THEN later.until
                ELSE balance.tier_until END AS until,
           coalesce(last.tier, after.tier, balance.tier) AS ended,
           coalesce(counted.value, 0) AS value, coalesce(counted.kept, 0) AS kept
    FROM loyalty_balance AS balance
    JOIN customers_customer AS customer ON customer.id = balance.customer_id AND customer.merged_into_id IS NULL
    LEFT JOIN counted ON counted.customer_id = balance.customer_id
    LEFT JOIN earlier ON earlier.customer_id = balance.customer_id
    LEFT JOIN later ON later.customer_id = balance.customer_id
    LEFT JOIN last ON last.customer_id = balance.customer_id
    LEFT JOIN after ON after.customer_id = balance.customer_id
    LEFT JOIN alias ON alias.id = balance.customer_id
    WHERE mod(coalesce(alias.root_id, balance.customer_id), %(shares)s::int) = %(share)s::int
      AND (customer.joined_at < %(ended_at)s::timestamptz OR counted.customer_id IS NOT NULL)
)
SELECT customer_id, is_business, is_new, tier, until, ended, value, kept, count(*)
FROM member GROUP BY customer_id, is_business, is_new, tier, until, ended, value, kept
