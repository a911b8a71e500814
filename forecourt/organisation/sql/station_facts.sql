-- Stations with the numbers of their pumps, in one statement; the caller adds which.
SELECT station.id, station.code, station.name, station.zone, station.day_rolls_at,
    ARRAY(SELECT pump.number FROM organisation_pump AS pump WHERE pump.station_id = station.id) AS pumps
FROM organisation_station AS station
