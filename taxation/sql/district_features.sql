-- Districts as GeoJSON in degrees, simplified to a metre.
SELECT id, name_ar, name_en, name_fr, ST_AsGeoJSON(ST_Transform(ST_SimplifyPreserveTopology(geom, 1), 4326), 6) AS geometry
FROM municipality_district WHERE geom IS NOT NULL
