-- Comparables: the nearest assessed units of the same use in other buildings, nearest first, and what they pay for a square metre.
WITH mine AS (
  SELECT t.id, t.use, t.subject, p.geom, p.id AS place FROM taxation_taxunit t JOIN taxation_taxplace p
    ON p.collection = CASE WHEN t.building_id IS NULL THEN 'parcels' ELSE 'buildings' END
    AND p.feature_id = coalesce(t.building_id, t.parcel_id) WHERE t.id = %(unit)s)
SELECT t.id, t.label, t.area_m2::text AS area, a.total, a.currency, round(a.total / t.area_m2, 3) AS per_m2,
  greatest(1, round(ST_Distance(p.geom, mine.geom)::numeric)) AS metres, p.id AS place_id
FROM mine JOIN taxation_taxplace p ON p.id <> mine.place AND ST_DWithin(p.geom, mine.geom, %(metres)s)
JOIN taxation_taxunit t ON t.retired_at IS NULL AND t.use = mine.use AND t.subject = mine.subject AND t.id <> mine.id
  AND CASE WHEN p.collection = 'buildings' THEN t.building_id = p.feature_id ELSE t.building_id IS NULL AND t.parcel_id = p.feature_id END
JOIN taxation_assessment a ON a.unit_id = t.id AND a.state = 'approved' AND a.valid_to IS NULL
WHERE a.total > 0
ORDER BY ST_Distance(p.geom, mine.geom), t.id LIMIT 6
