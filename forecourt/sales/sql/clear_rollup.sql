DELETE FROM sales_rollup AS rollup
USING unnest(%(station_ids)s::bigint[], %(days)s::date[]) AS touched (station_id, day)
WHERE rollup.station_id = touched.station_id AND rollup.business_date = touched.day
