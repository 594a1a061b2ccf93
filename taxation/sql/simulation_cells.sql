-- A simulation on the map: squares of the grid with the change of the units in them.
WITH town AS (SELECT ST_Extent(geom)::box2d AS box FROM taxation_taxplace),
side AS (SELECT greatest(20, ceil(greatest(ST_XMax(box) - ST_XMin(box), ST_YMax(box) - ST_YMin(box)) / 72 / 10) * 10) AS m, box FROM town)
SELECT floor(ST_X(c.at) / side.m) * side.m AS x, floor(ST_Y(c.at) / side.m) * side.m AS y, max(side.m) AS m,
  count(*) AS units, sum(c.before) AS before, sum(c.change) AS change
FROM side, (
  SELECT ST_Centroid(p.geom) AS at, r.before, r.after - r.before AS change
  FROM taxation_simulationrow r JOIN taxation_taxunit u ON u.id = r.unit_id
  JOIN taxation_taxplace p ON p.collection = CASE WHEN u.building_id IS NULL THEN 'parcels' ELSE 'buildings' END
    AND p.feature_id = coalesce(u.building_id, u.parcel_id)
  WHERE r.simulation_id = %(simulation)s) c
GROUP BY 1, 2
