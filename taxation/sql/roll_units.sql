-- The assessments that a period's roll bills, page by page, with who alone is liable (see ledger.actions.billing).
-- OFFSET 0 asks the index once per assessment of the page: a hash join would read all units for each page.
SELECT a.id, u.collection, u.feature_id, u.label, a.total, a.components, l.party_id
FROM (
  SELECT id, unit_id, total, components FROM taxation_assessment
  WHERE levy = %(levy)s AND state = 'approved' AND id > %(after)s AND id <= %(until)s AND currency = %(currency)s
    AND valid_from <= %(period_start)s AND (valid_to IS NULL OR valid_to >= %(period_start)s)
  ORDER BY id LIMIT %(size)s) a
LEFT JOIN LATERAL (
  SELECT collection, feature_id, label FROM taxation_taxunit
  WHERE id = a.unit_id AND (retired_at IS NULL OR retired_at > %(period_start)s) OFFSET 0) u ON true
CROSS JOIN LATERAL (
  SELECT CASE WHEN count(*) = 1 AND min(num) = min(den) THEN min(party_id) END AS party_id FROM taxation_liability
  WHERE unit_id = a.unit_id AND role = %(role)s AND valid_from <= %(period_start)s
    AND (valid_to IS NULL OR valid_to > %(period_start)s)) l
