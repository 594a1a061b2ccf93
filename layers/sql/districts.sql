-- A row belongs to the district in which its shape lies, by a point inside the shape.
CREATE OR REPLACE FUNCTION layers_place_in_district() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.district_id := (
    SELECT d.id FROM municipality_district d
    WHERE ST_Intersects(d.geom, ST_PointOnSurface(NEW.geom)) ORDER BY d.id LIMIT 1);
  RETURN NEW;
END
$$;
