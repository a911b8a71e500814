-- Prizes that were won and what was given for them, either way: points, coupons, goods to collect. Nothing for one that is
-- lost, or waits to be confirmed; a draw is done when every prize was given or lost, and a lost one says why. Only a
-- coupon that was not given waits.
SELECT 'win ' || win.id, win.kind || ' of ' || win.points || ' points',
       coalesce(entry.points, 0) || ' points, ' || coalesce(coupon.coupons, 0) || ' coupons, '
         || coalesce(claim.claims, 0) || ' claims'
FROM games_win AS win
LEFT JOIN (
    SELECT origin, sum(points) AS points FROM loyalty_entry WHERE origin LIKE 'game:%' AND kind = 'bonus' GROUP BY origin
) AS entry ON entry.origin = 'game:' || win.id
LEFT JOIN (
    SELECT origin, count(*) AS coupons FROM coupons_coupon WHERE origin LIKE 'game:%' GROUP BY origin
) AS coupon ON coupon.origin = 'game:' || win.id
LEFT JOIN (SELECT win_id, count(*) AS claims FROM games_claim GROUP BY win_id) AS claim ON claim.win_id = win.id
WHERE coalesce(entry.points, 0) <> CASE WHEN win.granted_at IS NOT NULL AND win.kind = 'points' THEN win.points ELSE 0 END
   OR coalesce(coupon.coupons, 0) <> (win.granted_at IS NOT NULL AND win.kind = 'coupon')::int
   OR coalesce(claim.claims, 0) <> (win.granted_at IS NOT NULL AND win.kind = 'goods')::int
   OR (win.granted_at IS NULL AND win.play_id IS NOT NULL)
   OR (win.lost_at IS NOT NULL AND (win.granted_at IS NOT NULL OR win.confirm_by IS NULL))
   OR (win.lost_at IS NULL) <> (win.lost_why = '')
   OR (win.waits_since IS NOT NULL AND (win.granted_at IS NOT NULL OR win.lost_at IS NOT NULL OR win.kind <> 'coupon'))
UNION ALL
SELECT 'points ' || entry.origin, entry.points || ' given', 'nothing won'
FROM loyalty_entry AS entry
LEFT JOIN games_win AS win ON entry.origin = 'game:' || win.id
WHERE entry.origin LIKE 'game:%' AND entry.kind = 'bonus' AND win.id IS NULL
UNION ALL
SELECT 'coupon ' || coupon.code, coupon.origin, 'nothing won'
FROM coupons_coupon AS coupon
LEFT JOIN games_win AS win ON coupon.origin = 'game:' || win.id
WHERE coupon.origin LIKE 'game:%' AND win.id IS NULL
UNION ALL
SELECT 'draw ' || game.code, 'done', count(*) || ' prizes not given'
FROM games_drawing AS drawing
JOIN games_game AS game ON game.id = drawing.game_id
JOIN games_win AS win ON win.game_id = game.id AND win.granted_at IS NULL AND win.lost_at IS NULL
WHERE drawing.done_at IS NOT NULL GROUP BY game.code
