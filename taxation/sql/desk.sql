-- Taxed units with their status, owner and balance; and how many there are of each status.
WITH units AS (
  SELECT u.id, u.label, u.use, u.area_m2, u.collection, u.feature_id, u.district_id, u.building_id,
    (SELECT p.approved_name || CASE WHEN count(*) OVER () > 1 THEN ' +' || (count(*) OVER () - 1) ELSE '' END
     FROM taxation_liability l JOIN parties_party p ON p.id = l.party_id
     WHERE l.unit_id = u.id AND l.valid_from <= %(on)s AND (l.valid_to IS NULL OR l.valid_to > %(on)s)
     ORDER BY l.num DESC, l.id LIMIT 1) AS liable,
    (SELECT jsonb_build_object('total', a.total::text, 'currency', a.currency, 'state', a.state)
     FROM taxation_assessment a WHERE a.unit_id = u.id AND a.state IN ('approved', 'proposed') AND a.valid_to IS NULL
     ORDER BY a.state, a.id DESC LIMIT 1) AS assessment,
    EXISTS (SELECT FROM taxation_objection o JOIN taxation_assessment a ON a.id = o.assessment_id
            WHERE a.unit_id = u.id AND o.state IN ('filed', 'hearing')) AS is_objected
  FROM taxation_taxunit u
  WHERE u.retired_at IS NULL AND (%(q)s = '' OR u.label LIKE %(like)s)),
money AS (
  SELECT b.collection, b.feature_id, sum(e.amount) AS owed, max(a.currency) AS currency,
         min(r.due_on) FILTER (WHERE e.part = 'charge') AS since, string_agg(DISTINCT b.period, ', ') AS periods,
         bool_or(r.due_on < %(on)s) AS is_past_due
  FROM ledger_bill b JOIN ledger_billrun r ON r.id = b.run_id AND r.state = 'published'
  JOIN ledger_entry e ON e.bill_id = b.id JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'receivable'
  WHERE b.cancelled_at IS NULL GROUP BY b.collection, b.feature_id),
stated AS (
  SELECT u.*, m.owed, coalesce(m.currency, u.assessment ->> 'currency') AS currency, m.since, m.periods,
    CASE WHEN u.is_objected THEN 'objection'
         WHEN m.owed > 0 AND m.is_past_due THEN 'late'
         WHEN m.owed > 0 THEN 'due'
         WHEN u.assessment IS NULL OR u.assessment ->> 'state' = 'proposed' THEN 'unassessed'
         WHEN (u.assessment ->> 'total')::numeric = 0 THEN 'exempt'
         WHEN m.owed IS NULL THEN 'unbilled'
         ELSE 'paid' END AS status
  FROM units u LEFT JOIN money m ON m.collection = u.collection AND m.feature_id = u.feature_id)
SELECT s.*, count(*) OVER () AS found,
       (SELECT jsonb_object_agg(status, n) FROM (SELECT status, count(*) AS n FROM stated GROUP BY status) c) AS counts
FROM stated s WHERE %(status)s = '' OR s.status = %(status)s
ORDER BY s.owed DESC NULLS LAST, s.id LIMIT %(size)s OFFSET %(skip)s
