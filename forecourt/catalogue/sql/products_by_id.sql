-- Products by id, in the columns of products_by_code.
SELECT product.code, product.id, product.code, product.name, product.kind, product.unit, product.family, category.code,
       product.brand
FROM catalogue_product AS product
LEFT JOIN catalogue_category AS category ON category.id = product.category_id
WHERE product.id = ANY(%(ids)s::bigint[])
