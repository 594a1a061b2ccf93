-- Who shares the bills of the page that was just read.
SELECT b.key, l.party_id, l.num, l.den, l.id
FROM billing_unit b JOIN taxation_assessment a ON a.id = b.key JOIN taxation_liability l ON l.unit_id = a.unit_id
WHERE a.id > %(after)s AND a.id <= %(last)s AND l.role = %(role)s AND l.valid_from <= %(period_start)s
  AND (l.valid_to IS NULL OR l.valid_to > %(period_start)s)
