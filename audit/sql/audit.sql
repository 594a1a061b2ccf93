-- The event log. Only the trigger function below writes it; nobody changes it.
CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    relation text NOT NULL,
    row_id text,
    action text NOT NULL CHECK (action IN ('insert', 'update', 'delete', 'truncate')),
    actor_id bigint,
    channel text NOT NULL,
    record text,
    request text,
    db_role text NOT NULL DEFAULT session_user,
    txid bigint NOT NULL DEFAULT txid_current(),
    row_count bigint NOT NULL DEFAULT 1,
    before jsonb,
    after jsonb
);
CREATE INDEX audit_event_row ON audit_event (relation, row_id, id);
CREATE INDEX audit_event_actor ON audit_event (actor_id, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_event_at ON audit_event (at);
CREATE INDEX audit_event_record ON audit_event (record, id) WHERE record IS NOT NULL;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- Even the owner's own INSERT is refused unless it comes from inside another trigger.
CREATE FUNCTION audit_refuse_direct() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the event log is written by triggers only' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER by_trigger_only BEFORE INSERT ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_direct();

-- The columns of a table as a select list: geometry, geography and raster as the exact text that
-- PostGIS itself reads back (hex EWKB), generated columns left out, secrets hidden.
CREATE FUNCTION audit_columns(watched oid, hidden text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT string_agg(
        CASE
            WHEN a.attname = ANY (hidden)
            THEN format('CASE WHEN r.%1$I IS NULL THEN NULL ELSE md5(r.%1$I::text) END AS %1$I', a.attname)
            WHEN t.typname IN ('geometry', 'geography', 'raster') THEN format('r.%1$I::text AS %1$I', a.attname)
            ELSE format('r.%1$I', a.attname)
        END, ', ' ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = watched AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
$$;

-- Arguments: key columns, hidden columns, ignored columns, each a list with commas.
CREATE FUNCTION audit_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    summary_above CONSTANT bigint := 10000;
    keys text[] := string_to_array(TG_ARGV[0], ',');
    hidden text[] := string_to_array(TG_ARGV[1], ',');
    ignored text[] := string_to_array(TG_ARGV[2], ',');
    relation_name text := format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    columns text;
    key_text text;
    counted bigint;
    actor bigint := nullif(current_setting('gisportal.actor', true), '')::bigint;
    via text := coalesce(nullif(current_setting('gisportal.channel', true), ''), 'sql');
    legal text := nullif(current_setting('gisportal.record', true), '');
    request_name text := nullif(current_setting('gisportal.request', true), '');
BEGIN
    IF TG_TABLE_SCHEMA LIKE 'pg\_temp%' THEN
        RAISE EXCEPTION 'a temporary table is not logged' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO public.audit_event (relation, action, actor_id, channel, record, request, row_count)
        VALUES (relation_name, 'truncate', actor, via, legal, request_name, 0);
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) INTO counted FROM new_rows;
        IF counted > summary_above THEN
            INSERT INTO public.audit_event (relation, action, actor_id, channel, record, request, row_count)
            VALUES (relation_name, 'insert', actor, via, legal, request_name, counted);
            RETURN NULL;
        ELSIF counted = 0 THEN
            RETURN NULL;
        END IF;
    ELSIF NOT EXISTS (SELECT FROM old_rows) THEN
        RETURN NULL;
    END IF;

    columns := public.audit_columns(TG_RELID, hidden);
    SELECT string_agg(format('(%%1$s.doc->>%L)', key), ' || '','' || ') INTO key_text FROM unnest(keys) key;
    IF key_text IS NULL THEN
        key_text := 'NULL';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        EXECUTE format($sql$
            INSERT INTO public.audit_event
                (relation, row_id, action, actor_id, channel, record, request, before, after)
            SELECT $1, coalesce(%3$s, %4$s), 'update', $2, $3, $4, $5, o.doc - $6,
                CASE WHEN o.doc IS NULL THEN n.doc - $6 ELSE (
                    SELECT jsonb_object_agg(pair.key, pair.value) FROM jsonb_each(n.doc - $6) pair
                    WHERE o.doc->pair.key IS DISTINCT FROM pair.value
                ) END
            FROM (SELECT to_jsonb(x) doc FROM (SELECT %1$s FROM old_rows r) x) o
            FULL JOIN (SELECT to_jsonb(x) doc FROM (SELECT %1$s FROM new_rows r) x) n ON %2$s
            WHERE o.doc IS NULL OR n.doc IS NULL OR o.doc - $6 <> n.doc - $6
        $sql$, columns,
            CASE WHEN key_text = 'NULL' THEN 'false' ELSE format(key_text, 'o') || ' = ' || format(key_text, 'n') END,
            format(key_text, 'n'), format(key_text, 'o'))
        USING relation_name, actor, via, legal, request_name, ignored;
    ELSE
        EXECUTE format($sql$
            INSERT INTO public.audit_event
                (relation, row_id, action, actor_id, channel, record, request, %3$I)
            SELECT $1, %2$s, $6, $2, $3, $4, $5, d.doc
            FROM (SELECT to_jsonb(x) doc FROM (SELECT %1$s FROM %4$I r) x) d
        $sql$, columns, format(key_text, 'd'),
            CASE TG_OP WHEN 'INSERT' THEN 'after' ELSE 'before' END,
            CASE TG_OP WHEN 'INSERT' THEN 'new_rows' ELSE 'old_rows' END)
        USING relation_name, actor, via, legal, request_name, lower(TG_OP);
    END IF;
    RETURN NULL;
END $$;

-- A table filled before it was watched (an import by COPY) says how many rows it began with.
-- Its only use is as a trigger on audit_loading, so that callers need no right on the log.
CREATE TABLE audit_loading (relation regclass NOT NULL, row_count bigint NOT NULL);
CREATE FUNCTION audit_note_loading() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    loaded record;
BEGIN
    SELECT n.nspname, c.relname INTO loaded
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = NEW.relation;
    IF loaded.nspname IS DISTINCT FROM 'imported' THEN
        RAISE EXCEPTION 'only imported tables are loaded in bulk' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.audit_event (relation, action, actor_id, channel, record, request, row_count)
    VALUES (
        format('%s.%s', loaded.nspname, loaded.relname), 'insert',
        nullif(current_setting('gisportal.actor', true), '')::bigint,
        coalesce(nullif(current_setting('gisportal.channel', true), ''), 'sql'),
        nullif(current_setting('gisportal.record', true), ''),
        nullif(current_setting('gisportal.request', true), ''), NEW.row_count
    );
    RETURN NULL;  -- nothing is kept here
END $$;
CREATE TRIGGER note BEFORE INSERT ON audit_loading FOR EACH ROW EXECUTE FUNCTION audit_note_loading();

-- Watch a table: install or renew its triggers. The caller owns the table. `loaded`, for a table in
-- the schema `imported`, logs one event for the rows already there.
CREATE FUNCTION audit_watch(
    watched regclass, hidden text[] DEFAULT '{}', ignored text[] DEFAULT '{}', loaded bigint DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    keys text;
    arguments text;
    event text;
BEGIN
    SELECT string_agg(a.attname, ',' ORDER BY array_position(i.indkey::int[], a.attnum::int)) INTO keys
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = watched AND i.indisprimary;
    arguments := format(
        '%L, %L, %L', coalesce(keys, ''), array_to_string(hidden, ','), array_to_string(ignored, ','));
    FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', 'audit_' || lower(event), watched);
        EXECUTE format(
            'CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION audit_record(%s)',
            'audit_' || lower(event), event, watched,
            CASE event
                WHEN 'INSERT' THEN 'REFERENCING NEW TABLE AS new_rows'
                WHEN 'UPDATE' THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
                WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS old_rows'
                ELSE ''
            END, arguments);
    END LOOP;
    IF loaded IS NOT NULL THEN
        INSERT INTO audit_loading (relation, row_count) VALUES (watched, loaded);
    END IF;
END $$;

-- The triggers' arguments as they stand, NULL for a table that is not watched.
CREATE FUNCTION audit_watched(watched regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT CASE WHEN count(*) = 4 AND bool_and(tgenabled <> 'D')
        THEN replace(rtrim(encode((array_agg(tgargs))[1], 'escape'), E'\\000'), E'\\000', '|') END
    FROM pg_trigger WHERE tgrelid = watched AND NOT tgisinternal
    AND tgname IN ('audit_insert', 'audit_update', 'audit_delete', 'audit_truncate')
$$;

DO $$
DECLARE app name;
BEGIN
    REVOKE ALL ON FUNCTION audit_record(), audit_note_loading() FROM PUBLIC;
    FOR app IN SELECT rolname FROM pg_roles WHERE rolname IN ('gisportal_web', 'gisportal_worker') LOOP
        EXECUTE format('REVOKE ALL ON audit_event, audit_loading FROM %I', app);
        EXECUTE format('GRANT SELECT ON audit_event TO %I', app);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'gisportal_worker') THEN
        GRANT EXECUTE ON FUNCTION audit_record() TO gisportal_worker;
        GRANT INSERT ON audit_loading TO gisportal_worker;
    END IF;
END $$;
