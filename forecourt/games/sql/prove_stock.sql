-- Prizes given against the stock, and units that are missing in the row of them.
SELECT 'game ' || game.code || ' prize ' || prize.code,
       prize.used || ' used of ' || prize.stock,
       coalesce(won.wins, 0) || ' won, the last as number ' || coalesce(won.last, 0)
FROM games_prize AS prize
JOIN games_game AS game ON game.id = prize.game_id
LEFT JOIN (
    SELECT prize_id, count(*) AS wins, max(unit) AS last FROM games_win GROUP BY prize_id
) AS won ON won.prize_id = prize.id
WHERE prize.stock IS NOT NULL
  AND (prize.used <> coalesce(won.wins, 0) OR prize.used <> coalesce(won.last, 0) OR prize.used > prize.stock)
