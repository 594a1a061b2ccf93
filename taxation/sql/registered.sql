-- What the building register says of a tax unit.
SELECT u.number, u.floor, u.use, u.area_m2::text AS area, u.is_vacant, u.begin_lifespan::date AS since, u.end_lifespan::date AS until,
  ROUND((100 * (u.area_m2 - t.area_m2) / t.area_m2), 1)::text AS difference
FROM taxation_taxunit t JOIN buildings_unit u ON t.collection = 'units' AND u.id = t.feature_id WHERE t.id = %(unit)s
