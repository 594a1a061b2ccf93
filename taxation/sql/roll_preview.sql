-- A dry run: what a roll would bill and what it would leave out, with the reason.
WITH candidates AS (
  SELECT a.id, a.total, u.id AS unit_id, u.label, u.district_id,
    EXISTS (SELECT FROM ledger_bill b WHERE b.collection = u.collection AND b.feature_id = u.feature_id
            AND b.levy = %(levy)s AND b.period = %(period)s AND b.cancelled_at IS NULL) AS is_billed,
    (SELECT CASE WHEN count(*) = 0 THEN 'nobody' WHEN sum(l.num) = max(l.den) AND min(l.den) = max(l.den) THEN 'whole'
            ELSE 'shares' END FROM taxation_liability l
     WHERE l.unit_id = u.id AND l.role = %(role)s AND l.valid_from <= %(period_start)s
       AND (l.valid_to IS NULL OR l.valid_to > %(period_start)s)) AS liable
  FROM taxation_assessment a JOIN taxation_taxunit u ON u.id = a.unit_id
  WHERE a.levy = %(levy)s AND a.state = 'approved' AND a.currency = %(currency)s AND (u.retired_at IS NULL OR u.retired_at > %(period_start)s)
    AND a.valid_from <= %(period_start)s AND (a.valid_to IS NULL OR a.valid_to >= %(period_start)s))
SELECT count(*) FILTER (WHERE liable = 'whole' AND NOT is_billed) AS bills,
       coalesce(sum(total) FILTER (WHERE liable = 'whole' AND NOT is_billed), 0) AS amount,
       count(*) FILTER (WHERE is_billed) AS already_billed,
       count(*) FILTER (WHERE liable = 'nobody' AND NOT is_billed) AS nobody_liable,
       count(*) FILTER (WHERE liable = 'shares' AND NOT is_billed) AS shares_incomplete,
       coalesce(max(total), 0) AS largest,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FILTER (WHERE total > 0), 0)::numeric(20, 3) AS median,
       coalesce((SELECT jsonb_agg(jsonb_build_object('unit', unit_id, 'label', label, 'total', total::text)) FROM
         (SELECT * FROM candidates ORDER BY total DESC LIMIT 10) t), '[]') AS outliers
FROM candidates
