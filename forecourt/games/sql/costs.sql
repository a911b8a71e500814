-- Prizes given on these days that cost something: points and coupons on the company's day of giving, goods on that of handing
-- over (what nobody collected cost nothing).
SELECT (given.at AT TIME ZONE %(zone)s)::date AS day, game.code, game.name, prize.code,
       coalesce(max(said.value ->> 'name'), prize.code), win.funder, count(*), sum(win.cost)
FROM games_win AS win
LEFT JOIN games_claim AS claim ON claim.win_id = win.id
CROSS JOIN LATERAL (SELECT CASE WHEN win.kind = 'goods' THEN claim.collected_at ELSE win.granted_at END AS at) AS given
JOIN games_game AS game ON game.id = win.game_id
JOIN games_prize AS prize ON prize.id = win.prize_id
LEFT JOIN LATERAL jsonb_array_elements(game.body -> 'prizes') AS said ON said.value ->> 'code' = prize.code
WHERE win.cost <> 0 AND given.at >= %(begin)s AND given.at < %(end)s
GROUP BY 1, game.code, game.name, prize.code, win.funder
ORDER BY 1, game.code, prize.code, win.funder
