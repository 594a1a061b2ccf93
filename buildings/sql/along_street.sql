-- How far along its street a building stands, in metres from the start, and whether on the left of it.
WITH part AS (
    SELECT (d).geom AS line, (d).path[1] AS nth, ST_Length((d).geom) AS metres
    FROM (SELECT ST_Dump(ST_LineMerge(geom)) AS d FROM cadastre_street WHERE id = %(street)s) dumped
), door AS (
    SELECT ST_Centroid(%(place)s::geometry) AS point
), nearest AS (
    SELECT line, nth, metres, ST_LineLocatePoint(line, point) AS share, point
    FROM part, door ORDER BY ST_Distance(line, point) LIMIT 1
)
SELECT coalesce((SELECT sum(metres) FROM part WHERE nth < nearest.nth), 0) + share * metres,
    -- The cross product of the street's direction there and the way to the door.
    (ST_X(b.geom) - ST_X(a.geom)) * (ST_Y(point) - ST_Y(a.geom))
      - (ST_Y(b.geom) - ST_Y(a.geom)) * (ST_X(point) - ST_X(a.geom)) > 0
FROM nearest,
    LATERAL (SELECT ST_LineInterpolatePoint(line, greatest(share - 0.001, 0)) AS geom) a,
    LATERAL (SELECT ST_LineInterpolatePoint(line, least(share + 0.001, 1)) AS geom) b
