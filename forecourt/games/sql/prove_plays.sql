-- What plays took: chances against plays, points against the ledger, limits of a day and in all, prizes of plays.
SELECT 'chance ' || chance.id, chance.used || ' used of ' || chance.count, coalesce(played.plays, 0) || ' plays'
FROM games_chance AS chance
LEFT JOIN (
    SELECT chance_id, count(*) AS plays FROM games_play WHERE chance_id IS NOT NULL GROUP BY chance_id
) AS played ON played.chance_id = chance.id
WHERE chance.used <> coalesce(played.plays, 0) OR chance.used > chance.count
UNION ALL
SELECT 'play ' || play.id, play.points_spent || ' points', coalesce(entry.points, 0) || ' taken'
FROM games_play AS play
LEFT JOIN (
    SELECT origin, -sum(points) AS points FROM loyalty_entry WHERE origin LIKE 'game:%' AND kind = 'spend' GROUP BY origin
) AS entry ON entry.origin = 'game:' || play.id
WHERE play.points_spent <> coalesce(entry.points, 0)
UNION ALL
SELECT 'tickets ' || bought.origin, bought.points || ' points', coalesce(entry.points, 0) || ' taken'
FROM (
    SELECT 'game:' || game_id || ':' || origin AS origin, sum(points_spent) AS points
    FROM games_ticket WHERE points_spent > 0 GROUP BY 1
) AS bought
FULL JOIN (
    SELECT origin, -sum(points) AS points FROM loyalty_entry
    WHERE origin LIKE 'game:%:points:%' AND kind = 'spend' GROUP BY origin
) AS entry ON entry.origin = bought.origin
WHERE coalesce(bought.points, 0) <> coalesce(entry.points, 0)
UNION ALL
SELECT 'game ' || game.code || ' player ' || played.player, played.plays || ' plays on ' || played.day,
       (game.body ->> 'per_day') || ' a day'
FROM (SELECT game_id, player, day, count(*) AS plays FROM games_play GROUP BY game_id, player, day) AS played
JOIN games_game AS game ON game.id = played.game_id
WHERE (game.body ->> 'per_day')::int > 0 AND played.plays > (game.body ->> 'per_day')::int
UNION ALL
SELECT 'game ' || game.code || ' player ' || played.player, played.plays || ' plays', (game.body ->> 'in_all') || ' in all'
FROM (SELECT game_id, player, count(*) AS plays FROM games_play GROUP BY game_id, player) AS played
JOIN games_game AS game ON game.id = played.game_id
WHERE (game.body ->> 'in_all')::int > 0 AND played.plays > (game.body ->> 'in_all')::int
UNION ALL
SELECT 'win ' || win.id, 'of play ' || win.play_id, 'no such play'
FROM games_win AS win LEFT JOIN games_play AS play ON play.id = win.play_id
WHERE win.play_id IS NOT NULL AND (play.id IS NULL OR play.customer_id <> win.customer_id)
