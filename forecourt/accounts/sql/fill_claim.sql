-- What a claim holds of each award: as it stands, less what earlier claims held of it. So what came late, was refunded under
-- its own name or was rated anew after a claim was sent goes into the next one, and nothing is claimed twice.
INSERT INTO accounts_claim_row (claim_id, customer_id, business_date, sale_id, line, offer_id, offer, version, station_id,
                                discount, quantity, points, points_value, gifts, uses, is_correction)
WITH award AS (
    SELECT award.customer_id, award.business_date, award.sale_id, award.line, award.offer_id, award.offer, award.version,
           award.station_id, award.discount, award.quantity, award.points, award.gifts, award.uses
    FROM sales_award AS award
    LEFT JOIN organisation_station AS station ON station.id = award.station_id
    WHERE award.funder = %(funder)s AND award.business_date BETWEEN %(back_to)s AND %(until)s
      AND (%(entity)s::bigint IS NULL OR station.legal_entity_id = %(entity)s::bigint)
), claimed AS (
    SELECT row.sale_id, row.line, row.offer_id, min(row.customer_id) AS customer_id, min(row.business_date) AS business_date,
           min(row.offer) AS offer, max(row.version) AS version, min(row.station_id) AS station_id,
           sum(row.discount) AS discount, sum(row.quantity) AS quantity, sum(row.points) AS points,
           sum(row.points_value) AS points_value, sum(row.gifts) AS gifts, sum(row.uses) AS uses
    FROM accounts_claim_row AS row
    JOIN accounts_claim AS claim ON claim.id = row.claim_id
    LEFT JOIN organisation_station AS station ON station.id = row.station_id
    WHERE claim.funder = %(funder)s AND claim.state <> 'draft' AND row.business_date BETWEEN %(back_to)s AND %(until)s
      AND (%(entity)s::bigint IS NULL OR station.legal_entity_id = %(entity)s::bigint)
    GROUP BY row.sale_id, row.line, row.offer_id
), differing AS (
    SELECT coalesce(award.customer_id, claimed.customer_id) AS customer_id,
           coalesce(award.business_date, claimed.business_date) AS business_date,
           coalesce(award.sale_id, claimed.sale_id) AS sale_id,
           coalesce(award.line, claimed.line) AS line,
           coalesce(award.offer_id, claimed.offer_id) AS offer_id,
           coalesce(award.offer, claimed.offer) AS offer,
           coalesce(award.version, claimed.version) AS version,
           coalesce(award.station_id, claimed.station_id) AS station_id,
           coalesce(award.discount, 0) - coalesce(claimed.discount, 0) AS discount,
           coalesce(award.quantity, 0) - coalesce(claimed.quantity, 0) AS quantity,
           coalesce(award.points, 0) - coalesce(claimed.points, 0) AS points,
           -- what is taken back whole is taken back at the value it was claimed at
           CASE WHEN coalesce(award.points, 0) = 0 THEN -coalesce(claimed.points_value, 0)
                ELSE round((award.points - coalesce(claimed.points, 0)) * %(value)s::numeric, %(digits)s) END AS points_value,
           coalesce(award.gifts, 0) - coalesce(claimed.gifts, 0) AS gifts,
           coalesce(award.uses, 0) - coalesce(claimed.uses, 0) AS uses,
           claimed.sale_id IS NOT NULL AS was_claimed
    FROM award
    FULL JOIN claimed
      ON claimed.sale_id = award.sale_id AND claimed.line = award.line AND claimed.offer_id = award.offer_id
)
SELECT %(claim)s, customer_id, business_date, sale_id, line, offer_id, offer, version, station_id,
       discount, quantity, points, points_value, gifts, uses, was_claimed OR business_date < %(since)s
FROM differing
WHERE discount <> 0 OR quantity <> 0 OR points <> 0 OR gifts <> 0 OR uses <> 0
ORDER BY business_date, sale_id, line, offer_id
