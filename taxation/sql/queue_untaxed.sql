-- Registered but not taxed: units in force that no tax unit names, and buildings without any unit.
SELECT 'units' AS collection, u.id AS feature_id, b.code || '-' || u.number AS label, NULL::bigint AS unit_id, b.id AS building_id,
  b.parcel_id, b.district_id, u.area_m2, CASE WHEN u.use = 'apartment' THEN 'residential' ELSE 'non_residential' END AS use,
  jsonb_build_object('area', u.area_m2::text, 'use', u.use, 'floor', u.floor, 'since', u.begin_lifespan::date) AS evidence
FROM buildings_unit u JOIN buildings_building b ON b.id = u.building_id AND b.end_lifespan IS NULL
WHERE u.end_lifespan IS NULL AND u.use <> 'common'
  AND NOT EXISTS (SELECT FROM taxation_taxunit t WHERE t.collection = 'units' AND t.feature_id = u.id AND t.retired_at IS NULL)
UNION ALL
SELECT 'buildings', b.id, b.code, NULL, b.id, b.parcel_id, b.district_id, round((b.footprint_m2 * b.floors)::numeric, 2),
  CASE WHEN b.use IN ('residential', 'mixed') THEN 'residential' ELSE 'non_residential' END,
  jsonb_build_object('area', round((b.footprint_m2 * b.floors)::numeric, 2)::text, 'use', b.use, 'floors', b.floors,
    'since', b.begin_lifespan::date)
FROM buildings_building b
WHERE b.end_lifespan IS NULL AND b.footprint_m2 * b.floors >= 1
  AND NOT EXISTS (SELECT FROM buildings_unit u WHERE u.building_id = b.id AND u.end_lifespan IS NULL)
  AND NOT EXISTS (SELECT FROM taxation_taxunit t WHERE t.building_id = b.id AND t.retired_at IS NULL)
