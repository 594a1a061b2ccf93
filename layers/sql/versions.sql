-- Versions of tables and of their zoom 14 cells.
--
-- A statement trigger on every watched table notes which cells a statement changed in
-- `layers_touch`. A deferred trigger on that table turns the notes into new versions while the
-- transaction commits, under the lock of the table's one row in `layers_relationversion`. So a
-- version becomes visible in the same instant as the rows that it stands for, two transactions
-- never share a version, and a transaction that commits late still moves it. Who reads version
-- and rows in one snapshot can keep the result under that version for ever.
--
-- A version is the clock in milliseconds, or one more than the last where the clock has not moved:
-- a database taken back to an earlier backup never gives an old number to new rows.

CREATE FUNCTION layers_later(previous bigint) RETURNS bigint
LANGUAGE sql VOLATILE AS $$
  SELECT greatest(previous + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
$$;

-- -1 where the running transaction has changes of its own that are not settled yet.
CREATE FUNCTION layers_relation_version(name text) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN EXISTS (SELECT 1 FROM layers_touch WHERE relation = name) THEN -1
         ELSE coalesce((SELECT version FROM layers_relationversion WHERE relation = name), 0) END
$$;

CREATE FUNCTION layers_tile_version(name text, z integer, tile_x integer, tile_y integer) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM layers_touch WHERE relation = name) THEN -1
    WHEN z < 14 THEN coalesce((SELECT version FROM layers_relationversion WHERE relation = name), 0)
    ELSE greatest(
      (SELECT whole FROM layers_relationversion WHERE relation = name),
      (SELECT version FROM layers_cellversion
       WHERE relation = name AND x = tile_x >> (z - 14) AND y = tile_y >> (z - 14)),
      0)
    END
$$;

-- The cells that a Web Mercator shape touches, each as x * 16384 + y, with the 1/64 tile that
-- tiles reach over their edge; NULL where there are more than 64, which counts as everything.
CREATE FUNCTION layers_cells(shape geometry) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  half CONSTANT float8 := 20037508.342789244;
  width CONSTANT float8 := 2445.98490512564;
  x0 bigint; x1 bigint; y0 bigint; y1 bigint;
BEGIN
  IF shape IS NULL OR ST_IsEmpty(shape) THEN
    RETURN '{}';
  END IF;
  x0 := floor((ST_XMin(shape) + half) / width - 1.0 / 64);
  x1 := floor((ST_XMax(shape) + half) / width + 1.0 / 64);
  y0 := floor((half - ST_YMax(shape)) / width - 1.0 / 64);
  y1 := floor((half - ST_YMin(shape)) / width + 1.0 / 64);
  IF x0 < 0 OR y0 < 0 OR x1 > 16383 OR y1 > 16383 OR (x1 - x0 + 1) * (y1 - y0 + 1) > 64 THEN
    RETURN NULL;
  END IF;
  RETURN ARRAY(SELECT x * 16384 + y FROM generate_series(x0, x1) x, generate_series(y0, y1) y);
END
$$;

CREATE FUNCTION layers_touched() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  name text := TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME;
  shape text := CASE WHEN TG_ARGV[0] = '' THEN 'NULL::geometry' ELSE quote_ident(TG_ARGV[0]) END;
  rows text;
  changed integer;
  everything boolean := true;
  cells bigint[];
BEGIN
  IF TG_OP <> 'TRUNCATE' THEN
    rows := CASE TG_OP
      WHEN 'INSERT' THEN format('SELECT %s AS shape FROM new_rows', shape)
      WHEN 'DELETE' THEN format('SELECT %s AS shape FROM old_rows', shape)
      ELSE format('SELECT %1$s AS shape FROM old_rows UNION ALL SELECT %1$s FROM new_rows', shape) END;
    EXECUTE format('SELECT count(*) FROM (SELECT 1 FROM (%s) r LIMIT 2001) r', rows) INTO changed;
    IF changed = 0 THEN
      RETURN NULL;
    END IF;
    -- A large statement counts as a change of everything: cheaper for it and for who reads after it.
    IF changed <= 2000 THEN
      EXECUTE format(
        'SELECT bool_or(c IS NULL), array_agg(DISTINCT cell) FILTER (WHERE cell IS NOT NULL)
         FROM (SELECT layers_cells(shape) AS c FROM (%s) r) r LEFT JOIN LATERAL unnest(c) cell ON true', rows)
        INTO everything, cells;
    END IF;
  END IF;
  INSERT INTO layers_touch (relation, cells)
  VALUES (name, CASE WHEN everything THEN NULL ELSE coalesce(cells, '{}') END);
  RETURN NULL;
END
$$;

CREATE FUNCTION layers_catalogue_touched() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO layers_touch (relation, cells) VALUES ('catalogue', NULL);
  RETURN NULL;
END
$$;

CREATE FUNCTION layers_settle() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  one record;
  fresh bigint;
BEGIN
  -- The first of a transaction's notes settles them all, table by table in one order.
  IF NOT EXISTS (SELECT 1 FROM layers_touch WHERE id = NEW.id) THEN
    RETURN NULL;
  END IF;
  FOR one IN SELECT relation, bool_or(cells IS NULL) AS everything FROM layers_touch GROUP BY relation ORDER BY relation
  LOOP
    INSERT INTO layers_relationversion AS kept (relation, version, whole)
    VALUES (one.relation, layers_later(0), layers_later(0))
    ON CONFLICT (relation) DO UPDATE SET version = layers_later(kept.version)
    RETURNING version INTO fresh;
    IF one.everything THEN
      UPDATE layers_relationversion SET whole = fresh WHERE relation = one.relation;
      DELETE FROM layers_cellversion WHERE relation = one.relation;
    ELSE
      INSERT INTO layers_cellversion (relation, x, y, version)
      SELECT one.relation, cell / 16384, cell % 16384, fresh
      FROM (SELECT DISTINCT unnest(cells) AS cell FROM layers_touch WHERE relation = one.relation) c
      ON CONFLICT (relation, x, y) DO UPDATE SET version = EXCLUDED.version;
    END IF;
    DELETE FROM layers_touch WHERE relation = one.relation;
  END LOOP;
  RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER layers_settle AFTER INSERT ON layers_touch
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION layers_settle();

-- Make every change of a table move its version. Does nothing to a table that is watched already.
CREATE FUNCTION layers_watch(name text, tile_column text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  target regclass := name::regclass;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = target AND tgname = 'layers_on_insert') THEN
    EXECUTE format('CREATE TRIGGER layers_on_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION layers_touched(%L)', target, tile_column);
    EXECUTE format('CREATE TRIGGER layers_on_update AFTER UPDATE ON %s
      REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION layers_touched(%L)', target, tile_column);
    EXECUTE format('CREATE TRIGGER layers_on_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION layers_touched(%L)', target, tile_column);
    EXECUTE format('CREATE TRIGGER layers_on_truncate AFTER TRUNCATE ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION layers_touched(%L)', target, tile_column);
    INSERT INTO layers_touch (relation, cells) VALUES (name, NULL);
  END IF;
END
$$;

CREATE TRIGGER layers_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON layers_group
  FOR EACH STATEMENT EXECUTE FUNCTION layers_catalogue_touched();
CREATE TRIGGER layers_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON layers_catalogueentry
  FOR EACH STATEMENT EXECUTE FUNCTION layers_catalogue_touched();
CREATE TRIGGER layers_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON layers_dataset
  FOR EACH STATEMENT EXECUTE FUNCTION layers_catalogue_touched();
CREATE TRIGGER layers_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON layers_datasetfield
  FOR EACH STATEMENT EXECUTE FUNCTION layers_catalogue_touched();
