-- How many assessments fall due in which year, and how many are overdue.
SELECT a.levy, date_part('year', a.valid_from + make_interval(years => p.reassess_years))::int AS year, count(*) AS n,
  count(*) FILTER (WHERE (a.valid_from + make_interval(years => p.reassess_years))::date <= %(on)s) AS overdue
FROM taxation_assessment a JOIN taxation_taxunit u ON u.id = a.unit_id AND u.retired_at IS NULL
JOIN taxation_rulepack p ON p.levy = a.levy AND p.status = 'enacted' AND p.valid_from <= %(on)s AND (p.valid_to IS NULL OR p.valid_to >= %(on)s)
WHERE a.state = 'approved' AND a.valid_to IS NULL AND p.reassess_years IS NOT NULL
GROUP BY 1, 2 ORDER BY 2, 1
