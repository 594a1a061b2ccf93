-- What the tax map draws: every building in force, and land that is taxed itself, by its worst unit.
SELECT 'buildings' AS collection, b.id AS feature_id, b.code, coalesce(s.name_ar, '') AS street_ar,
  coalesce(s.name_en, '') AS street_en, coalesce(s.name_fr, '') AS street_fr, b.district_id, b.geom,
  coalesce(w.status, 'unassessed') AS status, coalesce(w.units, 0) AS units, w.owed, coalesce(w.currency, '') AS currency
FROM buildings_building b LEFT JOIN cadastre_street s ON s.id = b.street_id
LEFT JOIN LATERAL (
  SELECT count(*) AS units, sum(k.owed) AS owed, max(k.currency) AS currency,
    (array['late', 'objection', 'due', 'unassessed', 'unbilled', 'paid', 'exempt'])[min(array_position(
      array['late', 'objection', 'due', 'unassessed', 'unbilled', 'paid', 'exempt'], k.status::text))] AS status
  FROM taxation_taxunit u JOIN taxation_standing k ON k.unit_id = u.id
  WHERE u.building_id = b.id AND u.retired_at IS NULL) w ON true
WHERE b.end_lifespan IS NULL AND (%(buildings)s::bigint[] IS NULL OR b.id = ANY(%(buildings)s::bigint[]))
UNION ALL
SELECT 'parcels', p.id, p.number, '', '', '', p.district_id, p.geom, k.status, 1, k.owed, k.currency
FROM taxation_taxunit u JOIN cadastre_parcel p ON p.id = u.parcel_id AND p.end_lifespan IS NULL
JOIN taxation_standing k ON k.unit_id = u.id
WHERE u.retired_at IS NULL AND u.building_id IS NULL AND u.collection = 'parcels' AND u.feature_id = p.id
  AND (%(parcels)s::bigint[] IS NULL OR p.id = ANY(%(parcels)s::bigint[]))
