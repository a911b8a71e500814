-- Of `customers.queries.FAMILIES`: what these offers gave these customers, with everybody merged with them, by the trading
-- day of the sale. What a refund took back counts where and when its sale was: not on the day of the refund, nor for somebody
-- who was one with the buyer then only.
SELECT family.customer_id, award.offer_id, coalesce(sold.business_date, award.business_date), sum(award.discount),
       sum(award.quantity), sum(award.uses)::int, sum(award.points)::int
FROM family
JOIN sales_award AS award ON award.customer_id = family.member_id AND award.offer_id = ANY(%(offer_ids)s::bigint[])
LEFT JOIN sales_sale AS refund
  ON (award.discount < 0 OR award.quantity < 0 OR award.uses < 0 OR award.points < 0)
 AND refund.customer_id = award.customer_id AND refund.business_date = award.business_date AND refund.id = award.sale_id
LEFT JOIN sales_claim AS sold ON sold.sale_id = refund.refund_of
WHERE sold.sale_id IS NULL
   OR EXISTS (SELECT FROM family AS own WHERE own.customer_id = family.customer_id AND own.member_id = sold.customer_id)
GROUP BY 1, 2, 3
