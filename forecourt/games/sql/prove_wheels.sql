-- Wheels that were published: their probabilities add up to the whole, and what each spin brought lies on its segment. The
-- consolation brings nothing where its coupon could not be issued, which its spin notes.
SELECT 'game ' || game.code, summed.parts || ' parts', '1000000 parts'
FROM games_game AS game
CROSS JOIN LATERAL (
    SELECT sum((segment.value ->> 'parts')::int) AS parts
    FROM jsonb_array_elements(game.body -> 'wheel' -> 'segments') AS segment
) AS summed
WHERE game.kind = 'wheel' AND game.state <> 'draft' AND summed.parts IS DISTINCT FROM 1000000
UNION ALL
SELECT 'play ' || play.id, 'segment ' || play.segment || ', ' || coalesce(prize.code, 'nothing'),
       'landed on ' || play.landed || ', ' || coalesce(segment.prize, 'nothing')
FROM games_play AS play
JOIN games_game AS game ON game.id = play.game_id AND game.kind = 'wheel'
CROSS JOIN LATERAL (
    SELECT nullif(game.body -> 'wheel' -> 'segments' -> play.segment ->> 'prize', '') AS prize
) AS segment
LEFT JOIN games_win AS win ON win.play_id = play.id
LEFT JOIN games_prize AS prize ON prize.id = win.prize_id
WHERE (segment.prize IS DISTINCT FROM prize.code
       AND NOT (play.coupon_ran_out AND win.id IS NULL AND play.segment = (game.body -> 'wheel' ->> 'consolation')::int))
   OR (play.segment <> play.landed AND play.segment <> (game.body -> 'wheel' ->> 'consolation')::int)
