-- Districts as SVG paths, simplified to what a small map shows; y grows downwards.
SELECT d.id, d.name_ar, d.name_en, d.name_fr, ST_AsSVG(ST_SimplifyPreserveTopology(d.geom, 3), 0, 1) AS path,
  ST_XMin(d.geom) AS x1, ST_YMin(d.geom) AS y1, ST_XMax(d.geom) AS x2, ST_YMax(d.geom) AS y2,
  ST_X(ST_PointOnSurface(d.geom)) AS label_x, ST_Y(ST_PointOnSurface(d.geom)) AS label_y
FROM municipality_district d WHERE d.geom IS NOT NULL
