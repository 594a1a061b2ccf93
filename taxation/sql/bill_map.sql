-- The thing a bill charges, its plot and what lies around it, as SVG paths in metres north up.
WITH thing AS (
  SELECT coalesce(p.geom, b.geom) AS plot, b.geom AS building FROM taxation_taxunit u
  LEFT JOIN cadastre_parcel p ON p.id = u.parcel_id LEFT JOIN buildings_building b ON b.id = u.building_id
  WHERE u.collection = %(collection)s AND u.feature_id = %(feature)s ORDER BY u.retired_at NULLS FIRST LIMIT 1),
frame AS (SELECT ST_Expand(plot, greatest(20, (ST_XMax(plot) - ST_XMin(plot)) * 0.6)) AS box FROM thing WHERE plot IS NOT NULL)
SELECT ST_XMin(box) AS x, -ST_YMax(box) AS y, ST_XMax(box) - ST_XMin(box) AS width, ST_YMax(box) - ST_YMin(box) AS height,
       ST_AsSVG(plot, 0, 2) AS plot, ST_AsSVG(building, 0, 2) AS building,
       (SELECT string_agg(ST_AsSVG(p.geom, 0, 1), ' ') FROM cadastre_parcel p
        WHERE p.geom && frame.box AND p.end_lifespan IS NULL) AS around
FROM thing, frame
