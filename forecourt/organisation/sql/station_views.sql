-- Stations with all that screens show, in the order of their codes. `stations` null means all of them.
SELECT station.id, station.code, station.name, station.address, station.phone,
    coalesce(region.name, '') AS region, coalesce(entity.name, '') AS legal_entity,
    station.latitude, station.longitude, station.zone, station.day_rolls_at, station.hours::text AS hours,
    station.services, station.opened_on, station.is_open,
    ARRAY(
        SELECT json_build_object('number', pump.number, 'grades', pump.grades)::text
        FROM organisation_pump AS pump WHERE pump.station_id = station.id ORDER BY pump.number
    ) AS pumps
FROM organisation_station AS station
LEFT JOIN organisation_region AS region ON region.id = station.region_id
LEFT JOIN organisation_legalentity AS entity ON entity.id = station.legal_entity_id
WHERE (%(stations)s::bigint[] IS NULL OR station.id = ANY(%(stations)s::bigint[]))
    AND (%(code)s = '' OR station.code = %(code)s)
    AND station.code > %(after)s
    AND (station.is_open OR %(with_closed)s)
    AND (%(text)s = '' OR station.code ILIKE %(pattern)s OR station.name ILIKE %(pattern)s
         OR station.address ILIKE %(pattern)s)
ORDER BY station.code
LIMIT %(limit)s
