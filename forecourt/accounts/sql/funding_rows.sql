-- The awards themselves, newest first.
SELECT 0 AS id, award.business_date, award.sale_id, award.line, award.station_id, coalesce(station.name, '') AS station,
       award.offer_id, award.offer, award.uses, award.quantity, award.discount, award.points,
       round(award.points * %(value)s::numeric, %(digits)s) AS points_value, award.gifts,
       award.discount < 0 OR award.gifts < 0 OR award.points < 0 AS is_correction, award.funder
FROM sales_award AS award
LEFT JOIN organisation_station AS station ON station.id = award.station_id
WHERE award.business_date BETWEEN %(since)s AND %(until)s
  AND (%(funder)s = '' OR award.funder = %(funder)s)
  AND (%(offer)s::bigint IS NULL OR award.offer_id = %(offer)s::bigint)
  AND (%(station)s::bigint IS NULL OR award.station_id = %(station)s::bigint)
  AND (%(entity)s::bigint IS NULL OR station.legal_entity_id = %(entity)s::bigint)
  AND (%(stations)s::bigint[] IS NULL OR award.station_id = ANY(%(stations)s::bigint[]))
  AND (%(before_day)s::date IS NULL OR (award.business_date, award.sale_id, award.line, award.offer_id, award.funder)
       < (%(before_day)s::date, %(before_sale)s::uuid, %(before_line)s::smallint, %(before_offer)s::bigint, %(before_funder)s))
ORDER BY award.business_date DESC, award.sale_id DESC, award.line DESC, award.offer_id DESC, award.funder DESC
LIMIT %(limit)s
