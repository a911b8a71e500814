-- Flagged sales that wait to be mended.
SELECT count(*) FROM sales_repair WHERE closed_at IS NULL
