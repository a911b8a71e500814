-- The tags in use and how many customers have each.
SELECT tag, count(*) AS customers
FROM customers_customer, unnest(tags) AS tag
WHERE merged_into_id IS NULL AND tags <> '{}'
GROUP BY tag
ORDER BY customers DESC, tag
LIMIT %(limit)s
