-- Products by any code they answer to, with the path of their category, in one statement.
SELECT known.code, product.id, product.code, product.name, product.kind, product.unit, product.family, category.code,
       product.brand
FROM catalogue_productcode AS known
JOIN catalogue_product AS product ON product.id = known.product_id
LEFT JOIN catalogue_category AS category ON category.id = product.category_id
WHERE known.code = ANY(%(codes)s::text[])
