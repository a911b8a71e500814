-- What is owed by cohort: the journal against allocated less recognised, the lots against allocated, the roll-forward's money.
WITH state AS (
    SELECT cohort, entity_id, is_gift, points, allocated,
           spent_amount + breakage_amount + expired_amount + estimate_amount AS recognised
    FROM (
        SELECT DISTINCT ON (cohort, entity_id, is_gift) * FROM accounts_recognition
        ORDER BY cohort, entity_id, is_gift, day DESC
    ) AS latest
), booked AS (
    SELECT cohort, entity_id, is_gift, sum(credit - debit) AS owed
    FROM accounts_journal WHERE role IN ('contract_liability', 'promotion_liability')
    GROUP BY cohort, entity_id, is_gift
), held AS (
    SELECT cohort, entity_id, is_gift, sum(points) AS points, sum(amount) AS allocated
    FROM accounts_lot GROUP BY cohort, entity_id, is_gift
), rolled AS (
    SELECT cohort, entity_id, is_gift, sum(amount) AS owed FROM accounts_movement GROUP BY cohort, entity_id, is_gift
)
SELECT 'cohort ' || to_char(cohort, 'YYYY-MM') || ' entity ' || entity_id || CASE WHEN is_gift THEN ' gifts' ELSE '' END,
       'journal ' || coalesce(booked.owed, 0) || ', roll-forward ' || coalesce(rolled.owed, 0)
           || ', lots ' || coalesce(held.allocated, 0) || ' for ' || coalesce(held.points, 0),
       'owed ' || coalesce(state.allocated - state.recognised, 0) || ' of ' || coalesce(state.allocated, 0)
           || ' for ' || coalesce(state.points, 0)
FROM state
FULL JOIN booked USING (cohort, entity_id, is_gift)
FULL JOIN held USING (cohort, entity_id, is_gift)
FULL JOIN rolled USING (cohort, entity_id, is_gift)
WHERE coalesce(booked.owed, 0) <> coalesce(state.allocated - state.recognised, 0)
   OR coalesce(rolled.owed, 0) <> coalesce(booked.owed, 0)
   OR coalesce(held.allocated, 0) <> coalesce(state.allocated, 0)
   OR coalesce(held.points, 0) <> coalesce(state.points, 0)
   OR state.recognised < 0 OR state.recognised > state.allocated
