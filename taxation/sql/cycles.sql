-- Assessments by the day on which they must be made anew, by the cycle of the pack in force.
SELECT u.id, u.label, u.use, u.area_m2, a.id AS assessment_id, a.levy, a.total, a.currency, a.valid_from,
  (a.valid_from + make_interval(years => p.reassess_years))::date AS due_on, p.reassess_years, d.name_ar, d.name_en, d.name_fr,
  count(*) OVER () AS found
FROM taxation_assessment a JOIN taxation_taxunit u ON u.id = a.unit_id AND u.retired_at IS NULL
JOIN taxation_rulepack p ON p.levy = a.levy AND p.status = 'enacted' AND p.valid_from <= %(on)s AND (p.valid_to IS NULL OR p.valid_to >= %(on)s)
LEFT JOIN municipality_district d ON d.id = u.district_id
WHERE a.state = 'approved' AND a.valid_to IS NULL AND p.reassess_years IS NOT NULL
  AND (a.valid_from + make_interval(years => p.reassess_years))::date <= %(until)s
  AND (%(q)s = '' OR u.label ILIKE %(like)s)
ORDER BY {order}, u.id LIMIT %(size)s OFFSET %(skip)s
