-- Prizes given, or held for who has to confirm, against the stock, and units that are missing in the row of them. A unit that
-- was lost with no reserve left went back to the stock.
SELECT 'game ' || game.code || ' prize ' || prize.code,
       prize.used || ' used of ' || prize.stock,
       coalesce(won.wins, 0) || ' won, ' || coalesce(won.lapsed, 0) || ' lapsed, the last as number ' || coalesce(won.last, 0)
FROM games_prize AS prize
JOIN games_game AS game ON game.id = prize.game_id
LEFT JOIN (
    SELECT win.prize_id, count(*) FILTER (WHERE win.lost_at IS NULL) AS wins,
           count(*) FILTER (WHERE win.lost_at IS NOT NULL AND passed.id IS NULL) AS lapsed, max(win.unit) AS last
    FROM games_win AS win LEFT JOIN games_win AS passed ON passed.in_place_of = win.id GROUP BY win.prize_id
) AS won ON won.prize_id = prize.id
WHERE prize.stock IS NOT NULL
  AND (prize.used <> coalesce(won.wins, 0) OR prize.used + coalesce(won.lapsed, 0) <> coalesce(won.last, 0)
       OR prize.used > prize.stock)
