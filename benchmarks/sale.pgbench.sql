-- The rows of one sale of two lines, for a member, written as plain inserts in one transaction: what the till door writes.
\set customer random(1, 100000)
\set station random(1, 50)
\set reference random(1, 9000000000000000)
BEGIN;
INSERT INTO sales_claim (station_id, source, source_ref, sale_id, customer_id, business_date, body_hash)
VALUES (:station, 'pgbench', :reference::text, lpad(to_hex(:reference::bigint), 32, '0')::uuid, :customer, current_date, '\x000102030405060708090a0b0c0d0e0f')
ON CONFLICT DO NOTHING;
SELECT id FROM customers_customer WHERE id = :customer FOR NO KEY UPDATE;
SELECT points, tier FROM loyalty_balance WHERE customer_id = :customer;
INSERT INTO sales_sale (customer_id, business_date, id, station_id, source, source_ref, occurred_at, recorded_at, pump,
    staff, gross, discount, net, fuel_quantity, fuel_amount, status, flags, points_earned, points_balance, tier, rulebook,
    refund_of, tenders, explanation, recorded_by)
VALUES (:customer, current_date, lpad(to_hex(:reference::bigint), 32, '0')::uuid, :station, 'pgbench', :reference::text, now(), now(), 4,
    'E017', 158.00, 0, 158.00, 20.000, 153.00, 'posted', '{}', 22, 22, 'base', 1, NULL,
    '[{"kind":"wechat","amount":"158.00"}]',
    '[{"code":"earn.unit","verdict":"applied","rule":"fuel","points":"20","values":{"counted":"20","rate":"1"}},{"code":"earn.currency","verdict":"applied","rule":"shop","points":"2.5","values":{"counted":"5","rate":"0.5"}},{"code":"tier.multiplier","verdict":"applied","rule":"base","points":"22","values":{"percent":"100"}}]',
    'key bench');
INSERT INTO sales_line (customer_id, business_date, sale_id, number, station_id, product_id, code, kind, quantity, unit_price, amount, discount)
VALUES (:customer, current_date, lpad(to_hex(:reference::bigint), 32, '0')::uuid, 1, :station, 1, '92', 'fuel', 20.000, 7.65, 153.00, 0);
INSERT INTO sales_line (customer_id, business_date, sale_id, number, station_id, product_id, code, kind, quantity, unit_price, amount, discount)
VALUES (:customer, current_date, lpad(to_hex(:reference::bigint), 32, '0')::uuid, 2, :station, 12, '6901234567892', 'goods', 1.000, 5.00, 5.00, 0);
INSERT INTO loyalty_entry (customer_id, business_date, id, occurred_at, recorded_at, kind, points, expires_on, sale_id, reason, actor)
VALUES (:customer, current_date, gen_random_uuid(), now(), now(), 'earn', 22, current_date + 730, lpad(to_hex(:reference::bigint), 32, '0')::uuid, '', 'key bench');
UPDATE loyalty_balance SET points = points + 22 WHERE customer_id = :customer;
INSERT INTO kernel_event (customer_id, id, recorded_at, occurred_at, name, body)
VALUES (:customer, gen_random_uuid(), now(), now(), 'bench.posted.v1',
    '{"customer_id":1,"occurred_at":"2026-11-22","sale_id":"01a200db-8aeb-7000-bb2e-b2a7ed06258c","station_id":1,"business_date":"2026-11-22","net":"158.00","fuel_quantity":"20.000","points":22}');
COMMIT;
