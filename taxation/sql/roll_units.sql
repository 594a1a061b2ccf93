-- The assessments that a period's roll bills, page by page, with who alone is liable (see ledger.actions.billing).
SELECT a.id, u.collection, u.feature_id, u.label, a.total, a.components, l.party_id
FROM (
  SELECT id, unit_id, total, components FROM taxation_assessment
  WHERE levy = %(levy)s AND state = 'approved' AND id > %(after)s AND currency = %(currency)s
    AND valid_from <= %(period_start)s AND (valid_to IS NULL OR valid_to >= %(period_start)s)
  ORDER BY id LIMIT %(size)s) a
LEFT JOIN taxation_taxunit u ON u.id = a.unit_id AND (u.retired_at IS NULL OR u.retired_at > %(period_start)s)
CROSS JOIN LATERAL (
  SELECT CASE WHEN count(*) = 1 AND min(num) = min(den) THEN min(party_id) END AS party_id FROM taxation_liability
  WHERE unit_id = a.unit_id AND role = %(role)s AND valid_from <= %(period_start)s
    AND (valid_to IS NULL OR valid_to > %(period_start)s)) l
