-- Lots that were handed from member to member: the new lot goes on where the old one was, so nothing moves in the books.
-- A hand-over is a debit and a credit for each of its lots, recorded together, with the lot's day and points.
CREATE TEMP TABLE closing_handed ON COMMIT DROP AS
WITH given AS (
    SELECT move.customer_id, move.lot_id, move.debit_id, move.points, move.recorded_at, lot.earned_at,
           row_number() OVER (PARTITION BY move.recorded_at, lot.earned_at, move.points
                              ORDER BY lot.expires_on, move.debit_id, move.lot_id) AS place
    FROM closing_move AS move
    JOIN accounts_lot AS lot ON lot.customer_id = move.customer_id AND lot.lot_id = move.lot_id
    WHERE move.kind = 'transfer' AND move.points > 0
), taken AS (
    SELECT credit.customer_id, credit.id, credit.points, credit.recorded_at, credit.earned_at,
           row_number() OVER (PARTITION BY credit.recorded_at, credit.earned_at, credit.points
                              ORDER BY credit.expires_on, credit.id) AS place
    FROM closing_credit AS credit
    WHERE credit.kind = 'transfer'
      AND NOT EXISTS (SELECT 1 FROM accounts_lot AS known
                      WHERE known.customer_id = credit.customer_id AND known.lot_id = credit.id)
)
SELECT given.customer_id, given.lot_id, given.debit_id, given.points, taken.customer_id AS taker_id, taken.id AS new_id,
       sum(given.points) OVER (PARTITION BY given.customer_id, given.lot_id ORDER BY taken.id) AS running
FROM given
JOIN taken ON taken.recorded_at = given.recorded_at AND taken.earned_at = given.earned_at
          AND taken.points = given.points AND taken.place = given.place AND taken.id <> given.lot_id
