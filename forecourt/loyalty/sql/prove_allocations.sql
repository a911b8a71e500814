-- Allocations that name an entry which is not there, or another customer's.
SELECT 'customer ' || allocation.customer_id, allocation.debit_id::text, allocation.lot_id::text
FROM loyalty_allocation AS allocation
LEFT JOIN loyalty_entry AS debit ON debit.customer_id = allocation.customer_id AND debit.id = allocation.debit_id
LEFT JOIN loyalty_entry AS lot ON lot.customer_id = allocation.customer_id AND lot.id = allocation.lot_id
WHERE debit.id IS NULL OR lot.id IS NULL
