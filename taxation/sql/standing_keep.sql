-- Write the standings that have changed.
INSERT INTO taxation_standing AS kept (unit_id, status, total, owed, currency, due_on, periods)
{standing}
ON CONFLICT (unit_id) DO UPDATE SET status = excluded.status, total = excluded.total, owed = excluded.owed,
  currency = excluded.currency, due_on = excluded.due_on, periods = excluded.periods
WHERE (kept.status, kept.total, kept.owed, kept.currency, kept.due_on, kept.periods) IS DISTINCT FROM
  (excluded.status, excluded.total, excluded.owed, excluded.currency, excluded.due_on, excluded.periods)
