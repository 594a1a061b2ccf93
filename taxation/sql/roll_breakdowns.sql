-- The frozen reasons of the page's charges.
SELECT id AS key, breakdown FROM taxation_assessment WHERE id > %(after)s AND id <= %(last)s
