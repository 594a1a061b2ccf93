-- Taxed otherwise than registered: another area (by more than a fiftieth and 1 m²) or use, or floors that nobody pays for.
SELECT t.collection, t.feature_id, t.label, t.id AS unit_id, t.building_id, t.parcel_id, t.district_id, u.area_m2,
  CASE WHEN u.use = 'apartment' THEN 'residential' ELSE 'non_residential' END AS use,
  jsonb_build_object('area', u.area_m2::text, 'assessed_area', t.area_m2::text, 'use', u.use, 'assessed_use', t.use) AS evidence
FROM taxation_taxunit t JOIN buildings_unit u ON t.collection = 'units' AND u.id = t.feature_id AND u.end_lifespan IS NULL
WHERE t.retired_at IS NULL AND (abs(u.area_m2 - t.area_m2) > greatest(1, 0.02 * t.area_m2)
  OR t.use <> CASE WHEN u.use = 'apartment' THEN 'residential' ELSE 'non_residential' END)
UNION ALL
SELECT 'buildings', b.id, b.code, NULL, b.id, b.parcel_id, b.district_id,
  round((b.footprint_m2 * (b.floors - f.floors))::numeric, 2),
  CASE WHEN b.use IN ('residential', 'mixed') THEN 'residential' ELSE 'non_residential' END,
  jsonb_build_object('floors', b.floors, 'assessed_floors', f.floors,
    'area', round((b.footprint_m2 * (b.floors - f.floors))::numeric, 2)::text, 'use', b.use)
FROM buildings_building b JOIN LATERAL (
  SELECT count(DISTINCT u.floor) AS floors FROM taxation_taxunit t JOIN buildings_unit u ON u.id = t.feature_id
  WHERE t.building_id = b.id AND t.collection = 'units' AND t.retired_at IS NULL) f ON f.floors > 0 AND f.floors < b.floors
WHERE b.end_lifespan IS NULL AND b.use IN ('residential', 'mixed', 'commercial', 'industrial')
  AND NOT EXISTS (SELECT FROM buildings_unit u WHERE u.building_id = b.id AND u.end_lifespan IS NULL AND u.use <> 'common'
    AND NOT EXISTS (SELECT FROM taxation_taxunit t WHERE t.collection = 'units' AND t.feature_id = u.id AND t.retired_at IS NULL))
