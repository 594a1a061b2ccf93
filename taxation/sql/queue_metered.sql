-- Metered but untaxed: a building, or a place without one, with more water meters in use than units that are taxed.
-- A building that is taxed as a whole is covered however many meters it has; one meter may be that of the common parts.
WITH metered AS (
  SELECT b.id AS building, CASE WHEN b.id IS NULL THEN c.parcel_id END AS parcel, min(c.id) AS connection, min(c.code) AS code,
    min(c.district_id) AS district, sum(greatest(m.meters, (c.account_number <> '')::int)) AS meters, min(m.since) AS since
  FROM networks_waterconnection c
  LEFT JOIN buildings_building b ON c.building_code <> '' AND b.code = c.building_code AND b.end_lifespan IS NULL
  CROSS JOIN LATERAL (SELECT count(*) AS meters, min(w.installed_on) AS since FROM networks_watermeter w
    WHERE w.connection_id = c.id AND w.end_lifespan IS NULL AND w.status = 'in-service') m
  WHERE c.end_lifespan IS NULL AND c.is_active AND c.status = 'in-service'
  GROUP BY b.id, CASE WHEN b.id IS NULL THEN c.parcel_id END, CASE WHEN b.id IS NULL AND c.parcel_id IS NULL THEN c.id END),
taxed AS (
  SELECT m.*, t.units, t.whole FROM metered m CROSS JOIN LATERAL (
    SELECT count(*) AS units, coalesce(bool_or(u.collection = 'buildings'), false) AS whole FROM taxation_taxunit u
    WHERE u.retired_at IS NULL AND u.subject = 'building'
      AND CASE WHEN m.building IS NULL THEN u.parcel_id = m.parcel ELSE u.building_id = m.building END) t),
usual AS (
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY area_m2)::numeric AS area FROM taxation_taxunit
  WHERE retired_at IS NULL AND subject = 'building')
SELECT CASE WHEN m.building IS NULL THEN 'water-connections' ELSE 'buildings' END AS collection,
  coalesce(m.building, m.connection) AS feature_id, coalesce(b.code, m.code) AS label, NULL::bigint AS unit_id,
  m.building AS building_id, coalesce(b.parcel_id, m.parcel) AS parcel_id, coalesce(b.district_id, m.district) AS district_id,
  s.area AS area_m2, s.use,
  jsonb_build_object('meters', m.meters, 'taxed', m.units, 'connection', m.code, 'metered_since', m.since,
    'registered', m.building IS NOT NULL, 'area', s.area::text, 'use', s.use) AS evidence
FROM taxed m LEFT JOIN buildings_building b ON b.id = m.building CROSS JOIN usual
CROSS JOIN LATERAL (
  SELECT coalesce(sum(r.area_m2) FILTER (WHERE r.use <> 'common' AND NOT EXISTS (SELECT FROM taxation_taxunit t
      WHERE t.collection = 'units' AND t.feature_id = r.id AND t.retired_at IS NULL)), 0) AS untaxed,
    count(*) FILTER (WHERE r.use = 'common') AS common
  FROM buildings_unit r WHERE r.building_id = m.building AND r.end_lifespan IS NULL) r
CROSS JOIN LATERAL (
  SELECT coalesce(nullif(r.untaxed, 0), round(usual.area * (m.meters - m.units), 2)) AS area,
    CASE WHEN b.id IS NULL OR b.use IN ('residential', 'mixed') THEN 'residential' ELSE 'non_residential' END AS use) s
WHERE NOT m.whole AND m.meters > m.units + CASE WHEN r.untaxed > 0 THEN 0 ELSE r.common END
