-- Of `customers.queries.FAMILIES`: what these offers gave these customers, with everybody merged with them, by the trading
-- day of the sale. What a refund took back counts where and when its sale was: not on the day of the refund, nor for somebody
-- who was one with the buyer then only. Its sale is looked up row by row: rows that are no refund's read nothing more, whatever
-- plan was made while the tables were empty. Months before `since` are not looked at. What open reservations hold of customers'
-- own limits counts as given, until they expire.
SELECT given.customer_id, given.offer_id, coalesce(given.sold_on, given.business_date), sum(given.discount),
       sum(given.quantity), sum(given.uses)::int, sum(given.points)::int
FROM (
    SELECT family.customer_id, award.offer_id, award.business_date, award.discount, award.quantity, award.uses, award.points,
           CASE WHEN award.discount < 0 OR award.quantity < 0 OR award.uses < 0 OR award.points < 0 THEN (
               SELECT sold.customer_id
               FROM sales_sale AS refund JOIN sales_claim AS sold ON sold.sale_id = refund.refund_of
               WHERE refund.customer_id = award.customer_id AND refund.business_date = award.business_date
                 AND refund.id = award.sale_id) END AS sold_to,
           CASE WHEN award.discount < 0 OR award.quantity < 0 OR award.uses < 0 OR award.points < 0 THEN (
               SELECT sold.business_date
               FROM sales_sale AS refund JOIN sales_claim AS sold ON sold.sale_id = refund.refund_of
               WHERE refund.customer_id = award.customer_id AND refund.business_date = award.business_date
                 AND refund.id = award.sale_id) END AS sold_on
    FROM family
    JOIN sales_award AS award ON award.customer_id = family.member_id AND award.offer_id = ANY(%(offer_ids)s::bigint[])
      AND award.business_date >= %(since)s::date
) AS given
WHERE given.sold_to IS NULL
   OR EXISTS (SELECT FROM family AS own WHERE own.customer_id = given.customer_id AND own.member_id = given.sold_to)
GROUP BY 1, 2, 3
UNION ALL
SELECT family.customer_id, hold.offer_id, hold.day, hold.money, hold.volume, hold.uses, hold.points
FROM family
JOIN sales_reservation AS reservation ON reservation.customer_id = family.member_id AND reservation.ended_at IS NULL
  AND reservation.expires_at >= %(now)s
CROSS JOIN jsonb_to_recordset(reservation.promise -> 'holds')
  AS hold (offer_id bigint, day date, money numeric, volume numeric, uses int, points int)
WHERE hold.offer_id = ANY(%(offer_ids)s::bigint[])
