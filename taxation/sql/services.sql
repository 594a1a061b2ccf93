-- Municipal services at a unit: for each what is nearest, how far, and whether that is within the distance of the policy.
WITH place AS (
  SELECT t.id, coalesce(b.geom, p.geom) AS geom, coalesce(p.geom, b.geom) AS land,
    coalesce(b.street_id, p.street_id) AS street_id
  FROM taxation_taxunit t LEFT JOIN buildings_building b ON b.id = t.building_id
  LEFT JOIN cadastre_parcel p ON p.id = t.parcel_id WHERE t.id = %(unit)s),
street AS (
  SELECT s.* FROM place, LATERAL (
    SELECT s.id, s.code, s.name_ar, s.name_en, s.name_fr, s.surface, s.has_sidewalk, ST_Distance(s.geom, place.geom) AS metres
    FROM cadastre_street s WHERE s.end_lifespan IS NULL AND (s.id = place.street_id OR ST_DWithin(s.geom, place.geom, %(reach)s))
    ORDER BY (s.id = place.street_id) DESC NULLS LAST, ST_Distance(s.geom, place.geom) LIMIT 1) s),
lamp AS (
  SELECT l.code, l.is_working, ST_Distance(l.geom, place.geom) AS metres FROM place JOIN networks_streetlight l
    ON l.end_lifespan IS NULL AND l.status = 'in-service' AND ST_DWithin(l.geom, place.geom, %(metres)s)
  ORDER BY ST_Distance(l.geom, place.geom) LIMIT 1),
pipe AS (
  SELECT DISTINCT ON (kind) kind, l.code, ST_Distance(l.geom, place.land) AS metres
  FROM place JOIN networks_sewerlink l ON l.end_lifespan IS NULL AND l.status = 'in-service' AND ST_DWithin(l.geom, place.land, %(metres)s)
  CROSS JOIN LATERAL (VALUES ('sewer', 'sanitary'), ('storm', 'storm'), ('sewer', 'combined'), ('storm', 'combined')) k (kind, system)
  WHERE l.system = k.system ORDER BY kind, ST_Distance(l.geom, place.land))
SELECT c.code, coalesce(CASE c.code
    WHEN 'lighting' THEN (SELECT is_working FROM lamp)
    WHEN 'asphalt' THEN (SELECT surface = 'asphalt' FROM street)
    WHEN 'sidewalk' THEN (SELECT has_sidewalk FROM street)
    ELSE EXISTS (SELECT FROM pipe WHERE kind = c.code) END, false) AS is_found,
  CASE c.code WHEN 'lighting' THEN (SELECT code FROM lamp)
    WHEN 'asphalt' THEN (SELECT code FROM street) WHEN 'sidewalk' THEN (SELECT code FROM street)
    ELSE (SELECT code FROM pipe WHERE kind = c.code) END AS thing,
  round((CASE c.code WHEN 'lighting' THEN (SELECT metres FROM lamp)
    WHEN 'asphalt' THEN (SELECT metres FROM street) WHEN 'sidewalk' THEN (SELECT metres FROM street)
    ELSE (SELECT metres FROM pipe WHERE kind = c.code) END)::numeric, 1) AS metres,
  (SELECT surface FROM street) AS surface, (SELECT name_ar FROM street) AS name_ar, (SELECT name_en FROM street) AS name_en,
  (SELECT name_fr FROM street) AS name_fr
FROM (VALUES ('lighting'), ('asphalt'), ('sidewalk'), ('sewer'), ('storm')) c (code)
