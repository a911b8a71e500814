-- What awards of these days cost, by what is asked for. Points at what one is worth in the books.
SELECT {key}::text AS key, {name} AS name, sum(award.uses)::bigint AS uses, sum(award.quantity) AS quantity,
       sum(award.discount) AS discount, sum(award.points)::bigint AS points,
       sum(round(award.points * %(value)s::numeric, %(digits)s)) AS points_value,
       sum(award.gifts) AS gifts,
       count(DISTINCT award.sale_id)::bigint AS sales
FROM sales_award AS award
LEFT JOIN organisation_station AS station ON station.id = award.station_id
LEFT JOIN organisation_legalentity AS entity ON entity.id = station.legal_entity_id
WHERE award.business_date BETWEEN %(since)s AND %(until)s
  AND (%(funder)s = '' OR award.funder = %(funder)s)
  AND (%(offer)s::bigint IS NULL OR award.offer_id = %(offer)s::bigint)
  AND (%(station)s::bigint IS NULL OR award.station_id = %(station)s::bigint)
  AND (%(entity)s::bigint IS NULL OR station.legal_entity_id = %(entity)s::bigint)
  AND (%(stations)s::bigint[] IS NULL OR award.station_id = ANY(%(stations)s::bigint[]))
GROUP BY 1
ORDER BY sum(award.discount + award.gifts) + sum(award.points * %(value)s::numeric) DESC, 1
LIMIT 500
