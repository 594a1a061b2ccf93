-- Units of the building register in force become taxed units, where they are not yet.
INSERT INTO taxation_taxunit (collection, feature_id, subject, label, parcel_id, building_id, district_id, area_m2, use, facts)
SELECT 'units', u.id, 'building', b.code || '-' || u.number, b.parcel_id, b.id, b.district_id, u.area_m2,
       CASE WHEN u.use = 'apartment' THEN 'residential' ELSE 'non_residential' END,
       CASE WHEN u.is_vacant THEN '{"vacant": true}' ELSE '{}' END::jsonb
FROM buildings_unit u JOIN buildings_building b ON b.id = u.building_id
WHERE u.end_lifespan IS NULL AND b.end_lifespan IS NULL AND u.use <> 'common'
  AND (%(share)s >= 100 OR u.id %% 100 < %(share)s)
  AND NOT EXISTS (SELECT FROM taxation_taxunit t WHERE t.collection = 'units' AND t.feature_id = u.id AND t.retired_at IS NULL)
