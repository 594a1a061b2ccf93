-- Taxed but not found: tax units whose unit, building or parcel is no longer in its register.
SELECT t.collection, t.feature_id, t.label, t.id AS unit_id, t.building_id, t.parcel_id, t.district_id, t.area_m2, t.use,
  jsonb_build_object('area', t.area_m2::text, 'use', t.use, 'until', coalesce(u.end_lifespan, b.end_lifespan, p.end_lifespan)::date,
    'total', a.total::text) AS evidence, -a.total AS revenue, a.currency
FROM taxation_taxunit t
LEFT JOIN buildings_unit u ON t.collection = 'units' AND u.id = t.feature_id
LEFT JOIN buildings_building b ON b.id = CASE WHEN t.collection = 'buildings' THEN t.feature_id ELSE u.building_id END
LEFT JOIN cadastre_parcel p ON t.collection = 'parcels' AND p.id = t.feature_id
LEFT JOIN LATERAL (SELECT sum(total) AS total, max(currency) AS currency FROM taxation_assessment s
  WHERE s.unit_id = t.id AND s.state = 'approved' AND s.valid_to IS NULL) a ON true
WHERE t.retired_at IS NULL AND CASE t.collection
  WHEN 'units' THEN u.id IS NULL OR u.end_lifespan IS NOT NULL OR b.end_lifespan IS NOT NULL
  WHEN 'buildings' THEN b.id IS NULL OR b.end_lifespan IS NOT NULL
  WHEN 'parcels' THEN p.id IS NULL OR p.end_lifespan IS NOT NULL ELSE false END
