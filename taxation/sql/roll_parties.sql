-- Who shares the units of the page that have no sole liable party.
SELECT u.key, l.party_id, l.num, l.den, l.id
FROM billing_unit u JOIN taxation_assessment a ON a.id = u.key JOIN taxation_liability l ON l.unit_id = a.unit_id
WHERE u.party_id IS NULL AND l.role = %(role)s AND l.valid_from <= %(period_start)s
  AND (l.valid_to IS NULL OR l.valid_to > %(period_start)s)
