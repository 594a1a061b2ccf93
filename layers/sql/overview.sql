-- Which features stand for the others at zoom 13 and below.
--
-- A tile of zoom z is divided into 64 x 64 cells; the largest feature whose box has its centre in a
-- cell stands for that cell. Level 13 is chosen from the table, every lower level from the one
-- above. Rows hold keys and boxes only: what is drawn always comes from the table itself, under
-- the reader's own rights. A feature whose box is larger than its cell is `is_wide`: it is looked up
-- by its box, all others by their cell.

-- The cell of level 13, as x * 2^19 + y, in which a shape's box has its centre.
CREATE OR REPLACE FUNCTION layers_overview_cell(shape geometry) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT least(524287, greatest(0, floor(
           ((ST_XMin(shape) + ST_XMax(shape)) / 2 + 20037508.342789244) / 76.43702828517624)::bigint)) * 524288
       + least(524287, greatest(0, floor(
           (20037508.342789244 - (ST_YMin(shape) + ST_YMax(shape)) / 2) / 76.43702828517624)::bigint))
$$;

-- Choose level 13 anew: everywhere, or in one zoom 14 cell (x * 16384 + y).
CREATE OR REPLACE FUNCTION layers_overview_choose(
  name text, source text, key_column text, tile_column text, keep text, part bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM layers_overview WHERE collection = name AND (part IS NULL OR
    (level = 13 AND x BETWEEN part / 16384 * 32 AND part / 16384 * 32 + 31
                AND y BETWEEN part % 16384 * 32 AND part % 16384 * 32 + 31));
  EXECUTE format(
    'INSERT INTO layers_overview (collection, level, x, y, fid, size, is_wide, box)
     SELECT %1$L, 13, cell / 524288, cell %% 524288, fid, size, size > 76.43702828517624 ^ 2, ST_Envelope(t.%3$I)
     FROM (SELECT DISTINCT ON (cell) cell, fid, size
           FROM (SELECT t.%2$I AS fid, layers_overview_cell(t.%3$I) AS cell,
                   (ST_XMax(t.%3$I) - ST_XMin(t.%3$I)) ^ 2 + (ST_YMax(t.%3$I) - ST_YMin(t.%3$I)) ^ 2 AS size
                 FROM %4$s t WHERE NOT ST_IsEmpty(t.%3$I) AND (%5$s) %6$s) candidate
           %7$s ORDER BY cell, size DESC, fid) chosen
     JOIN %4$s t ON t.%2$I = fid',
    name, key_column, tile_column, source, keep,
    CASE WHEN part IS NOT NULL THEN
      format('AND t.%I && ST_TileEnvelope(14, %s, %s)', tile_column, part / 16384, part % 16384) END,
    CASE WHEN part IS NOT NULL THEN
      format('WHERE cell / 524288 / 32 = %s AND cell %% 524288 / 32 = %s', part / 16384, part % 16384) END);
END
$$;

-- Choose the lower levels from the one above, over a range of level 13 cells.
CREATE OR REPLACE FUNCTION layers_overview_climb(name text, x0 integer, x1 integer, y0 integer, y1 integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  FOR target IN REVERSE 12..0 LOOP
    x0 := x0 / 2; x1 := x1 / 2; y0 := y0 / 2; y1 := y1 / 2;
    DELETE FROM layers_overview
    WHERE collection = name AND level = target AND x BETWEEN x0 AND x1 AND y BETWEEN y0 AND y1;
    INSERT INTO layers_overview (collection, level, x, y, fid, size, is_wide, box)
    SELECT DISTINCT ON (x / 2, y / 2) name, target, x / 2, y / 2, fid, size,
      size > (76.43702828517624 * 2 ^ (13 - target)) ^ 2, box
    FROM layers_overview
    WHERE collection = name AND level = target + 1
      AND x BETWEEN 2 * x0 AND 2 * x1 + 1 AND y BETWEEN 2 * y0 AND 2 * y1 + 1
    ORDER BY x / 2, y / 2, size DESC, fid;
  END LOOP;
END
$$;

-- Bring a collection's overview up to the version of its table, and return that. `meaning` changes with the
-- collection's description, and then everything is chosen again.
CREATE OR REPLACE FUNCTION layers_overview_refresh(
  name text, relation_name text, source text, key_column text, tile_column text, keep text, meaning text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  have layers_overviewstate;
  goal layers_relationversion;
  parts bigint[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('layers_overview'), hashtext(name));
  SELECT * INTO have FROM layers_overviewstate WHERE collection = name;
  SELECT * INTO goal FROM layers_relationversion WHERE relation = relation_name;
  IF have.version >= coalesce(goal.version, 0) AND have.meaning = meaning THEN
    RETURN have.version;
  END IF;
  IF have.meaning = meaning AND have.version >= goal.whole THEN
    parts := ARRAY(SELECT c.x::bigint * 16384 + c.y FROM layers_cellversion c
                   WHERE c.relation = relation_name AND c.version > have.version LIMIT 101);
  END IF;
  IF parts IS NULL OR cardinality(parts) > 100 THEN
    PERFORM layers_overview_choose(name, source, key_column, tile_column, keep, NULL);
    PERFORM layers_overview_climb(name, 0, 524287, 0, 524287);
  ELSE
    FOR at IN 1..cardinality(parts) LOOP
      PERFORM layers_overview_choose(name, source, key_column, tile_column, keep, parts[at]);
      PERFORM layers_overview_climb(name,
        (parts[at] / 16384 * 32)::integer, (parts[at] / 16384 * 32 + 31)::integer,
        (parts[at] % 16384 * 32)::integer, (parts[at] % 16384 * 32 + 31)::integer);
    END LOOP;
  END IF;
  INSERT INTO layers_overviewstate (collection, version, meaning) VALUES (name, coalesce(goal.version, 0), meaning)
  ON CONFLICT (collection) DO UPDATE SET version = EXCLUDED.version, meaning = EXCLUDED.meaning;
  RETURN coalesce(goal.version, 0);
END
$$;
