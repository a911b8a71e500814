-- What offers with limits of customers' own had given to members of one share before a span, on the trading days from `first` on
-- that limits of theirs count, by the sale's month (as of its last day there). Who had a sale before it was repaired has it
-- still where that was later. What a refund took back counts for whom and when its sale was.
SELECT given.customer_id, given.offer_id, max(given.sold_on), sum(given.discount), sum(given.quantity), sum(given.uses)::int,
       sum(given.points)::int
FROM (
    SELECT coalesce(repair.booked_customer_id, sold.customer_id, award.customer_id) AS customer_id, award.offer_id,
           coalesce(sold.business_date, award.business_date) AS sold_on, award.discount, award.quantity, award.uses, award.points
    FROM sales_award AS award
    LEFT JOIN sales_sale AS refund ON refund.customer_id = award.customer_id AND refund.business_date = award.business_date
                                  AND refund.id = award.sale_id AND refund.refund_of IS NOT NULL
    LEFT JOIN sales_claim AS sold ON sold.sale_id = refund.refund_of
    LEFT JOIN sales_repair AS repair ON repair.sale_id = coalesce(sold.sale_id, award.sale_id)
                                    AND (repair.repaired_at AT TIME ZONE %(zone)s)::date >= %(since)s::date
    WHERE award.offer_id = ANY(%(offer_ids)s::bigint[]) AND award.business_date < %(since)s::date
      AND award.business_date >= %(first)s::date
) AS given
LEFT JOIN unnest(%(aliases)s::bigint[], %(roots)s::bigint[]) AS alias (id, root_id) ON alias.id = given.customer_id
WHERE given.customer_id > 0 AND given.sold_on >= %(first)s::date
  AND mod(coalesce(alias.root_id, given.customer_id), %(shares)s::int) = %(share)s::int
GROUP BY given.customer_id, given.offer_id, date_trunc('month', given.sold_on)
