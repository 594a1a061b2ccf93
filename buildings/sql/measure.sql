-- What is new, or one over several buildings, is counted by its footprint; everything else by its building.
WITH told AS (
    SELECT DISTINCT kind, coalesce(footprint, building) AS key FROM buildings_footprinttruth WHERE layer = %(layer)s
    UNION ALL
    SELECT 'same', b.id FROM buildings_building b
    WHERE b.end_lifespan IS NULL AND b.geom && %(extent)s::geometry
      AND NOT EXISTS (SELECT 1 FROM buildings_footprinttruth t WHERE t.layer = %(layer)s AND t.building = b.id)
), found AS (
    SELECT kind, CASE WHEN kind IN ('new', 'merged') THEN footprints[1] ELSE building_id END AS key
    FROM buildings_footprintfinding WHERE run_id = %(run)s
    UNION ALL
    (SELECT 'same', building FROM kept EXCEPT
        SELECT 'same', unnest(buildings) FROM buildings_footprintfinding WHERE run_id = %(run)s)
)
SELECT kind, count(t.key), count(f.key), count(*) FILTER (WHERE t.key = f.key)
FROM told t FULL JOIN found f USING (kind, key) GROUP BY kind
