-- What these offers had given before a span, refunds taken off, by version and station.
SELECT award.offer_id, award.version, coalesce(sold.station_id, award.station_id), sum(award.discount), sum(award.quantity),
       sum(award.uses)::int, sum(award.points)::int
FROM sales_award AS award
LEFT JOIN sales_sale AS refund ON refund.customer_id = award.customer_id AND refund.business_date = award.business_date
                              AND refund.id = award.sale_id AND refund.refund_of IS NOT NULL
LEFT JOIN sales_claim AS sold ON sold.sale_id = refund.refund_of
WHERE award.offer_id = ANY(%(offer_ids)s::bigint[]) AND award.business_date < %(since)s::date
GROUP BY 1, 2, 3
