-- What is new is recognised by its place: most of the larger one is covered by the other.
UPDATE buildings_footprintfinding f SET site_id = s.id
FROM buildings_footprintsite s
WHERE f.run_id = %(run)s AND f.kind = 'new' AND s.geom && f.geom
  AND ST_Area(ST_Intersection(s.geom, f.geom)) > 0.5 * greatest(ST_Area(s.geom), ST_Area(f.geom));
UPDATE buildings_footprintfinding
SET site_id = nextval(pg_get_serial_sequence('buildings_footprintsite', 'id'))
WHERE run_id = %(run)s AND kind = 'new' AND site_id IS NULL;
INSERT INTO buildings_footprintsite (id, geom)
SELECT DISTINCT ON (f.site_id) f.site_id, f.geom FROM buildings_footprintfinding f
WHERE f.run_id = %(run)s AND f.kind = 'new'
  AND NOT EXISTS (SELECT 1 FROM buildings_footprintsite s WHERE s.id = f.site_id)
