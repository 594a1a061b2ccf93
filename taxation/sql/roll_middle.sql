-- The assessment in the middle of a roll, where it is parted in two (the index alone answers).
SELECT id FROM taxation_assessment WHERE levy = %(levy)s AND state = 'approved' ORDER BY id OFFSET %(half)s LIMIT 1
