-- Footprints ({seen}) and buildings in force that cover each other: more than half of the smaller one.
-- Boxes are looked at first: where they cannot cover each other enough, no shape is cut.
CREATE TEMP TABLE link ON COMMIT DROP AS
SELECT f.{key} AS seen, b.id AS building, f.m2 AS seen_m2, b.footprint_m2 AS building_m2,
    c.common / (f.m2 + b.footprint_m2 - c.common) AS likeness
FROM (SELECT {key}, {geom} AS geom, ST_Area({geom}) AS m2 FROM {seen} t WHERE {where} OFFSET 0) f
JOIN buildings_building b ON b.end_lifespan IS NULL AND b.geom && f.geom
    AND (least(ST_XMax(f.geom), ST_XMax(b.geom)) - greatest(ST_XMin(f.geom), ST_XMin(b.geom)))
      * (least(ST_YMax(f.geom), ST_YMax(b.geom)) - greatest(ST_YMin(f.geom), ST_YMin(b.geom)))
      > 0.5 * least(f.m2, b.footprint_m2)
CROSS JOIN LATERAL (SELECT ST_Area(ST_Intersection(f.geom, b.geom)) AS common OFFSET 0) c
WHERE c.common > 0.5 * least(f.m2, b.footprint_m2)
