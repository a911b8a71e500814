-- Members of staff who are active, each with their roles and the stations every role spans; one row a role.
SELECT staff.id, staff.username, held.role, (held.station_id IS NOT NULL OR held.region_id IS NOT NULL) AS is_limited,
    ARRAY(
        SELECT station.id FROM organisation_station AS station
        WHERE station.id = held.station_id OR station.region_id = held.region_id
    ) AS stations
FROM organisation_staff AS staff
LEFT JOIN organisation_staffrole AS held ON held.staff_id = staff.id
WHERE staff.id = %(staff_id)s AND (staff.is_active OR %(with_inactive)s)
