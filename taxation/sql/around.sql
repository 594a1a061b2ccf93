-- What stands around a unit, as SVG paths on metres from its middle; y grows downwards.
WITH mine AS (
  SELECT p.id, ST_Centroid(p.geom) AS at FROM taxation_taxunit t JOIN taxation_taxplace p
    ON p.collection = CASE WHEN t.building_id IS NULL THEN 'parcels' ELSE 'buildings' END
    AND p.feature_id = coalesce(t.building_id, t.parcel_id) WHERE t.id = %(unit)s)
SELECT p.code, p.id = mine.id AS is_own, 'building' AS kind,
  ST_AsSVG(ST_Translate(p.geom, -ST_X(mine.at), -ST_Y(mine.at)), 0, 1) AS path,
  round(ST_X(ST_PointOnSurface(p.geom))::numeric - ST_X(mine.at)::numeric, 1) AS x,
  round(ST_Y(mine.at)::numeric - ST_Y(ST_PointOnSurface(p.geom))::numeric, 1) AS y
FROM mine JOIN taxation_taxplace p ON ST_DWithin(p.geom, mine.at, 75)
UNION ALL
SELECT c.number, false, 'parcel', ST_AsSVG(ST_Translate(c.geom, -ST_X(mine.at), -ST_Y(mine.at)), 0, 1), NULL, NULL
FROM mine JOIN cadastre_parcel c ON c.end_lifespan IS NULL AND ST_DWithin(c.geom, mine.at, 75)
ORDER BY kind DESC, is_own
