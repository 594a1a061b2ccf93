INSERT INTO reconciliation_case AS c (
    queue, subject, label, collection, feature, evidence, basis, district_id, yearly_value, currency,
    rank, state, result, reason, first_found_on, version, geom
)
SELECT %(queue)s, subject, label, collection, feature, evidence, basis, district_id, yearly_value, currency,
    rank, 'open', '', '', %(on)s, 1, geom
FROM found
ON CONFLICT (queue, subject) DO UPDATE SET
    label = excluded.label, collection = excluded.collection, feature = excluded.feature,
    evidence = excluded.evidence, basis = excluded.basis, district_id = excluded.district_id,
    yearly_value = excluded.yearly_value, currency = excluded.currency, rank = excluded.rank,
    geom = excluded.geom, version = c.version + 1,
    state = CASE WHEN c.state = 'closed' AND c.basis = excluded.basis AND NOT c.result = ANY(%(rechecked)s)
        THEN 'closed' ELSE 'open' END,
    result = CASE WHEN c.basis = excluded.basis AND NOT c.result = ANY(%(rechecked)s) THEN c.result ELSE '' END,
    reason = CASE WHEN c.basis = excluded.basis AND NOT c.result = ANY(%(rechecked)s) THEN c.reason ELSE '' END,
    closed_by_id = CASE WHEN c.basis = excluded.basis AND NOT c.result = ANY(%(rechecked)s) THEN c.closed_by_id END,
    closed_at = CASE WHEN c.basis = excluded.basis AND NOT c.result = ANY(%(rechecked)s) THEN c.closed_at END
WHERE c.state = 'gone' OR c.result = ANY(%(rechecked)s)
    OR (c.label, c.collection, c.feature, c.evidence, c.basis, c.district_id, c.yearly_value, c.currency,
        c.rank, c.geom)
    IS DISTINCT FROM (excluded.label, excluded.collection, excluded.feature, excluded.evidence,
        excluded.basis, excluded.district_id, excluded.yearly_value, excluded.currency, excluded.rank,
        excluded.geom)
