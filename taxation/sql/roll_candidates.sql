-- How many assessments a run has still to look at.
SELECT count(*) AS remaining FROM taxation_assessment a JOIN taxation_taxunit u ON u.id = a.unit_id
WHERE a.levy = %(levy)s AND a.state = 'approved' AND a.id > %(after)s AND a.currency = %(currency)s
  AND a.valid_from <= %(period_start)s AND (a.valid_to IS NULL OR a.valid_to >= %(period_start)s)
  AND u.retired_at IS NULL
