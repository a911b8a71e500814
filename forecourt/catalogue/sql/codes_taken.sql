-- Which of these codes are taken, and by which product.
SELECT known.code, product.id, product.code AS own
FROM catalogue_productcode AS known
JOIN catalogue_product AS product ON product.id = known.product_id
WHERE known.code = ANY(%(codes)s::text[])
