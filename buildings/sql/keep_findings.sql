INSERT INTO buildings_footprintfinding
    (run_id, kind, building_id, buildings, footprints, register_m2, seen_m2, overlap, district_id, geom)
WITH single AS (
    SELECT *, CASE
        WHEN seen_m2 > building_m2 * (1 + %(share)s) AND seen_m2 - building_m2 > %(m2)s THEN 'grown'
        WHEN building_m2 > seen_m2 * (1 + %(share)s) AND building_m2 - seen_m2 > %(m2)s THEN 'shrunk'
        WHEN likeness < 0.5 THEN 'changed' END AS kind
    FROM kept WHERE of_seen = 1 AND of_building = 1
), split AS (
    SELECT building, array_agg(seen ORDER BY seen) AS seen, sum(seen_m2) AS seen_m2,
        max(building_m2) AS building_m2, sum(likeness) AS likeness
    FROM kept WHERE of_building > 1 GROUP BY building
), merged AS (
    SELECT seen, array_agg(building ORDER BY building_m2 DESC) AS buildings, max(seen_m2) AS seen_m2,
        sum(building_m2) AS building_m2, sum(likeness) AS likeness
    FROM kept GROUP BY seen HAVING max(of_seen) > 1 AND max(of_building) = 1
), found AS (
    SELECT kind, building, ARRAY[building] AS buildings, ARRAY[seen] AS seen, building_m2, seen_m2, likeness
    FROM single WHERE kind IS NOT NULL
    UNION ALL
    SELECT 'split', building, ARRAY[building], seen, building_m2, seen_m2, likeness FROM split
    UNION ALL
    SELECT 'merged', buildings[1], buildings, ARRAY[seen], building_m2, seen_m2, likeness FROM merged
)
SELECT %(run)s, o.kind, o.building, o.buildings, o.seen, o.building_m2, o.seen_m2, o.likeness,
    b.district_id, CASE WHEN o.kind = 'split' THEN b.geom ELSE ST_Multi(f.{geom}) END
FROM found o
JOIN buildings_building b ON b.id = o.building
JOIN {seen} f ON f.{key} = o.seen[1]
UNION ALL
SELECT %(run)s, 'new', NULL, '{{}}', ARRAY[t.{key}], NULL, ST_Area(t.{geom}), NULL, d.id, ST_Multi(t.{geom})
FROM {seen} t
LEFT JOIN LATERAL (
    SELECT id FROM municipality_district m WHERE ST_Intersects(m.geom, ST_PointOnSurface(t.{geom})) LIMIT 1
) d ON true
WHERE {where} AND ST_Area(t.{geom}) >= %(smallest)s
  AND NOT EXISTS (SELECT 1 FROM link l WHERE l.seen = t.{key})
UNION ALL
SELECT %(run)s, 'gone', b.id, ARRAY[b.id], '{{}}', b.footprint_m2, NULL, NULL, b.district_id, b.geom
FROM buildings_building b
WHERE b.end_lifespan IS NULL AND b.geom && %(extent)s::geometry
  AND NOT EXISTS (SELECT 1 FROM link l WHERE l.building = b.id)
