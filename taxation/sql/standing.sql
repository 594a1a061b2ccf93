-- How each unit (of those asked for, or all) stands on a day: worst first, an objection stays its collection.
SELECT u.id AS unit_id,
  CASE WHEN a.is_objected THEN 'objection'
       WHEN m.owed > 0 AND m.due_on < %(on)s THEN 'late'
       WHEN m.owed > 0 THEN 'due'
       WHEN a.total IS NULL THEN 'unassessed'
       WHEN a.total = 0 THEN 'exempt'
       WHEN m.owed IS NULL THEN 'unbilled'
       ELSE 'paid' END AS status,
  a.total, m.owed, coalesce(m.currency, a.currency, '') AS currency, m.due_on, coalesce(m.periods, '') AS periods
FROM taxation_taxunit u
LEFT JOIN (
  SELECT s.unit_id, sum(s.total) FILTER (WHERE s.state = 'approved' AND s.valid_to IS NULL) AS total, min(s.currency) AS currency,
    bool_or(EXISTS (SELECT FROM taxation_objection o WHERE o.assessment_id = s.id AND o.state IN ('filed', 'hearing'))) AS is_objected
  FROM taxation_assessment s
  WHERE s.state IN ('approved', 'proposed') AND (%(units)s::bigint[] IS NULL OR s.unit_id = ANY(%(units)s::bigint[]))
  GROUP BY s.unit_id) a ON a.unit_id = u.id
LEFT JOIN (
  SELECT b.collection, b.feature_id, sum(b.owed) AS owed, max(b.currency) AS currency,
    min(b.due_on) FILTER (WHERE b.owed > 0) AS due_on, left(string_agg(DISTINCT b.period, ', '), 80) AS periods
  FROM (
    SELECT b.id, b.collection, b.feature_id, b.period, r.due_on, max(c.currency) AS currency, sum(e.amount) AS owed
    FROM ledger_bill b JOIN ledger_billrun r ON r.id = b.run_id AND r.state = 'published'
    JOIN ledger_entry e ON e.bill_id = b.id
    JOIN ledger_account c ON c.id = e.account_id AND c.kind = 'receivable'
    WHERE b.cancelled_at IS NULL AND (%(units)s::bigint[] IS NULL OR (b.collection, b.feature_id) IN (
      SELECT collection, feature_id FROM taxation_taxunit WHERE id = ANY(%(units)s::bigint[])))
    GROUP BY b.id, r.due_on) b
  GROUP BY b.collection, b.feature_id) m ON m.collection = u.collection AND m.feature_id = u.feature_id
WHERE u.retired_at IS NULL AND (%(units)s::bigint[] IS NULL OR u.id = ANY(%(units)s::bigint[]))
