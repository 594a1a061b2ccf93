-- The assessments that a period's roll bills, page by page (see ledger.actions.billing).
SELECT a.id, u.collection, u.feature_id, u.label, a.total, a.components
FROM taxation_assessment a JOIN taxation_taxunit u ON u.id = a.unit_id
WHERE a.levy = %(levy)s AND a.state = 'approved' AND a.id > %(after)s AND a.currency = %(currency)s
  AND a.valid_from <= %(period_start)s AND (a.valid_to IS NULL OR a.valid_to >= %(period_start)s)
  AND (u.retired_at IS NULL OR u.retired_at > %(period_start)s)
  AND (SELECT sum(l.num) = max(l.den) AND min(l.den) = max(l.den) FROM taxation_liability l
       WHERE l.unit_id = u.id AND l.role = %(role)s AND l.valid_from <= %(period_start)s
         AND (l.valid_to IS NULL OR l.valid_to > %(period_start)s))
ORDER BY a.id LIMIT %(size)s
