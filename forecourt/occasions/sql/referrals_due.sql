-- Referrals to reward now, and those whose time for a purchase is over, from behind a number.
SELECT id FROM occasions_referral
WHERE id > %(after)s
  AND (state = 'qualified' AND due_at <= %(now)s AND array_remove(flags, 'template') <@ accepted
       OR state = 'pending'
          AND joined_at < %(now)s::timestamptz - make_interval(days => (terms ->> 'within_days')::int + 3))
ORDER BY id
LIMIT %(limit)s
