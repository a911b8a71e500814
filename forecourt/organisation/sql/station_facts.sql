-- Stations with the numbers of their pumps, in one statement; the caller adds which.
SELECT station.id, station.code, station.name, station.zone, station.day_rolls_at,
    ARRAY(SELECT pump.number FROM organisation_pump AS pump WHERE pump.station_id = station.id) AS pumps,
    (SELECT region.name FROM organisation_region AS region WHERE region.id = station.region_id),
    (SELECT entity.name FROM organisation_legalentity AS entity WHERE entity.id = station.legal_entity_id)
FROM organisation_station AS station
