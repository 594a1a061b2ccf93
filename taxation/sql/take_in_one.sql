-- One unit, or one building without units, of the register becomes a tax unit.
INSERT INTO taxation_taxunit (collection, feature_id, subject, label, parcel_id, building_id, district_id, area_m2, use, facts)
SELECT 'units', u.id, 'building', b.code || '-' || u.number, b.parcel_id, b.id, b.district_id, u.area_m2,
       CASE WHEN u.use = 'apartment' THEN 'residential' ELSE 'non_residential' END, '{}'::jsonb
FROM buildings_unit u JOIN buildings_building b ON b.id = u.building_id AND b.end_lifespan IS NULL
WHERE %(collection)s = 'units' AND u.id = %(feature)s AND u.end_lifespan IS NULL
UNION ALL
SELECT 'buildings', b.id, 'building', b.code, b.parcel_id, b.id, b.district_id, round((b.footprint_m2 * b.floors)::numeric, 2),
       CASE WHEN b.use IN ('residential', 'mixed') THEN 'residential' ELSE 'non_residential' END, '{}'::jsonb
FROM buildings_building b WHERE %(collection)s = 'buildings' AND b.id = %(feature)s AND b.end_lifespan IS NULL
ON CONFLICT DO NOTHING RETURNING id
