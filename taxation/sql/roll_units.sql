-- The assessments that a period's roll bills and who is liable, page by page (see ledger.actions.billing).
SELECT a.id, a.collection, a.feature_id, a.label, a.total, a.components, l.party_id, l.num, l.den, l.id
FROM (
  SELECT a.id, a.unit_id, u.collection, u.feature_id, u.label, a.total, a.components
  FROM taxation_assessment a JOIN taxation_taxunit u ON u.id = a.unit_id
  WHERE a.levy = %(levy)s AND a.state = 'approved' AND a.id > %(after)s AND a.currency = %(currency)s
    AND a.valid_from <= %(period_start)s AND (a.valid_to IS NULL OR a.valid_to >= %(period_start)s)
    AND u.retired_at IS NULL
  ORDER BY a.id LIMIT %(size)s) a
LEFT JOIN taxation_liability l ON l.unit_id = a.unit_id AND l.role = %(role)s AND l.valid_from <= %(period_start)s
  AND (l.valid_to IS NULL OR l.valid_to > %(period_start)s)
